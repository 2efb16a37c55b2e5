"""Place the board's parts, route their connections and write the board, in KiCad's own Python.

Routing searches the shortest path on a grid of two layers, one connection after another; tracks of
the same net cost nothing, vias a little. Ground is the copper that is left, on both layers.
``kicad-cli pcb drc`` checks the result (scripts/render-phat).
"""

from __future__ import annotations

import heapq
from itertools import pairwise
from pathlib import Path

import pcbnew
from parts import HOLES, NAMES_AT, PARTS, PRINT, SIZE
from schematic import ROOT, identity

FOOTPRINTS = "/usr/share/kicad/footprints"
GRID_MM, CLEARANCE_MM, EDGE_MM = 0.25, 0.2, 0.5
VIA_MM, DRILL_MM, VIA_COST = 0.8, 0.4, 12
WIDE, THIN = 0.6, 0.3
POWER = ("+5V", "LEFT_OUT", "RIGHT_OUT", "RELAY_OUT", "DRAIN")
LAYERS = (pcbnew.F_Cu, pcbnew.B_Cu)
Cell = tuple[int, int, int]  # layer, column, row


def mm(value: float) -> int:
    """Return KiCad's units."""
    return pcbnew.FromMM(value)


def point(x: float, y: float) -> pcbnew.VECTOR2I:
    """Return a point in KiCad's units."""
    return pcbnew.VECTOR2I(mm(x), mm(y))


def outline(board: pcbnew.BOARD) -> None:
    """Draw the edge and drill the holes."""
    width, height = SIZE
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height), (0.0, 0.0)]
    for a, b in pairwise(corners):
        line = pcbnew.PCB_SHAPE(board, pcbnew.SHAPE_T_SEGMENT)
        line.SetStart(point(*a))
        line.SetEnd(point(*b))
        line.SetLayer(pcbnew.Edge_Cuts)
        line.SetWidth(mm(0.1))
        board.Add(line)
    for k, hole in enumerate(HOLES, 1):
        made = pcbnew.FootprintLoad(f"{FOOTPRINTS}/MountingHole.pretty", "MountingHole_2.7mm_M2.5")
        made.SetReference(f"H{k}")
        made.Reference().SetVisible(False)
        made.SetPosition(point(*hole))
        made.SetAttributes(pcbnew.FP_BOARD_ONLY | pcbnew.FP_EXCLUDE_FROM_BOM)
        board.Add(made)


def place(board: pcbnew.BOARD) -> None:
    """Put every part where it belongs and join its pads to their nets."""
    nets: dict[str, pcbnew.NETINFO_ITEM] = {}
    for name in sorted({net for part in PARTS for net in part.nets.values()}):
        nets[name] = pcbnew.NETINFO_ITEM(board, f"/{name}")
        board.Add(nets[name])
    for part in PARTS:
        library, _, name = part.footprint.partition(":")
        made = pcbnew.FootprintLoad(f"{FOOTPRINTS}/{library}.pretty", name)
        made.SetFPID(pcbnew.LIB_ID(library, name))
        made.SetReference(part.ref)
        made.SetValue(part.value)
        made.SetPath(pcbnew.KIID_PATH(f"/{ROOT}/{identity(part.ref)}"))
        made.SetOrientationDegrees(part.turn)
        made.SetPosition(point(*part.at))
        if part.ref in NAMES_AT:
            made.Reference().SetPosition(point(*NAMES_AT[part.ref]))
            made.Reference().SetTextAngleDegrees(0)
        board.Add(made)
        for pad in made.Pads():
            if pad.GetNumber() in part.nets:
                pad.SetNet(nets[part.nets[pad.GetNumber()]])
            elif pad.GetNumber():
                free = pcbnew.NETINFO_ITEM(
                    board, f"unconnected-({part.ref}-Pin_{pad.GetNumber()}-Pad{pad.GetNumber()})"
                )
                board.Add(free)
                pad.SetNet(free)


def letter(board: pcbnew.BOARD) -> None:
    """Print what each pole is."""
    for at, words in PRINT.items():
        text = pcbnew.PCB_TEXT(board)
        text.SetText(words)
        text.SetPosition(point(*at))
        text.SetLayer(pcbnew.F_SilkS)
        text.SetTextSize(point(0.9, 0.9))
        text.SetTextThickness(mm(0.15))
        board.Add(text)


