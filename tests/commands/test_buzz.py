"""The command that tries the motors: silent when they were driven, one line when not."""

from __future__ import annotations

import pytest

from cued.__main__ import main


def test_motors_that_were_driven_print_nothing(capsys):
    assert main(["buzz", "none", "--set", "station.hardware=false"]) == 0
    assert capsys.readouterr() == ("", "")


def test_pins_that_cannot_be_opened_are_one_line(capsys):
    assert main(["buzz", "left", "--set", "station.chip=4095"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("cued: no motors: ")
    assert said.err.count("\n") == 1


def test_an_unknown_pattern_is_answered_with_the_known_ones(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["buzz", "waltz"])
    assert ended.value.code == 2
    assert "left" in capsys.readouterr().err
