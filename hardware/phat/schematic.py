"""Write the board's schematic from its parts: every pin with its net's name."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

from parts import PARTS, Placed

SYMBOLS = Path("/usr/share/kicad/symbols")
ROOT = uuid.uuid5(uuid.NAMESPACE_URL, "cued/phat")
COLUMN, ROW, LEFT, TOP = 45.72, 38.1, 30.48, 60.96  # multiples of 2.54
# By the way a pin points to its symbol: how its label is turned, and which end of it is at the pin.
LABEL = {0: (180, "right"), 180: (0, "left"), 270: (90, "left"), 90: (270, "right")}
TALL = 10.0  # half the height from which names stand above a symbol and not beside it
Pin = tuple[float, float, int]
FLAGGED = ("+5V", "+5V_EXT", "+5V_IN", "+5V_M", "+3V3", "GND")


def identity(name: str) -> str:
    """Return the same identity for the same name each time."""
    return str(uuid.uuid5(ROOT, name))


def block(text: str, start: int) -> str:
    """Return the S-expression that starts there."""
    depth = 0
    for k in range(start, len(text)):
        depth += (text[k] == "(") - (text[k] == ")")
        if depth == 0:
            return text[start : k + 1]
    raise ValueError("not closed")


def symbol(name: str) -> str:
    """Return a symbol of KiCad's libraries as a schematic embeds it."""
    library, _, own = name.partition(":")
    text = (SYMBOLS / f"{library}.kicad_sym").read_text("utf-8")
    found = block(text, text.index(f'(symbol "{own}"'))
    return found.replace(f'(symbol "{own}"', f'(symbol "{name}"', 1)


def pins(found: str) -> dict[str, Pin]:
    """Return where a symbol's pins end and which way they point, by number."""
    out: dict[str, Pin] = {}
    for start in (m.start() for m in re.finditer(r"\(pin \w+ \w+", found)):
        pin = block(found, start)
        at = re.search(r"\(at (\S+) (\S+) (\d+)", pin)
        number = re.search(r'\(number "([^"]+)"', pin)
        assert at
        assert number
        out[number.group(1)] = float(at.group(1)), float(at.group(2)), int(at.group(3))
    return out


def placed(part: Placed, at: tuple[float, float], ends: dict[str, Pin]) -> str:
    """Write one part, a label at each of its pins, and a cross at those that are free."""
    x, y = at
    top = max(dy for _, dy, _ in ends.values())
    beside, over, under = (-3.81, -top - 6.35, -top - 3.81) if top > TALL else (3.81, -5.08, 5.08)
    size = "(effects (font (size 1.27 1.27)) (justify {}))"
    aside = size.format("left")
    lines = [
        f'(symbol (lib_id "{part.symbol}") (at {x} {y} 0) (unit 1) (in_bom yes) (on_board yes)'
        f' (uuid "{identity(part.ref)}")',
        f'(property "Reference" "{part.ref}" (at {x + beside:g} {y + over:g} 0) {aside})',
        f'(property "Value" "{part.value}" (at {x + beside:g} {y + under:g} 0) {aside})',
        f'(property "Footprint" "{part.footprint}" (at {x} {y} 0) (effects (hide yes)))',
        f'(instances (project "phat" (path "/{ROOT}" (reference "{part.ref}") (unit 1))))',
        ")",
    ]
    for number, (dx, dy, way) in ends.items():
        px, py = round(x + dx, 2), round(y - dy, 2)
        if number in part.nets:
            turn, side = LABEL[way]
            effects = size.format(f"{side} bottom")
            lines.append(
                f'(label "{part.nets[number]}" (at {px} {py} {turn}) {effects}'
                f' (uuid "{identity(part.ref + number)}"))'
            )
        else:
            lines.append(f'(no_connect (at {px} {py}) (uuid "{identity(part.ref + number)}"))')
    return "\n".join(lines)


def main(out: Path) -> None:
    """Write the file."""
    names = sorted({p.symbol for p in PARTS} | {"power:PWR_FLAG"})
    library = {name: symbol(name) for name in names}
    flags = [
        Placed(f"#FLG{k}", "power:PWR_FLAG", "PWR_FLAG", "", {"1": net}, (0, 0))
        for k, net in enumerate(FLAGGED, 1)
    ]
    body = [
        placed(
            part,
            (round(LEFT + k % 8 * COLUMN, 2), round(TOP + k // 8 * ROW, 2)),
            pins(library[part.symbol]),
        )
        for k, part in enumerate([*PARTS, *flags])
    ]
    text = (
        f'(kicad_sch (version 20250114) (generator "cued") (uuid "{ROOT}") (paper "A3")\n'
        '(title_block (title "cued driver board: three channels, 5 V of its own, belt sensor"))\n'
        f"(lib_symbols {' '.join(library.values())})\n" + "\n".join(body) + "\n"
        '(sheet_instances (path "/" (page "1")))\n)\n'
    )
    out.write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(__file__).with_name("phat.kicad_sch"))
