"""The bench: the installed package in a guest, from boot to cue, and through every fault.

bench.py IMAGE-FOLDER [STEP...]. Each check prints what was expected and what was seen, and at the
end comes a table of all; the exit status is 0 when all agree. Times are a guest's without hardware
virtualisation, which runs Python some fifteen times slower than the host: limits are the product's
where they hold there too.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from faults import crash, far_ends, mistakes, power_cut  # noqa: E402
from guest import Guest  # noqa: E402
from looking import Bench  # noqa: E402
from normal import boot, buttons, reload, stations, stop, topics, unit, voice  # noqa: E402

STEPS = (
    *(boot, voice, topics, unit, buttons, reload),
    *(crash, power_cut, far_ends, mistakes, stations, stop),
)


def main() -> int:
    """Run the bench."""
    folder, *names = sys.argv[1:]
    chosen = [step for step in STEPS if step.__name__ in names or not names]
    start = time.monotonic()
    with Guest(Path(folder)) as guest:
        bench = Bench(guest)
        print(f"log-in {guest.boot():.0f} s after switching on", flush=True)
        bench.until("systemctl -q is-active cued", 90)
        for step in chosen:
            try:
                step(bench)
            except (RuntimeError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
                bench.check(step.__name__, "to run to its end", error, False)
    print(bench.table())
    print(f"{time.monotonic() - start:.0f} s; failed: {', '.join(bench.failed) or 'none'}")
    print(f"{len(bench.rows) - len(bench.failed)} passed, {len(bench.failed)} failed")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
