"""The drawings, lists and sums of hardware/ against each other and against the program."""

from __future__ import annotations

import ast
import csv
import hashlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from cued import config
from cued.commands import _header, wiring
from cued.frames import rotation

HOME = Path(__file__).parents[2]
HARDWARE = HOME / "hardware"
README = (HARDWARE / "README.md").read_text("utf-8")
DRAWINGS = sorted((HARDWARE / "wiring").glob("*.yml"))
EVERYTHING = config.convert(
    {
        "actuators": {"haptic": {}, "speech": {"device": "MAX98357A"}},
        "sources": {"buttons": {"mark_pin": 16}, "belt_pulses": {"length_m": 3.0}},
        "sinks": {"light": {}, "relay": {}},
    }
)
WIRES = _header.wires(EVERYTHING, i2s=True)
KEYS = {"faster_pin": 22, "slower_pin": 23}  # in the table but in no drawing: wired as the others
TABLE = [
    *WIRES,
    *_header.wires(config.convert({"sources": {"buttons": {"main_pin": 5, **KEYS}}}), i2s=False),
]


def listed(text, name):
    """Return a list of a drawing's connector, ``pins: [1, 2]``, as strings, without WireViz."""
    found = re.search(rf"^  {name[0]}:\n(?:    .*\n)*?    {name[1]}: \[(.*)\]$", text, re.MULTILINE)
    assert found, name
    return [x.strip().strip('"') for x in found.group(1).split(",")]


def header_of(path):
    """Return the Pi's labels by header pin in one drawing; empty without a Pi."""
    text = path.read_text("utf-8")
    if "\n  PI:\n" not in text:
        return {}
    pins = [int(x) for x in listed(text, ("PI", "pins"))]
    labels = listed(text, ("PI", "pinlabels"))
    assert len(pins) == len(labels)
    return dict(zip(pins, labels, strict=True))


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda p: p.stem)
def test_every_header_pin_has_the_name_it_has_on_the_pi(path):
    for pin, label in header_of(path).items():
        expected = _header.SUPPLIES.get(pin) or f"GPIO{_header.GPIO[pin]}"
        assert label.split()[0] == expected, f"header {pin}"


def test_the_drawings_have_the_wires_of_the_program_and_no_pin_twice():
    drawn = [pin for path in DRAWINGS for pin in header_of(path)]
    sensor = {w.pin for w in WIRES if "belt sensor" in w.end}  # drawn in belt-sensor.md
    assert sorted(drawn) == sorted({w.pin for w in WIRES} - sensor)
    text = (HARDWARE / "belt-sensor.md").read_text("utf-8")
    assert {int(x) for x in re.findall(r"\(pin (\d+)", text)} == sensor


def test_the_table_of_pins_is_that_of_the_program():
    rows = re.findall(
        r"^\| ([\d, ]+) \| ([\d, ]+) \| (.+?) \| .+? \| (.+?) \|$", README, re.MULTILINE
    )
    listed = {
        int(gpio): int(pin)
        for gpios, pins, *_ in rows
        for gpio, pin in zip(gpios.split(", "), pins.split(", "), strict=True)
    }
    assert listed == {_header.GPIO[w.pin]: w.pin for w in TABLE if w.option}
    options = {int(g.split(",")[0]): option for g, _, _, option in rows}
    for wire in TABLE:
        if wire.option and not wire.option.startswith("I2S"):
            part, key = wire.option.split()
            assert part in options[_header.GPIO[wire.pin]]
            assert key in options[_header.GPIO[wire.pin]]


def test_the_table_of_boards_is_that_of_the_program():
    names = {"zero2w": "Zero 2 W", "3b+": "3B+", "4": "4", "5": "5"}
    assert names.keys() == wiring.MODELS.keys()
    for model, listing in wiring.MODELS.items():
        assert f"| {names[model]} | {' | '.join(listing)} |\n" in README


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda p: p.stem)
def test_the_rendered_drawing_is_of_this_wiring(path):
    source, drawn = path.read_text("utf-8"), path.with_suffix(".svg").read_text("utf-8")
    words = {
        "".join(x.itertext()) for x in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
    }
    section = source[source.index("connectors:") : source.index("connections:")]
    for name in re.findall(r"^  (\w+):$", section, re.MULTILINE):
        assert name in words, f"{path.name}: run scripts/render-hardware"
    for value in re.findall(r"^    (?:type|notes): (.+)$", section, re.MULTILINE):
        assert value.strip('"') in words, f"{path.name}: run scripts/render-hardware"


