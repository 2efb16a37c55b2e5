"""Show which wire goes to which pin of the Pi's header, according to the configuration.

Prints the header, the lines for ``config.txt`` and the model's particulars; ``--svg`` also draws
it. A pin that the Pi itself uses is refused, with the reason.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from html import escape
from pathlib import Path

from cued.commands._header import (
    GPIO,
    SUPPLIES,
    Wire,
    boot_lines,
    refuse_clashes,
    speaker_on_i2s,
    wires,
)
from cued.commands._options import add_config, load_config

NAME = "wiring"
HELP = "show every wire at the Pi's header"

# Sound output, supply, and the header's particulars. Sources: Raspberry Pi's product briefs.
MODELS = {
    "3b+": (
        "3.5 mm jack, USB or I2S",
        "5.1 V 2.5 A, micro-USB",
        "pin 1 is at the end away from the USB sockets",
    ),
    "4": (
        "3.5 mm jack, USB or I2S",
        "5.1 V 3 A, USB-C",
        "pin 1 is at the end away from the USB sockets",
    ),
    "5": (
        "USB or I2S: it has no 3.5 mm jack",
        "5.1 V 5 A, USB-C; with 3 A its USB ports share 0.6 A",
        "pin 1 is at the end away from the USB sockets",
    ),
    "zero2w": (
        "I2S, or USB with an adapter: it has no 3.5 mm jack",
        "5.1 V 2.5 A, micro-USB",
        "pin 1 is at the end with the SD card; the header has to be soldered on, and the only USB "
        "socket is micro-B and needs an OTG adapter",
    ),
}
COLOURS = {"5V": "#c00", "3V3": "#e70", "GND": "#333"}
SIGNAL = "#06c"
ROW, TOP, MIDDLE, WIDTH = 24, 70, 420, 840  # px of the drawing


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_config(parser, settings=True)
    parser.add_argument("--pi", choices=sorted(MODELS), default="4", help="model (default 4)")
    parser.add_argument("--i2s", action="store_true", help="the speaker is on the I2S pins")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="also draw it")


def run(args: argparse.Namespace) -> int:
    """Print the header and the model's particulars; draw it if asked."""
    config = load_config(args)
    i2s = args.i2s or speaker_on_i2s(config)
    refuse_clashes(config, i2s=i2s)
    found = wires(config, i2s=i2s)
    print("\n".join(text(found)))
    print("\nconfig.txt:")
    print("\n".join(f"  {line}" for line in boot_lines(config, i2s=i2s)))
    sound, supply, other = MODELS[args.pi]
    print(f"\nPi {args.pi}: {other}\nsound: {sound}\nsupply: {supply}")
    if args.svg:
        args.svg.write_text(svg(found, args.pi), "utf-8")
    return 0


def name_of(pin: int) -> str:
    """Return the name of a header pin."""
    return SUPPLIES.get(pin) or f"GPIO{GPIO[pin]}"


def text(found: Sequence[Wire]) -> list[str]:
    """Draw the header in characters, pin 1 at the top left."""
    ends = {wire.pin: wire.end for wire in found}
    lines: list[str] = []
    for odd in range(1, 40, 2):
        left, right = ends.get(odd, ""), ends.get(odd + 1, "")
        line = (
            f"{left:>28} {'──' if left else '  '} {name_of(odd):>6} {odd:>2} │ "
            f"{odd + 1:<2} {name_of(odd + 1):<6} {'── ' if right else ''}{right}"
        )
        lines.append(line.rstrip())
    return lines


def svg(found: Sequence[Wire], model: str) -> str:
    """Draw the header with its wires."""
    ends = {wire.pin: wire for wire in found}
    height = TOP + 20 * ROW + 30
    body = [_pin(pin, ends.get(pin)) for pin in range(1, 41)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="DejaVu Sans, Arial, sans-serif" font-size="14">',
            f"<title>Header of the Raspberry Pi {model}</title>",
            f"<desc>{len(found)} wires; {escape(MODELS[model][2])}</desc>",
            f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="20" y="30" font-size="18" font-weight="bold">Raspberry Pi {model}</text>',
            f'<text x="20" y="52" font-size="12">{escape(MODELS[model][2])}</text>',
            *body,
            "</svg>\n",
        ]
    )


def _pin(pin: int, wire: Wire | None) -> str:
    """Draw one pin, its name, and its wire to the edge."""
    side = 1 if pin % 2 == 0 else -1
    x, y = MIDDLE + side * 12, TOP + (pin - 1) // 2 * ROW + 12
    colour = COLOURS.get(name_of(pin), SIGNAL)
    anchor = "start" if side > 0 else "end"
    shape = (
        f'<rect x="{x - 8}" y="{y - 8}" width="16" height="16"'
        if pin == 1
        else (f'<circle cx="{x}" cy="{y}" r="8"')
    )
    out = [
        f'{shape} fill="{colour if wire else "#ddd"}"/>',
        f'<text x="{x}" y="{y + 4}" font-size="10" text-anchor="middle" '
        f'fill="{"#fff" if wire else "#555"}">{pin}</text>',
        f'<text x="{x + side * 16}" y="{y + 5}" text-anchor="{anchor}" '
        f'fill="{"#111" if wire else "#999"}">{name_of(pin)}</text>',
    ]
    if wire:
        out += [
            f'<path d="M{x + side * 76} {y}H{x + side * 140}" stroke="{colour}" stroke-width="3"/>',
            f'<text x="{x + side * 148}" y="{y + 5}" text-anchor="{anchor}">'
            f"{escape(wire.end)}</text>",
        ]
    return "\n".join(out)
