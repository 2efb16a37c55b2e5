"""Put fresh tables between the marks of docs/accuracy.md; the prose around them stays."""

from __future__ import annotations

import sys
from pathlib import Path

from cued import __version__
from cued.commands.evaluate import evaluate
from cued.evaluation.tables import markdown, tables

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
START, END = "<!-- measured: written by scripts/accuracy -->", "<!-- end of measured -->"


def main() -> int:
    report = evaluate([Path(sys.argv[1])])
    met = sum(verdict.met for verdict in report.targets)
    made = [
        f"cued {__version__}: {report.recordings} recordings in packets of {report.packet_s:g} s; "
        f"{met} of {len(report.targets)} targets met.\n",
        *(markdown(table) for table in tables(report.scores, report.targets)),
    ]
    made += [f"Refused: {refusal}\n" for refusal in report.refused]
    before, rest = PAGE.read_text("utf-8").split(START)
    after = rest.split(END)[1]
    PAGE.write_text(before + START + "\n\n" + "\n".join(made) + "\n" + END + after, "utf-8")
    print(f"{PAGE}: {met} of {len(report.targets)} targets met")
    return 1 if report.refused else 0


if __name__ == "__main__":  # the worker processes import this file as well
    sys.exit(main())
