"""The sensors and where they are worn: which are in range, what they send, which leg stamps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from cued import parts
from cued.commands._checks.bluetooth import BATTERY_LOW_PERCENT, stream
from cued.commands._setup.answers import NOT_LOOSE, PLACES, Answers, ChosenSensor, Tables
from cued.commands._setup.topics.topic import Finding, Nearby, Respondent, Talk, Topic, Trials
from cued.devices._unsupported import unsupported
from cued.model import Battery, CuedError, Input, Packet, Tick
from cued.signal.links import LOST_S

LISTEN_S = 10.0  # chosen: time to put a sensor on the table and lift it
NONE = "-"
BARS_DBM = (-60, -70, -80)  # lower limits of four, three and two bars; judgement, not measured
STAMPED_M_S2 = 25.0  # the least for a stamp; the other leg feels less; judgement, not measured


def bars(rssi: int | None) -> int:
    """Return a signal's strength as 1 to 4 bars; 0 where it is unknown."""
    return 0 if rssi is None else 4 - sum(rssi < limit for limit in BARS_DBM)


def stamped(heard: list[Input]) -> str:
    """Return the sensor that felt the hardest stamp, or "" if none did."""
    hardest, felt = "", STAMPED_M_S2
    for packet in heard:
        if isinstance(packet, Packet) and len(packet.acc):
            peak = float(np.max(np.linalg.norm(packet.acc, axis=1)))
            if peak > felt:
                hardest, felt = packet.sensor, peak
    return hardest


def _sent(name: str, worn: Mapping[str, Any], heard: list[Input]) -> Finding:
    """Judge what one sensor sent."""
    last = max((p.t for p in heard if isinstance(p, Packet) and p.sensor == name), default=None)
    end = max((i.t for i in heard if isinstance(i, Tick)), default=0.0)
    if last is not None and end - last > LOST_S:
        return Finding("trial.lost", {"sensor": name}, good=False)
    if worn.get("placement") in ("treadmill", "heart_rate"):
        there = any(getattr(i, "sensor", getattr(i, "source", "")) == name for i in heard)
        return Finding("trial.there" if there else "trial.silent", {"sensor": name}, good=there)
    sent = stream(name, heard)
    if sent is None:
        return Finding("trial.silent", {"sensor": name}, good=False)
    blanks: dict[str, float | str] = {"sensor": name, "rate": round(sent.rate_hz)}
    return Finding("trial.sends" if sent.whole else "trial.gaps", blanks, good=sent.whole)


