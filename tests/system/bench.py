"""The bench: the installed package in a guest, from boot to cue, and through every fault.

bench.py IMAGE-FOLDER [STEP...]. Each check prints what was expected and what was seen, and at the
end comes a table of all; the exit status is 0 when all agree. Times are a guest's without hardware
virtualisation, which runs Python some fifteen times slower than the host: limits are the product's
where they hold there too.

Emulated controllers now and then fail by themselves, so a step in which a check fails is taken once
more in a guest that was started anew. Both times are told; the second counts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from faults import crash, far_ends, mistakes, power_cut  # noqa: E402
from guest import Guest  # noqa: E402
from looking import Bench  # noqa: E402
from normal import boot, buttons, reload, stations, stop, topics, unit, voice  # noqa: E402
from pins import belt_sensor, ends, given_up, out_of_memory  # noqa: E402

Step = Callable[[Bench], None]
STEPS: tuple[Step, ...] = (
    *(boot, voice, topics, unit, buttons, reload),
    *(ends, belt_sensor),
    *(crash, power_cut, far_ends, mistakes, given_up, out_of_memory, stations, stop),
)


def attempt(folder: Path, steps: Sequence[Step]) -> tuple[Bench, list[Step]]:
    """Take the steps in a new guest; what was seen, and the steps in which something failed."""
    failed: list[Step] = []
    with Guest(folder) as guest:
        bench = Bench(guest)
        print(f"log-in {guest.boot():.0f} s after switching on", flush=True)
        bench.until("systemctl -q is-active cued", 90)
        for step in steps:
            before = len(bench.failed)
            try:
                step(bench)
            except (RuntimeError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
                bench.check(step.__name__, "to run to its end", error, False)
            if len(bench.failed) > before:
                failed.append(step)
    return bench, failed


def main() -> int:
    """Run the bench."""
    folder, *names = sys.argv[1:]
    chosen = [step for step in STEPS if step.__name__ in names or not names]
    start = time.monotonic()
    bench, failed = attempt(Path(folder), chosen)
    print(bench.table())
    passed = bench.passed
    if failed:
        print(f"once more, as {', '.join(bench.failed)} failed")
        bench, failed = attempt(Path(folder), failed)
        print(bench.table())
        passed |= bench.passed
    print(f"{time.monotonic() - start:.0f} s; failed: {', '.join(bench.failed) or 'none'}")
    print(f"{len(passed - set(bench.failed))} passed, {len(bench.failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