@pytest.mark.parametrize(
    "path", sorted((HARDWARE / "drawings").glob("*.svg")), ids=lambda p: p.stem
)
def test_a_drawing_is_an_svg_with_a_title_and_a_description(path):
    kinds = {x.tag.rpartition("}")[2] for x in ET.parse(path).getroot().iter()}
    assert {"title", "desc"} <= kinds


def ordered(name):
    """Return the lines of a set's order list."""
    command = [sys.executable, HOME / "scripts/order-list", name]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return list(csv.reader(x for x in listing.splitlines() if x and not x.startswith("#")))


def test_the_sets_add_up():
    start = README.index("| part | cheapest that works (`cheap`) |")
    rows = README[start : README.index("\n\n", start)].splitlines()[2:]
    columns = zip(*(row.strip("| ").split(" | ")[1:] for row in rows), strict=True)
    for (*parts_, total), name in zip(columns, ("cheap", "plain", "haptic"), strict=True):
        counts = [int(x.split()[-1]) for x in parts_ if x != "none"]
        assert f"**{sum(counts)}**" == total
        assert sum(int(count) for count, _, _ in ordered(name)) == sum(counts)
    with (HARDWARE / "bom.csv").open(encoding="utf-8") as file:
        driver = sum(int(row["count"]) for row in csv.DictReader(file) if row["group"] == "driver")
    assert f"button, LED, resistor: {driver + 3} |" in README


def test_the_printed_board_passes_its_checks():
    done = subprocess.run(
        [HOME / "scripts" / "render-phat", "--check"], capture_output=True, text=True, check=False
    )
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr


def test_the_printed_board_is_the_one_that_was_checked():
    listing = (HARDWARE / "phat" / "checked.txt").read_text("utf-8")
    sums = re.findall(r"^([0-9a-f]{64})  (\S+)$", listing, re.MULTILINE)
    assert {name for _, name in sums} == {"phat.kicad_sch", "phat.kicad_pcb"}
    for sum_, name in sums:
        found = hashlib.sha256((HARDWARE / "phat" / name).read_bytes()).hexdigest()
        assert found == sum_, f"{name}: run scripts/render-phat"


def test_the_printed_board_has_the_header_of_the_program_and_the_channels_of_the_drawing():
    sys.path.insert(0, str(HARDWARE / "phat"))
    try:
        from parts import HEADER, PARTS
    finally:
        sys.path.pop(0)
    names = {"LEFT": "haptic left_pin", "RIGHT": "haptic right_pin", "RELAY": "relay pin"}
    names["BELT_SENSOR"] = "belt_pulses pin"
    signals = {w.option: str(w.pin) for w in WIRES}
    for pin, net in HEADER.items():
        if net in names:
            assert pin == signals[names[net]]
        else:
            assert _header.SUPPLIES[int(pin)] == net.removeprefix("+")
    joined = {(p.ref, number): net for p in PARTS for number, net in p.nets.items()}
    for n in (1, 2, 3):
        gate, edge = f"GATE{n}", f"EDGE{n}"
        assert (joined[f"R{n}1", "2"], joined[f"C{n}3", "1"]) == (edge, edge)
        at_gate = [joined[ref] for ref in ((f"C{n}3", "2"), (f"R{n}2", "1"), (f"D{n}5", "1"))]
        assert at_gate == [gate] * 3
        assert joined[f"Q{n}", "1"] == gate
        assert joined[f"Q{n}", "3"] == joined[f"D{n}1", "2"]
        grounded = [(f"R{n}2", "2"), (f"R{n}5", "2"), (f"D{n}5", "2"), (f"Q{n}", "2")]
        assert {joined[ref] for ref in grounded} == {"GND"}


def test_the_boxs_wires_and_pictures_are_those_of_the_program():
    text = (HOME / "scripts" / "draw-box").read_text("utf-8")
    pins = {w.pin for w in WIRES if w.end.startswith(("driver", "button main", "light"))}
    drawn = re.findall(r'"([\d, ]+)", "#', text)
    assert {int(x) for found in drawn for x in found.split(", ")} == pins - third_channel()
    before = {p: p.read_bytes() for p in (HARDWARE / "drawings").glob("*.svg")}
    subprocess.run([sys.executable, HOME / "scripts" / "draw-box"], check=True)
    assert before == {p: p.read_bytes() for p in before}


def third_channel():
    return {w.pin for w in WIRES if "third channel" in w.end}


