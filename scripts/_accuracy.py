"""Write docs/accuracy-figures.md: the targets, and the figures person by person."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from cued import __version__
from cued.commands.evaluate import evaluate
from cued.evaluation.figures import AlarmRow, Number, Row
from cued.evaluation.tables import Table, markdown
from cued.evaluation.targets import Verdict

PAGE = Path(__file__).parents[1] / "docs" / "accuracy-figures.md"
ACTED = ("fall", "stumble", "jump", "bend", "walk", "jog")


def main() -> int:
    report = evaluate([Path(folder) for folder in sys.argv[1:]], by="person")
    met = sum(verdict.met for verdict in report.targets)
    made = [
        "# Accuracy in figures\n",
        "Written by `scripts/accuracy`; what the figures mean is in [accuracy.md](accuracy.md).\n",
        f"cued {__version__}: {report.recordings} recordings; {met} of {len(report.targets)} "
        "targets met. What was reached, and the target; **bold: not met**.\n",
        *lines(report.targets),
        "",
        markdown(people(report.scores.rows)),
        markdown(alarms(report.scores.alarms)),
        *(f"Refused: {refusal}\n" for refusal in report.refused),
    ]
    page = "\n".join(made).replace("\n### ", "\n## ")
    PAGE.write_text(page.rstrip() + "\n", "utf-8")
    print(f"{PAGE}: {met} of {len(report.targets)} targets met")
    return 1 if report.refused else 0


def lines(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Give one line for each data set, sensor and movement."""

    def where(verdict: Verdict) -> tuple[str, str]:
        return verdict.what.rpartition(": ")[0], verdict.data

    for (group, data), some in groupby(verdicts, where):
        verdicts = "; ".join(target(verdict) for verdict in some)
        yield f"* {data}{', ' * bool(group)}{group}: {verdicts}"


def target(verdict: Verdict) -> str:
    value = "-" if verdict.value is None else f"{verdict.value:.4g}"
    text = f"{verdict.what.rpartition(': ')[2]} {value} ({verdict.target})"
    return text if verdict.met else f"**{text}**"


def people(rows: Iterable[Row]) -> Table:
    """Make a line for each person, sensor and movement whose contacts or direction are known."""
    headings = ("person, sensor, movement", "steps", "F1", "error ms", "delay ms", "direction %")
    made = [
        (
            f"{r.group.data}, {r.group.placement}, {r.group.mode} {r.group.direction}",
            str(r.contacts.true),
            number(r.contacts.f1, 3),
            f"{number(r.contacts.bias_ms)} ± {number(r.contacts.spread_ms)}".replace("- ± -", "-"),
            number(r.contacts.delay_median_ms),
            number(r.direction.right_percent),
        )
        for r in rows
        if "(" not in r.group.data
        and r.group.placement in ("trunk", "foot")
        and (r.contacts.true or r.direction.strides)
    ]
    return Table("By person", headings, tuple(made))


def alarms(rows: Iterable[AlarmRow]) -> Table:
    """Make a line for each kind of file at the waist, over all people."""
    headings = ("files", "people", "hours", "stumbles", "possible falls", "confirmed", "found")
    made = []
    for label in ACTED:
        some = [r for r in rows if r.label == label and r.placement == "trunk"]
        if some:
            made.append(
                (
                    f"{sum(r.files for r in some)} × {label}",
                    str(len(some)),
                    f"{sum(r.hours for r in some):.2f}",
                    *(str(sum(count)) for count in zip(*map(said, some), strict=True)),
                    found(some),
                )
            )
    return Table("Stumbles and falls", headings, tuple(made))


def said(row: AlarmRow) -> tuple[int, int, int]:
    return row.stumbles, row.possible, row.confirmed


def found(rows: list[AlarmRow]) -> str:
    """Return the share of the acted stumbles or falls that was found."""
    shares = [(r.files, s) for r in rows if (s := share(r)) is not None]
    if not shares:
        return "-"
    return f"{sum(n * s for n, s in shares) / sum(n for n, _ in shares):.0f} %"


def share(row: AlarmRow) -> Number:
    return row.flagged_percent if row.label == "stumble" else row.caught_percent


def number(value: Number, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


if __name__ == "__main__":  # the worker processes import this file as well
    sys.exit(main())