def _data(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Listen for ten seconds; report what each sensor sent, and its battery."""
    heard = trials.listen(tables, LISTEN_S)
    configured = tables.get("sensors", {})
    out = [_sent(name, worn, heard) for name, worn in configured.items()]
    for charge in {b.sensor: b for b in heard if isinstance(b, Battery)}.values():
        low = charge.percent < BATTERY_LOW_PERCENT
        blanks: dict[str, float | str] = {"sensor": charge.sensor, "percent": round(charge.percent)}
        key = "trial.battery_low" if low else "trial.battery"
        out.append(Finding(key, blanks, good=not low))
    return out


def _stamp(trials: Trials, tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """Check that the left leg's sensor feels the left foot stamp."""
    hit = stamped(trials.listen(tables, LISTEN_S))
    worn = tables.get("sensors", {})
    if not hit:
        return [Finding("trial.no_stamp", good=False)]
    place = worn.get(hit, {}).get("placement", "")
    legs = [n for n, s in worn.items() if str(s.get("placement", "")).startswith(("foot", "shank"))]
    good = place.endswith("_left") if legs else True
    return [Finding("trial.stamp" if good else "trial.wrong_place", {"sensor": hit}, good=good)]


def _listen(trials: Trials, _tables: Tables, _how: Mapping[str, Any]) -> list[Finding]:
    """List the devices in range, for the phone to choose from."""
    return [
        Finding(
            "near",
            {
                "name": one.name or one.address,
                "address": one.address,
                "device": one.devices[0] if one.devices else "",
                "bars": bars(one.rssi),
            },
        )
        for one in trials.scan()
        if not unsupported(one.name)
    ]


def _shown(tables: Tables) -> dict[str, Any]:
    return {"sensors": [_sensor(s) for s in tables.get("sensors", {}).values()]}


def _sensor(table: Mapping[str, Any]) -> dict[str, str]:
    known = {name: str(table.get(name, "")) for name in ChosenSensor.__struct_fields__}
    return {name: value for name, value in known.items() if value}


def _lay(out: Tables, answers: Answers) -> None:
    if answers.sensors is not None:
        out["sensors"] = _named(answers.sensors, out.get("sensors", {}))
    if out.get("sensors"):
        out.setdefault("sources", {}).setdefault("ble", {})


def _named(sensors: tuple[ChosenSensor, ...], before: Tables) -> Tables:
    """Name each sensor's table after its placement; its other options stay."""
    out: Tables = {}
    for each in sensors:
        name, n = each.placement, 2
        while name in out:
            name, n = f"{each.placement}_{n}", n + 1
        fields = msgspec.to_builtins(each)
        same = [s for s in before.values() if each.address and s.get("address") == each.address]
        kept: Tables = same[0] if same and same[0].get("placement") == each.placement else {}
        out[name] = {**kept, **fields}
    return out


def _ask(talk: Talk) -> dict[str, Any]:
    """Ask where each device in range is worn; choosing none keeps the configured ones."""
    there, person = talk.tables.get("sensors", {}), talk.person
    if there:
        listed = [f"{table.get('device')} on {name}" for name, table in there.items()]
        person.tell(f"Configured: {', '.join(listed)}")
    if not talk.yes("Look for sensors (wake them, start the belt)", not there):
        return {}
    try:
        heard = talk.trials.scan()
    except CuedError as error:
        person.tell(f"Bluetooth: {error}")
        return {}
    found = [one for one in heard if one.devices]
    if found:
        person.tell(f"Wear it {NOT_LOOSE}.")
    chosen = [sensor for one in found if (sensor := _placed(talk, one))]
    if not any(sensor.placement == "treadmill" for sensor in chosen):
        chosen += _treadmill(talk.person, [one for one in heard if not one.devices])
    if not chosen:
        person.tell("No sensor chosen; the configured ones stay.")
        return {}
    values = {"sensors": msgspec.to_builtins(chosen)}
    talk.tell("data", values)
    if any(s.placement.endswith("_left") for s in chosen):
        person.ask("Stamp your left foot a few times, then press Enter", "")
        talk.tell("stamp", values)
    return values


def _placed(talk: Talk, one: Nearby) -> ChosenSensor | None:
    device = one.devices[0]
    signal = f", signal {bars(one.rssi)} of 4" if one.rssi is not None else ""
    question = f"{one.name or one.address} ({device}{signal}): worn where, or skip"
    usual = parts.load("devices", device).place or "lower_back"
    place = talk.person.ask(question, usual, (*PLACES, "skip"))
    return None if place == "skip" else ChosenSensor(device, place, one.address)


def _treadmill(person: Respondent, others: list[Nearby]) -> list[ChosenSensor]:
    """Ask for a treadmill that does not advertise itself as one; many speak FTMS even so."""
    for why in filter(None, (unsupported(one.name) for one in others)):
        person.tell(why)
    there = [one for one in others if not unsupported(one.name)]
    if not there:
        return []
    person.tell(f"Also in range: {', '.join(f'{one.name} ({one.address})' for one in there)}")
    part = person.ask("If one of them is the treadmill, its name or address", NONE).lower()
    chosen = [one for one in there if part in f"{one.name} {one.address}".lower()]
    if part == NONE or len(chosen) != 1:
        return []
    return [ChosenSensor("ftms", "treadmill", chosen[0].address)]


TOPIC = Topic(
    fields=("sensors",),
    shown=_shown,
    lay=_lay,
    ask=_ask,
    trials={"listen": _listen, "data": _data, "stamp": _stamp},
    noted=True,
)
