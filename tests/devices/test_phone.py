"""A phone's samples: phyphox's buffers and Sensor Logger's messages, also nonsensical ones."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cued.devices import phone
from cued.devices.phone import PHYPHOX, SENSOR_LOGGER, Config, Phone
from cued.model import DecodeError, Packet
from tests.helpers.phones import START, acceleration, at, buffers, message


def test_an_impossible_time_or_value_of_a_phone_is_left_out():
    columns = {"acc_time": [0.01, 1e308, 0.02], "accX": [0, 0, None], "accY": [0, 0, 0]}
    buffer = {name: {"buffer": column} for name, column in columns.items()}
    reply = json.dumps({"buffer": buffer | {"accZ": {"buffer": [9.8, 9.8, 9.8]}}})
    _, ((t, values),) = phone.phyphox(reply.encode(), [phone.Config().acc])
    assert (t.tolist(), values.tolist()) == ([0.01], [[0.0, 0.0, 9.8]])


def test_a_cleared_experiment_jumps_and_continues():
    phone = Phone(Config(), "phone")
    one = phone.receive(1.0, PHYPHOX, acceleration("a", at(0, 50)))
    two = phone.receive(1.5, PHYPHOX, acceleration("b", at(0, 50)))
    ticks = np.concatenate([p.ticks for p in [*one, *two]])
    assert np.all(np.diff(ticks) > 0)
    assert two[0].ticks[0] - one[-1].ticks[-1] > 60
    assert one[0].rate_hz == pytest.approx(100)
    assert one[0].acc[3] == pytest.approx([0.03, 0, 9.8])


def test_phyphox_acceleration_and_angular_rate_are_paired():
    phone = Phone(Config(gyroscope=True), "phone")
    out = []
    for k in range(6):
        acc, gyr = at(20 * k, 20), [t + 0.003 for t in at(20 * k, 20)]
        zero = [0.0] * 20
        data = buffers(
            "a", acc_time=acc, accX=acc, accY=zero, accZ=zero,
            gyr_time=gyr, gyrX=gyr, gyrY=zero, gyrZ=zero,
        )  # fmt: skip
        out += phone.receive(float(k), PHYPHOX, data)
    acc = np.concatenate([p.acc for p in out])
    gyr = np.concatenate([p.gyr for p in out])
    assert len(acc) > 60
    assert gyr[:, 0] == pytest.approx(acc[:, 0], abs=1e-9)


def test_sensor_loggers_gravity_is_added_and_its_order_does_not_matter():
    phone = Phone(Config(), "phone")
    data = message(
        START,
        60,
        Accelerometer=lambda i: {"x": i * 0.01, "y": 0, "z": 0},
        gravity=lambda _: {"x": 0, "y": 0, "z": 9.81},
    )
    (packet,) = phone.receive(1.0, SENSOR_LOGGER, data)
    assert packet.acc[10] == pytest.approx([0.1, 0, 9.81])
    assert np.diff(packet.ticks) == pytest.approx(0.01)


@pytest.mark.parametrize("back_s", [30, 86400])
def test_a_phone_whose_clock_is_set_back_is_heard_again_but_no_late_post_is(back_s):
    phone, ticks = Phone(Config(), "phone"), []

    def post(t: float, at_s: float) -> int:
        data = message(
            START + round(at_s * 1e9), 50, TotalAcceleration=lambda i: {"x": 0, "y": 0, "z": 9.8}
        )
        out = phone.receive(t, SENSOR_LOGGER, data)
        ticks.extend(p.ticks for p in out)
        return len(out)

    assert [post(t, t) for t in (0.0, 1.0, 2.0, 0.5, 3.0)] == [1, 1, 1, 0, 1]
    heard = [post(t, t - back_s) for t in (4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0)]
    assert heard == [0, 0, 0, 0, 1, 1, 1]
    assert (np.diff(np.concatenate(ticks)) > 0).all()


def test_sensor_loggers_total_acceleration_is_taken_as_it_is():
    phone = Phone(Config(), "phone")
    data = message(START, 60, **{"Total Acceleration": lambda _: {"x": 0, "y": 0, "z": 9.81}})
    (packet,) = phone.receive(1.0, SENSOR_LOGGER, data)
    assert packet.acc[0] == pytest.approx([0, 0, 9.81])


NESTED = b'{"payload": ' + b"[" * 9000, b'{"buffer": ' + b'{"a": ' * 9000


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"payload": 3}', b'{"buffer": {"a": 1}}', b'{"a": "\xff"}', *NESTED],
)
@pytest.mark.parametrize("whose", [PHYPHOX, SENSOR_LOGGER])
def test_nonsense_is_a_decode_error_or_nothing(data, whose):
    try:
        assert Phone(Config(), "phone").receive(1.0, whose, data) == []
    except DecodeError:
        return


KEYS = (
    *("buffer", "status", "session", "acc_time", "accX", "accY", "accZ"),
    *("payload", "name", "time", "values", "x", "y", "z"),
)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.lists(json_values, max_size=4), st.sampled_from([PHYPHOX, SENSOR_LOGGER]))
@settings(max_examples=100, deadline=None)
def test_any_json_is_a_decode_error_or_packets(messages, whose):
    phone = Phone(Config(), "phone")
    for message_ in messages:
        with contextlib.suppress(DecodeError):
            for item in phone.receive(1.0, whose, json.dumps(message_).encode()):
                assert isinstance(item, Packet)