def test_the_simulated_figures_are_those_of_the_text():
    if not shutil.which("ngspice"):
        pytest.skip("ngspice is not installed (Debian package ngspice)")
    done = subprocess.run(
        [HOME / "scripts" / "simulate-driver"], capture_output=True, text=True, check=True
    )
    assert done.stdout in README


def test_wiring_and_case_can_be_rendered():
    done = subprocess.run(
        [HOME / "scripts" / "render-hardware", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 3:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr


def test_the_current_budget_adds_up():
    start = README.index("| what | A | from |")
    table = README[start : README.index("\n\n", start)]
    rows = re.findall(r"^\| ([^*|]+) \| ([\d.]+) \|", table, re.MULTILINE)
    (total,) = re.findall(r"\*\*sum\*\* \| \*\*([\d.]+)\*\*", table)
    (spare,) = re.findall(r"([\d.]+) A to spare of 3\.00 A", table)
    assert len(rows) == 6
    assert sum(float(a) for _, a in rows) == pytest.approx(float(total))
    assert float(total) + float(spare) == pytest.approx(3.0)
    others = float(total) - next(float(a) for what, a in rows if what.startswith("Raspberry Pi"))
    assert f"All but the Pi: {others:.2f} A" in README
    boards = re.findall(r"^\| ([\w+ ]+) \|" + r" ([\d.]+) \|" * 4 + "$", README, re.MULTILINE)
    assert [name for name, *_ in boards] == ["Zero 2 W", "3B+", "4", "5"]
    for _, itself, supply, sum_, left in boards:
        assert float(itself) + others == pytest.approx(float(sum_))
        assert float(supply) - float(sum_) == pytest.approx(float(left))


@pytest.mark.parametrize(
    ("sum_", "value"),
    [
        ("1 µF × 100 kΩ = 0.1 s", 1e-6 * 100e3 / 0.1),
        ("5 V / 10 Ω = 0.5 A", 5 / 10 / 0.5),
        ("10 Ω × 0.1 A = 1 V", 10 * 0.1 / 1),
        ("1.2 Ω × 0.2 A = 0.24 V", 1.2 * 0.2 / 0.24),
        ("5 V - 1 V (R7) - 0.24 V (F1) - 0.06 V (cable) = 3.7 V", (5 - 1 - 0.24 - 0.06) / 3.7),
        ("3.3 V / 100 Ω = 33 mA", 3.3 / 100 / 0.033),
        ("5 m × 0.125 Ω/m × 0.1 A = 0.06 V", 5 * 0.125 * 0.1 / 0.0625),
        ("0.2 A × 1 ms / 470 µF = 0.43 V", 0.2e-3 / 470e-6 / 0.4255),
        ("(3.3 V - 2.0 V) / 330 Ω = 4 mA", 1.3 / 330 / 3.94e-3),
    ],
)
def test_a_sum_in_the_text_is_right(sum_, value):
    assert sum_ in README
    assert value == pytest.approx(1, abs=0.01)


def test_the_list_of_parts_names_every_part_of_the_drawings():
    with (HARDWARE / "bom.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in rows)
    for row in rows:
        assert row["what"]
        assert row["part"]
        assert int(row["count"]) >= 1
        assert row["ref"] == "-" or len(row["ref"].split()) in (1, int(row["count"]))
    refs = {ref for row in rows for ref in row["ref"].split()}
    driver = (HARDWARE / "drawings" / "driver.svg").read_text("utf-8")
    assert set(re.findall(r"\b[QRDCF]\d\b", driver)) <= refs
    parts = {
        "DRV",
        "DRV3",
        "DRVP",
        "OUT",
        "KEY",
    }  # the driver's board, an amplifier's side, the treadmill
    for path in DRAWINGS:
        text = path.read_text("utf-8")
        section = text[text.index("connectors:") : text.index("cables:")]
        assert set(re.findall(r"^  (\w+):$", section, re.MULTILINE)) - parts <= refs


def test_every_mounting_of_the_table_is_right_handed_and_as_named():
    text = (HOME / "docs" / "wearing.md").read_text("utf-8")
    axis = {
        s + n: sign * np.eye(3)[k] for k, n in enumerate("xyz") for s, sign in (("+", 1), ("-", -1))
    }
    rows = re.findall(
        r"^\| ([+-][xyz]) \| ([+-][xyz]) \| ([+-][xyz]) \| `mounting = (.+)` \|$",
        text,
        re.MULTILINE,
    )
    assert len(rows) == 7
    for up, forward, left, written in rows:
        m = rotation(ast.literal_eval(written))
        np.testing.assert_allclose(m, [axis[forward], axis[left], axis[up]], atol=1e-12)
