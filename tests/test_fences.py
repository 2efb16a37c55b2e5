"""A rule or a metric that raises is switched off alone, and reported once."""

from __future__ import annotations

from itertools import takewhile

import pytest
from msgspec.structs import replace

from cued import app, config, parts
from cued.coach.rule import Proposal
from cued.engine import Engine, Worn
from cued.fences import FAILED, Faults, FencedMetric
from cued.model import Measurement, Notice, Priority, Stride
from cued.simulation.run import Simulation
from cued.simulation.scenario import SimulatedLink
from cued.sources.simulate import open_scenario
from tests.helpers.built import built, every
from tests.helpers.part import raising


@pytest.fixture(scope="module")
def walk():
    """Return 30 s of a steady simulated walk, as inputs, and its sensors."""
    scenario = replace(open_scenario("steady"), link=SimulatedLink(samples=25))
    inputs = takewhile(lambda item: item.t < 30.0, Simulation(scenario).inputs())
    return list(inputs), {s.name: Worn(s.placement) for s in scenario.sensor}


@pytest.mark.parametrize("kind", ["metrics", "rules"])
def test_a_part_that_cannot_be_built_is_left_out_and_reported_once(kind, monkeypatch, walk):
    load = parts.load

    def faulty(of, name):
        part = load(of, name)
        return parts.Part(part.config, raising) if of == kind else part

    chosen = config.convert({"coach": {"program": False}})
    monkeypatch.setattr(parts, "load", faulty)
    inputs, worn = walk
    engine = app.engine(chosen, worn)
    out = [event for item in inputs for event in engine.feed(item)]
    reported = [e.text.split()[0] for e in out if isinstance(e, Notice) and e.code == FAILED]
    assert sorted(reported) == [f"{kind}.{name}" for name in sorted(chosen.parts[kind])]
    assert sum(isinstance(e, Stride) for e in out) > 30


@pytest.mark.once
@pytest.mark.parametrize("method", ["update", "reset"])
@pytest.mark.parametrize("name", parts.names("metrics"))
def test_a_metric_that_raises_is_switched_off_and_reported_once(name, method, monkeypatch, walk):
    broken = built("metrics", name)
    monkeypatch.setattr(broken, method, raising)
    faults = Faults()
    all_metrics = {**every("metrics"), name: broken}
    fenced = {n: FencedMetric(n, metric, faults) for n, metric in all_metrics.items()}
    inputs, worn = walk
    engine = Engine(worn, metrics=fenced, faults=faults)
    out = [event for item in inputs for event in engine.feed(item)]
    reported = [e for e in out if isinstance(e, Notice) and e.code == FAILED]
    assert [f"metrics.{name} failed" in n.text for n in reported] == [True]
    assert "Fault: thrown in (part.py, line" in reported[0].text
    assert all(e.name != name for e in out if isinstance(e, Measurement))
    assert sum(isinstance(e, Stride) for e in out) > 30


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), "much"])
def test_a_metric_whose_value_is_no_number_is_switched_off_and_reported(value, walk):
    class Odd:
        unit, strides, basis = "1", 1, frozenset()

        def update(self, _cycle):
            return value

        def reset(self):
            pass

    faults = Faults()
    inputs, worn = walk
    engine = Engine(worn, metrics={"odd": FencedMetric("odd", Odd(), faults)}, faults=faults)
    out = [event for item in inputs for event in engine.feed(item)]
    assert sum(isinstance(e, Notice) and e.code == FAILED for e in out) == 1
    assert not [e for e in out if isinstance(e, Measurement)]


@pytest.mark.once
@pytest.mark.parametrize("method", ["consider", "reset"])
@pytest.mark.parametrize("name", parts.names("rules"))
def test_a_rule_that_raises_is_switched_off_and_reported_once(name, method, monkeypatch, walk):
    chosen = config.convert({"coach": {"program": False, "metronome": True}})
    inputs, worn = walk
    engine = app.engine(chosen, worn)
    monkeypatch.setattr(type(built("rules", name)), method, raising)
    out = [event for item in inputs for event in engine.feed(item)]
    reported = [e for e in out if isinstance(e, Notice) and e.code == FAILED]
    assert [f"rules.{name} failed" in n.text for n in reported] == [True]
    assert sum(isinstance(e, Stride) for e in out) > 30


@pytest.mark.parametrize(
    "odd", ["x", Proposal(key="other", priority=Priority.TECHNIQUE, theme="stride", since=1.0)]
)
def test_a_rule_that_proposes_an_undeclared_cue_is_switched_off_and_reported_once(
    odd, monkeypatch, walk
):
    chosen = config.convert({"coach": {"program": False}})
    inputs, worn = walk
    engine = app.engine(chosen, worn)
    monkeypatch.setattr(type(built("rules", "too_fast")), "consider", lambda *_: odd)
    out = [event for item in inputs for event in engine.feed(item)]
    reported = [e for e in out if isinstance(e, Notice) and e.code == FAILED]
    assert ["rules.too_fast failed" in n.text for n in reported] == [True]
    assert sum(isinstance(e, Stride) for e in out) > 30
