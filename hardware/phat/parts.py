"""The board's parts, their places and their nets.

Schematic and board are both made from this. Three channels of drawings/driver.svg in surface-mount
parts: left and right motor, and the relay (R2 1 MΩ, D5 1N4148W, no R7). 5 V comes from the header
or, by a jumper, from a separate supply. Coordinates are in mm from the board's top left corner; the
header is at the top.
"""

from __future__ import annotations

from typing import NamedTuple

SIZE = (65.0, 56.0)
HOLES = ((3.5, 3.5), (61.5, 3.5), (3.5, 52.5), (61.5, 52.5))  # as the Pi 3B+, 4 and 5 have them
HEADER_AT = (8.37, 4.77)  # pin 1
# Print beside connectors and jumper: what each pole is. C1's plus and the diodes' bands are theirs.
PRINT = {
    (44.0, 53.6): "5V", (46.5, 53.6): "L", (49.0, 53.6): "R", (57.0, 49.0): "motors",
    (26.25, 53.6): "relay coil",
    (9.2, 53.1): "3V3", (12.0, 53.1): "OUT", (14.8, 53.1): "GND", (19.2, 49.0): "sensor",
    (4.0, 14.0): "Pi", (3.7, 19.1): "own", (8.6, 21.3): "own +5 V", (6.0, 33.8): "GND",
}  # fmt: skip
NAMES_AT = {"J5": (3.2, 21.3)}  # where KiCad's own place for a part's name is taken

R, C = "Resistor_SMD:R_0805_2012Metric", "Capacitor_SMD:C_0805_2012Metric"
SMALL, LARGE = "Diode_SMD:D_SOD-123", "Diode_SMD:D_SMA"


class Placed(NamedTuple):
    """A part: symbol, value, footprint, net of each pin, place, and rotation in degrees."""

    ref: str
    symbol: str
    value: str
    footprint: str
    nets: dict[str, str]
    at: tuple[float, float]
    turn: float = 0.0


def channel(n: int, name: str, pin: str, x: float, *, relay: bool = False) -> list[Placed]:
    """Return one channel from the header's side to the connectors': R1 of channel 2 is R21."""
    out, gate, mid, drain = f"{name}_OUT", f"GATE{n}", f"EDGE{n}", f"DRAIN{n}"
    tail = out if relay else drain
    made = [
        Placed(f"R{n}1", "Device:R", "100", R, {"1": pin, "2": mid}, (x, 13.5)),
        Placed(f"R{n}5", "Device:R", "10k", R, {"1": pin, "2": "GND"}, (x + 7, 13.5)),
        Placed(f"C{n}3", "Device:C", "1u", C, {"1": mid, "2": gate}, (x, 18)),
        Placed(
            f"R{n}2", "Device:R", "1M" if relay else "100k", R,
            {"1": gate, "2": "GND"}, (x + 7, 18),
        ),
        Placed(
            f"D{n}5", "Device:D_Schottky", "1N4148W" if relay else "BAT43W", SMALL,
            {"1": gate, "2": "GND"}, (x + 7, 22),
        ),
        Placed(
            f"Q{n}", "Transistor_FET:Q_NMOS_GSD", "AO3400A", "Package_TO_SOT_SMD:SOT-23",
            {"1": gate, "2": "GND", "3": tail}, (x, 23),
        ),
        Placed(
            f"D{n}1", "Device:D_Schottky", "SS14", LARGE, {"1": "+5V_M", "2": tail}, (x + 3, 28.5),
        ),
    ]  # fmt: skip
    if not relay:
        made += [
            Placed(
                f"R{n}7", "Device:R", "10 1W", "Resistor_SMD:R_2512_6332Metric",
                {"1": drain, "2": out}, (x + 3, 34),
            ),
            Placed(
                f"D{n}2", "Device:D_Zener", "SMAJ5.0A", LARGE,
                {"1": out, "2": "GND"}, (x + 3, 39.5),
            ),
        ]  # fmt: skip
    return made


XH3, XH2 = (f"Connector_JST:JST_XH_B{n}B-XH-A_1x0{n}_P2.50mm_Vertical" for n in (3, 2))
GROUNDS = ("6", "9", "14", "20", "25", "30", "34", "39")
HEADER = {
    **dict.fromkeys(GROUNDS, "GND"),
    "1": "+3V3", "2": "+5V", "4": "+5V",
    "11": "BELT_SENSOR", "18": "RELAY", "32": "LEFT", "33": "RIGHT",
}  # fmt: skip

PARTS = [
    Placed(
        "J1", "Connector_Generic:Conn_02x20_Odd_Even", "Raspberry Pi, socket below",
        "Connector_PinHeader_2.54mm:PinHeader_2x20_P2.54mm_Vertical", HEADER, HEADER_AT, 90,
    ),
    *channel(1, "LEFT", "LEFT", 37),
    *channel(2, "RIGHT", "RIGHT", 51),
    *channel(3, "RELAY", "RELAY", 23, relay=True),
    Placed(
        "JP1", "Connector_Generic:Conn_01x03", "5 V: 1-2 of the Pi, 2-3 its own",
        "Connector_PinHeader_2.54mm:PinHeader_1x03_P2.54mm_Vertical",
        {"1": "+5V", "2": "+5V_IN", "3": "+5V_EXT"}, (7, 14),
    ),
    Placed(
        "F1", "Device:Polyfuse", "0.5 A", "Fuse:Fuse_1812_4532Metric",
        {"1": "+5V_IN", "2": "+5V_M"}, (14.5, 17), 90,
    ),
    Placed(
        "C1", "Device:C_Polarized", "470u 10V", "Capacitor_THT:CP_Radial_D8.0mm_P3.50mm",
        {"1": "+5V_M", "2": "GND"}, (15.5, 29),
    ),
    Placed("C2", "Device:C", "100n", C, {"1": "+5V_M", "2": "GND"}, (12, 36)),
    Placed("R10", "Device:R", "1k", R, {"1": "BELT_SENSOR", "2": "SENSOR_IN"}, (8, 40)),
    Placed(
        "J5", "Connector_Generic:Conn_01x02", "own 5 V",
        "TerminalBlock_Phoenix:TerminalBlock_Phoenix_MKDS-1,5-2-5.08_1x02_P5.08mm_Horizontal",
        {"1": "+5V_EXT", "2": "GND"}, (6.5, 25), 270,
    ),
    Placed(
        "J3", "Connector_Generic:Conn_01x03", "belt sensor: 3V3, OUT, GND",
        "Connector_JST:JST_PH_B3B-PH-K_1x03_P2.00mm_Vertical",
        {"1": "+3V3", "2": "SENSOR_IN", "3": "GND"}, (10, 49),
    ),
    Placed(
        "J4", "Connector_Generic:Conn_01x02", "relay coil", XH2,
        {"1": "+5V_M", "2": "RELAY_OUT"}, (25, 49),
    ),
    Placed(
        "J2", "Connector_Generic:Conn_01x03", "motors: 5 V, left, right", XH3,
        {"1": "+5V_M", "2": "LEFT_OUT", "3": "RIGHT_OUT"}, (44, 49),
    ),
]  # fmt: skip