class Router:
    """Which net each cell of the grid belongs to, and ways through what is free."""

    def __init__(self, board: pcbnew.BOARD) -> None:
        self._board = board
        self.columns, self.rows = (round(s / GRID_MM) for s in SIZE)
        self._copper: list[tuple[str, int, float, float, float, float]] = []
        for pad in board.GetPads():
            box = pad.GetBoundingBox()
            through = pad.GetAttribute() in (pcbnew.PAD_ATTRIB_PTH, pcbnew.PAD_ATTRIB_NPTH)
            sides = [pcbnew.ToMM(v) for v in (box.GetLeft(), box.GetTop())]
            ends = [pcbnew.ToMM(v) for v in (box.GetRight(), box.GetBottom())]
            for layer in (0, 1) if through else (0,):
                self._copper.append((pad.GetNetname(), layer, *sides, *ends))

    def blocked(self, net: str, half: float) -> list[list[bytearray]]:
        """Return for each layer and column which rows a way of this width may not touch."""
        out = [[bytearray(self.rows + 1) for _ in range(self.columns + 1)] for _ in LAYERS]
        margin = round((EDGE_MM + half) / GRID_MM)
        for layer in out:
            for x, column in enumerate(layer):
                for y in range(self.rows + 1):
                    inside = margin <= x <= self.columns - margin
                    column[y] = not (inside and margin <= y <= self.rows - margin)
        for name, layer, left, top, right, bottom in self._copper:
            if name != net:
                gap = half + CLEARANCE_MM
                self._fill(out[layer], left - gap, top - gap, right + gap, bottom + gap)
        return out

    def _fill(self, layer: list[bytearray], left: float, top: float, right: float, bottom: float):
        first, last = int(left / GRID_MM) + 1, int(-(-right // GRID_MM)) - 1
        for x in range(max(0, first), min(self.columns, last) + 1):
            for y in range(
                max(0, int(top / GRID_MM) + 1), min(self.rows, int(-(-bottom // GRID_MM)) - 1) + 1
            ):
                layer[x][y] = 1

    def way(self, net: str, width: float, starts: set[Cell], ends: set[Cell]) -> list[Cell]:
        """Return the shortest way from any start to any end; empty when there is none."""
        free, room = self.blocked(net, width / 2), self.blocked(net, VIA_MM / 2)
        queue = [(0, cell) for cell in starts]
        heapq.heapify(queue)
        came: dict[Cell, Cell | None] = dict.fromkeys(starts)
        cost = dict.fromkeys(starts, 0)
        while queue:
            paid, cell = heapq.heappop(queue)
            if cell in ends:
                path = [cell]
                while (before := came[path[-1]]) is not None:
                    path.append(before)
                return path
            if paid > cost[cell]:
                continue
            layer, x, y = cell
            steps = [((layer, x + dx, y + dy), 1) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
            if not (room[0][x][y] or room[1][x][y]):
                steps.append(((1 - layer, x, y), VIA_COST))
            for following, price in steps:
                to_layer, fx, fy = following
                if not (0 <= fx <= self.columns and 0 <= fy <= self.rows):
                    continue
                if free[to_layer][fx][fy] and following not in ends:
                    continue
                total = paid + price
                if total < cost.get(following, 1 << 30):
                    cost[following], came[following] = total, cell
                    heapq.heappush(queue, (total, following))
        return []

    def lay(self, net: str, width: float, path: list[Cell]) -> None:
        """Make tracks and vias of a way, and remember their copper."""
        code = self._board.FindNet(net)
        corner = path[0]
        for k, cell in enumerate(path):
            last = k + 1 == len(path)
            if not last and path[k + 1][0] != cell[0]:
                via = pcbnew.PCB_VIA(self._board)
                via.SetPosition(point(cell[1] * GRID_MM, cell[2] * GRID_MM))
                via.SetWidth(pcbnew.F_Cu, mm(VIA_MM))
                via.SetDrill(mm(DRILL_MM))
                via.SetNet(code)
                self._board.Add(via)
                for layer in (0, 1):
                    self._remember(net, layer, cell, cell, VIA_MM / 2)
            straight = not last and k and self._straight(path[k - 1], cell, path[k + 1])
            if straight or cell == corner:
                continue
            if cell[0] == corner[0]:
                track = pcbnew.PCB_TRACK(self._board)
                track.SetStart(point(corner[1] * GRID_MM, corner[2] * GRID_MM))
                track.SetEnd(point(cell[1] * GRID_MM, cell[2] * GRID_MM))
                track.SetWidth(mm(width))
                track.SetLayer(LAYERS[cell[0]])
                track.SetNet(code)
                self._board.Add(track)
                self._remember(net, cell[0], corner, cell, width / 2)
            corner = cell

    @staticmethod
    def _straight(a: Cell, b: Cell, c: Cell) -> bool:
        return all(b[i] - a[i] == c[i] - b[i] for i in range(3))

    def _remember(self, net: str, layer: int, a: Cell, b: Cell, half: float) -> None:
        xs, ys = sorted((a[1] * GRID_MM, b[1] * GRID_MM)), sorted((a[2] * GRID_MM, b[2] * GRID_MM))
        self._copper.append((net, layer, xs[0] - half, ys[0] - half, xs[1] + half, ys[1] + half))


def cells(pad: pcbnew.PAD) -> set[Cell]:
    """Return the grid's cells in the middle of a pad."""
    x, y = (pcbnew.ToMM(v) for v in pad.GetPosition())
    through = pad.GetAttribute() == pcbnew.PAD_ATTRIB_PTH
    at = (round(x / GRID_MM), round(y / GRID_MM))
    return {(layer, *at) for layer in ((0, 1) if through else (0,))}


def route(board: pcbnew.BOARD) -> None:
    """Join the pads of each net; take those of ground down to the other side."""
    router = Router(board)
    by_net: dict[str, list[pcbnew.PAD]] = {}
    for pad in board.GetPads():
        by_net.setdefault(pad.GetNetname(), []).append(pad)
    jobs = sorted(
        ((n, p) for n, p in by_net.items() if len(p) > 1 and n not in ("", "/GND")),
        key=lambda job: sum(abs(p.GetPosition().x - job[1][0].GetPosition().x) for p in job[1]),
    )
    for net, pads in jobs:
        width = WIDE if any(name in net for name in POWER) else THIN
        reached = cells(pads[0])
        left = pads[1:]
        while left:
            nearest = min(left, key=lambda p: min(_far(c, p) for c in reached))
            left.remove(nearest)
            path = router.way(net, width, reached, cells(nearest))
            if not path:
                raise SystemExit(f"no way for {net} to {nearest.GetParentAsString()}")
            router.lay(net, width, path)
            reached |= set(path) | cells(nearest)
    for pad in by_net["/GND"]:
        if pad.GetAttribute() != pcbnew.PAD_ATTRIB_PTH:
            _sink(router, pad)


def _far(cell: Cell, pad: pcbnew.PAD) -> float:
    x, y = (pcbnew.ToMM(v) / GRID_MM for v in pad.GetPosition())
    return abs(cell[1] - x) + abs(cell[2] - y)


def _sink(router: Router, pad: pcbnew.PAD) -> None:
    """Take a pad of ground down to the other side."""
    starts = cells(pad)
    ((_, x, y),) = starts
    ends = {(1, x + dx, y + dy) for dx in range(-12, 13) for dy in range(-12, 13)}
    room = router.blocked("/GND", VIA_MM / 2)
    ends = {c for c in ends if 0 <= c[1] <= router.columns and 0 <= c[2] <= router.rows}
    path = router.way("/GND", 0.5, starts, {c for c in ends if not room[1][c[1]][c[2]]})
    if not path:
        raise SystemExit(f"no way to ground for {pad.GetParentAsString()}")
    router.lay("/GND", 0.5, path)


def pour(board: pcbnew.BOARD) -> None:
    """Fill what is left with ground, on both sides."""
    for layer in LAYERS:
        zone = pcbnew.ZONE(board)
        zone.SetLayer(layer)
        zone.SetNet(board.FindNet("/GND"))
        zone.SetLocalClearance(mm(0.3))
        zone.SetMinThickness(mm(0.25))
        corners = zone.Outline()
        corners.NewOutline()
        for x, y in ((0.5, 0.5), (64.5, 0.5), (64.5, 55.5), (0.5, 55.5)):
            corners.Append(mm(x), mm(y))
        board.Add(zone)


def main(out: Path) -> None:
    """Write the board."""
    board = pcbnew.BOARD()
    outline(board)
    place(board)
    letter(board)
    route(board)
    pour(board)
    pcbnew.SaveBoard(str(out), board)
    board = pcbnew.LoadBoard(str(out))  # a board that was not loaded has no rules to fill by
    pcbnew.ZONE_FILLER(board).Fill(board.Zones())
    pcbnew.SaveBoard(str(out), board)


if __name__ == "__main__":
    main(Path(__file__).with_name("phat.kicad_pcb"))
