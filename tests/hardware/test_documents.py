"""The drawings, lists and sums of hardware/ against each other and against the program."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from cued.actuators import haptic
from cued.frames import rotation
from cued.sinks import light
from cued.sources import buttons

HOME = Path(__file__).parents[2]
HARDWARE = HOME / "hardware"
README = (HARDWARE / "README.md").read_text("utf-8")
DRAWINGS = sorted((HARDWARE / "wiring").glob("*.yml"))
MARK_GPIO, RELAY_GPIO, I2S = 16, 24, {18, 19, 21}
# Which GPIO lies on which pin of the 40-pin header (Raspberry Pi documentation).
HEADER = {11: 17, 12: 18, 18: 24, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 40: 21}
POWER = {1: "3V3", 2: "5V", 4: "5V", 17: "3V3"} | dict.fromkeys(
    (6, 9, 14, 20, 25, 30, 34, 39), "GND"
)


def listed(text, name):
    """A list of a drawing's connector, ``pins: [1, 2]``, as strings. WireViz is not needed here."""
    found = re.search(rf"^  {name[0]}:\n(?:    .*\n)*?    {name[1]}: \[(.*)\]$", text, re.MULTILINE)
    assert found, name
    return [x.strip().strip('"') for x in found.group(1).split(",")]


def header_of(path):
    """Header pin to label of the Pi in one drawing; empty without one."""
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
        expected = POWER.get(pin) or f"GPIO{HEADER[pin]}"
        assert label.split()[0] == expected, f"header {pin}"


def test_the_drawings_use_the_programs_pins():
    motors, press, lamp = haptic.Config(), buttons.Config(), light.Config()
    station = set(header_of(HARDWARE / "wiring" / "station.yml").values())
    used = {motors.left_pin, motors.right_pin, press.main_pin, lamp.pin, MARK_GPIO}
    assert {x for x in station if x.startswith("GPIO")} == {f"GPIO{n}" for n in used}
    assert len(used | I2S | {RELAY_GPIO}) == 5 + 3 + 1
    buttons.Config(mark_pin=MARK_GPIO)


def test_no_two_drawings_put_two_wires_on_one_signal_pin():
    seen: dict[int, str] = {}
    for path in DRAWINGS:
        for pin, label in header_of(path).items():
            if label.startswith("GPIO"):
                assert pin not in seen, f"header {pin} in {path.name} and {seen.get(pin)}"
                seen[pin] = path.name
    assert f"GPIO{RELAY_GPIO}" in header_of(HARDWARE / "wiring" / "relay.yml").values()


def test_the_table_of_pins_agrees_with_header_and_configuration():
    rows = re.findall(
        r"^\| ([\d, ]+) \| ([\d, ]+) \| (.+?) \| .+? \| (.+?) \|$", README, re.MULTILINE
    )
    assert len(rows) == 8
    for gpios, pins, *_ in rows:
        for gpio, pin in zip(gpios.split(", "), pins.split(", "), strict=True):
            assert HEADER[int(pin)] == int(gpio)


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
    table = README[README.index("| what | A | from |") :]
    rows = re.findall(r"^\| ([^*|]+) \| ([\d.]+) \|", table, re.MULTILINE)
    (total,) = re.findall(r"\*\*sum\*\* \| \*\*([\d.]+)\*\*", table)
    (spare,) = re.findall(r"([\d.]+) A to spare of 3\.00 A", table)
    assert len(rows) == 6
    assert sum(float(a) for _, a in rows) == pytest.approx(float(total))
    assert float(total) + float(spare) == pytest.approx(3.0)
    (pi_5,) = re.findall(r"takes up to ([\d.]+) A", table)
    (pi_5_total,) = re.findall(r"the sum is ([\d.]+) A", table)
    pi_4 = next(float(a) for what, a in rows if what.startswith("Raspberry Pi"))
    assert float(total) - pi_4 + float(pi_5) == pytest.approx(float(pi_5_total))


@pytest.mark.parametrize(
    ("sum_", "value"),
    [
        ("3.3 V × 4.7 kΩ / (4.7 kΩ + 100 Ω) =\n  3.23 V", 3.3 * 4.7e3 / (4.7e3 + 100) / 3.23),
        ("10 µA × 4.7 kΩ = 0.05 V", 10e-6 * 4.7e3 / 0.047),
        ("3.3 V × 4.7 / (4.7 + 33) = 0.41 V", 3.3 * 4.7 / 37.7 / 0.411),
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
    assert {f"{k}{n}" for k in "QRDC" for n in range(1, 5) if f"{k}{n}" in driver} <= refs
    parts = {"DRV", "DRV3", "OUT", "KEY"}  # the driver's board, an amplifier's side, the treadmill
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


@pytest.mark.parametrize(
    "path", [*HARDWARE.rglob("*.md"), HOME / "docs" / "wearing.md"], ids=lambda p: p.stem
)
def test_every_link_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
