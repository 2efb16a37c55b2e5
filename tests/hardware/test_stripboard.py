"""The driver on stripboard has the nets of the drawing, and no hole is used twice."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

HARDWARE = Path(__file__).parents[2] / "hardware"

# drawings/driver.svg and its note on the right channel, net by net.
SCHEMATIC = [
    {"IN 5V", "F1 1"},
    {"F1 2", "C1 +", "C2 1", "D1 band", "D3 band", "OUT MOTOR_5V"},
    {
        *("IN GND", "LINK 1", "LINK 2", "C1 -", "C2 2", "Q1 S", "Q2 S", "R2 2", "R4 2", "R5 2"),
        *("R6 2", "D2 other", "D4 other", "D5 other", "D6 other"),
    },
    {"IN IN_L", "R1 1", "R5 1"},
    {"R1 2", "C3 1"},
    {"C3 2", "R2 1", "D5 band", "Q1 G"},
    {"Q1 D", "D1 other", "R7 1"},
    {"R7 2", "D2 band", "OUT LEFT"},
    {"IN IN_R", "R3 1", "R6 1"},
    {"R3 2", "C4 1"},
    {"C4 2", "R4 1", "D6 band", "Q2 G"},
    {"Q2 D", "D3 other", "R8 1"},
    {"R8 2", "D4 band", "OUT RIGHT"},
]


def placed():
    with (HARDWARE / "stripboard.csv").open(encoding="utf-8") as file:
        return {f"{r['ref']} {r['pin']}": r["hole"] for r in csv.DictReader(file)}


def test_the_strips_and_the_link_make_the_nets_of_the_drawing():
    holes = placed()
    strips: dict[str, set[str]] = defaultdict(set)
    for pin, hole in holes.items():
        strips[hole[0]].add(pin)
    a, b = holes["LINK 1"][0], holes["LINK 2"][0]
    strips[a] |= strips.pop(b)
    assert sorted(map(sorted, strips.values())) == sorted(map(sorted, SCHEMATIC))


def test_no_hole_is_used_twice_or_off_the_board():
    holes = list(placed().values())
    assert len(set(holes)) == len(holes)
    assert all("A" <= hole[0] <= "N" and 1 <= int(hole[1:]) <= 26 for hole in holes)


def test_a_transistors_legs_are_side_by_side_in_its_own_order():
    holes = placed()
    for ref, legs in (("Q1", "GDS"), ("Q2", "SDG")):
        rows = [holes[f"{ref} {leg}"] for leg in legs]
        assert [ord(row[0]) - ord(rows[0][0]) for row in rows] == [0, 1, 2]
        assert len({row[1:] for row in rows}) == 1


def test_every_part_reaches_its_holes():
    reach_mm = {"C1": (3, 5.5), "C2": (2.5, 5.5), "C3": (2.5, 5.5), "C4": (2.5, 5.5), "F1": (5, 6)}
    holes = placed()
    for ref in {pin.split()[0] for pin in holes} - {"IN", "OUT", "LINK", "Q1", "Q2"}:
        (r1, c1), (r2, c2) = (
            (ord(hole[0]), int(hole[1:])) for pin, hole in holes.items() if pin.split()[0] == ref
        )
        distance = 2.54 * math.hypot(r1 - r2, c1 - c2)
        least, most = reach_mm.get(ref, (2.5, 40))
        assert least <= distance <= most, ref
