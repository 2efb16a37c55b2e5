"""The pod's motor: it runs exactly as the daemon writes."""

from __future__ import annotations

import numpy as np
import pytest

from cued.actuators._patterns import SCORES, pulses
from cued.actuators.pod_haptic import APART_S, rhythm
from cued.devices import pod as decoder
from cued.devices.device import Answer, Write
from cued.parts import NoOptions
from tests.hardware.boards import Bench

STEP_S = 0.015  # a step takes 5 ms, and longer when it reads the chip


@pytest.fixture
def bench():
    made = Bench()
    made.connect()
    made.write(b"\x01")
    made.run(0.5)
    return made


def written(bench, each):
    """Return what the daemon writes just after a frame."""
    host = decoder.Pod(NoOptions(), "back")
    host.start([decoder.DATA, decoder.MOTOR])
    t = bench.chip.now_us * 1e-6 + 4000.0  # the host's own clock
    host.receive(t, decoder.DATA, bench.data.sent[-1])
    (write,) = host.pulse(t, each)
    assert isinstance(write, Write)
    assert write.char == decoder.MOTOR
    return write.data


@pytest.mark.parametrize("pattern", [p for p in SCORES if p != "none"])
def test_a_pattern_is_felt_as_written(bench, pattern):
    felt = pulses(pattern)
    start = bench.chip.now_us * 1e-6
    bench.play(written(bench, rhythm(felt)))
    bench.run(3)
    begins, ends = np.array(bench.felt()).T - start
    assert begins == pytest.approx([p.at_s for p in felt], abs=STEP_S)
    assert ends == pytest.approx([p.end_s for p in felt], abs=APART_S + STEP_S)


@pytest.mark.parametrize("each", [((0.0, 2.5),), ((0.0, 0.3),) * 8])
def test_the_longest_pattern_is_off_after_half_a_second(bench, each):
    bench.play(written(bench, each))
    bench.run(3)
    ((since, until),) = bench.felt()
    assert until - since < 0.5 + STEP_S


@pytest.mark.parametrize(("under_way_s", "felt"), [(0.0, 1), (0.15, 1), (0.25, 0), (1.0, 0)])
def test_a_rhythm_that_arrives_too_late_is_not_played(bench, under_way_s, felt):
    command = written(bench, ((0.0, 0.1),))
    bench.run(under_way_s)
    bench.play(command)
    bench.run(0.5)
    assert len(bench.felt()) == felt


def test_a_host_without_data_from_the_pod_does_not_write(bench):
    host = decoder.Pod(NoOptions(), "back")
    host.start([decoder.DATA, decoder.MOTOR])
    (nothing_yet,) = host.pulse(9.0, ((0.0, 0.1),))
    host.receive(10.0, decoder.DATA, bench.data.sent[-1])
    (poor,) = host.pulse(10.3, ((0.0, 0.1),))
    for answer in (nothing_yet, poor):
        assert isinstance(answer, Answer)
        assert "the link is poor" in answer.why
    (silence,) = host.pulse(99.0, ())
    assert isinstance(silence, Write)


def test_a_pod_of_older_firmware_has_no_motor():
    host = decoder.Pod(NoOptions(), "back")
    host.start([decoder.DATA])
    (answer,) = host.pulse(0.0, ())
    assert isinstance(answer, Answer)
    assert "no motor" in answer.why


@pytest.mark.parametrize("end", ["link", "stream", "silence"])
def test_the_motor_ends_with_link_stream_or_silence(bench, end):
    bench.play(written(bench, ((0.0, 0.4),)))
    bench.run(0.1)
    at = bench.chip.now_us * 1e-6
    match end:
        case "link":
            bench.disconnect()
        case "stream":
            bench.write(b"\x00")
        case _:
            bench.play(written(bench, ()))
    bench.run(1)
    ((_, until),) = bench.felt()
    assert until - at < STEP_S
    assert bench.driven[-1][1] is False


def test_a_rhythm_of_the_last_link_is_not_played_on_the_next(bench):
    command = written(bench, ((0.0, 0.1),))
    bench.play(command)
    bench.disconnect()
    bench.run(0.05)
    bench.connect()
    bench.write(b"\x01")
    bench.run(1)
    assert bench.felt() == []


@pytest.mark.parametrize("garbage", [b"\x02\x01", b"\x01", b"\x02\x01\0\0\0\0\0\x30", b"\xff" * 22])
def test_an_unreadable_rhythm_is_silent(bench, garbage):
    bench.play(written(bench, ((0.0, 0.4),)))
    bench.run(0.1)
    bench.play(garbage)
    bench.run(1)
    ((since, until),) = bench.felt()
    assert until - since < 0.1 + 2 * STEP_S


def test_a_pod_sent_to_sleep_disconnects_until_it_is_moved(bench):
    bench.write(b"\x02")
    bench.run(0.1)
    assert bench.pod.tired
    bench.pod.rest()
    assert bench.link
    assert not bench.link.connected
    assert not bench.adapter.advertising
    bench.adapter.connections = ()
    bench.pod.awake()
    bench.run(0.3)
    assert bench.adapter.advertising
    assert not bench.pod.tired
