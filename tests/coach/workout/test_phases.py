"""The tables of phases and of the transitions between them."""

from __future__ import annotations

from cued.coach.workout.phases import BEFORE, IDLE, PHASES, TABLE, after


def test_the_table_is_closed_and_leads_out_of_every_phase() -> None:
    assert set(TABLE) == set(PHASES)
    for phase, exits in TABLE.items():
        assert exits, phase
        assert {t for t in exits.values() if t != BEFORE} <= set(PHASES)
        assert phase == IDLE or exits["stop"] == IDLE
        assert phase in (IDLE, "fallen") or exits["fell"] == "fallen"


def test_uphill_and_jog_are_entered_only_by_their_own_triggers() -> None:
    for exits in TABLE.values():
        for trigger, target in exits.items():
            # From the side rails, walking on enters the phase that was mounted for.
            assert target != "backward_uphill" or trigger in ("uphill", "turned")
            assert target != "backward_jog" or trigger == "jog"


def test_an_interrupted_backward_phase_is_entered_again_by_turning() -> None:
    for phase in ("backward_walk", "backward_uphill", "backward_jog", "backward_rest"):
        assert after("paused", "resume", phase) == "turn_back"
    assert after("paused", "resume", "carry") == "carry"
