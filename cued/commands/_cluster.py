"""Many pieces of work on the cores of this machine or on a Dask cluster, and how far they are.

Rules of this file
------------------
* Before any work each worker is asked which versions it has, and whether it sees the first session
  and the folder of results: one line says what is wrong with one of them.
* Ctrl-C reaches this process only. Workers are made while the signal is blocked, which they
  inherit, so that they end quietly with the cluster.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np

from cued import __version__
from cued.model import ConfigError, CuedError
from cued.report.done import Done
from cued.report.places import is_afar, place

LINE_S = 60.0  # between lines of progress where there is no terminal
VERSIONS = {"cued": __version__, "numpy": np.__version__}

Hear = Callable[[str], list[Done]]


def alone(hear: Hear, paths: Sequence[Path]) -> Iterator[tuple[Path, list[Done]]]:
    """Do all the work in this process, without Dask."""
    for path in paths:
        yield path, hear(str(path))


def spread(
    hear: Hear, paths: Sequence[Path], out: Path, *, workers: int, scheduler: str | None
) -> Iterator[tuple[Path, list[Done]]]:
    """Do the work on many cores, and yield what came of each piece as it ends."""
    distributed = importlib.import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.ERROR)
    # An interrupt at the wrong moment makes distributed.utils.sync fail in the loop's thread, which
    # logs that before anything here hears of it. What fails in the work comes by its future.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
    with _client(distributed, workers, scheduler) as client:
        if not client.scheduler_info()["workers"]:
            print("waiting for workers", file=sys.stderr)
            client.wait_for_workers(1)
        _ask(client, paths[0], out)
        futures = client.map(hear, [str(p) for p in paths], pure=False)
        of = {f.key: p for f, p in zip(futures, paths, strict=True)}
        for future in distributed.as_completed(futures):
            yield of[future.key], _outcome(future, of[future.key])
            future.release()


def preflight(path: str, out: str, marker: str) -> dict[str, str]:
    """Return which versions a worker has, and what it cannot do."""
    trouble = ""
    try:
        with place(path).open("rb") as file:
            file.read(1)
        if not (place(out) / marker).exists():
            trouble = f"{out} is another folder there"
        elif not is_afar(place(out)) and not os.access(out, os.W_OK):
            trouble = f"{out} cannot be written"
    except (OSError, CuedError) as error:
        trouble = f"{path}: {getattr(error, 'strerror', error)}"
    return {**VERSIONS, "trouble": trouble}


def refused(worker: str, told: Mapping[str, str]) -> str:
    """Return in one line why a worker cannot be used, or nothing."""
    for name, own in VERSIONS.items():
        if told.get(name) != own:
            return f"worker {worker} has {name} {told.get(name)}, and this machine {own}"
    return f"worker {worker}: {told['trouble']}" if told["trouble"] else ""


class Progress:
    """Shows progress: in place on a terminal, else a line a minute.

    sizes : bytes of each session, by which the time left is reckoned.
    """

    def __init__(
        self, sizes: Mapping[Path, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sizes = dict(sizes)
        self._count = len(sizes)
        self._clock = clock
        self._began = self._told = clock()
        self._terminal = sys.stderr.isatty()
        self._heard = 0
        self._hours = 0.0

    def feed(self, path: Path, done: Sequence[Done]) -> None:
        """Count a session that is done."""
        size = self._sizes.pop(path, 0)
        self._heard += 0 if all(d.skipped for d in done) else size
        self._hours += max((d.seconds for d in done), default=0.0) / 3600.0
        now = self._clock()
        if self._terminal:
            print(f"\r{self.text()}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self._told >= LINE_S:
            self._told = now
            print(self.text(), file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            print(file=sys.stderr)

    def text(self) -> str:
        """Return how many sessions and hours are done, and how long the rest will take."""
        done = self._count - len(self._sizes)
        told = f"{done} of {self._count} sessions, {self._hours:.1f} h"
        if not self._heard or not self._sizes:
            return told
        left_s = (self._clock() - self._began) * sum(self._sizes.values()) / self._heard
        return f"{told}, {left_s / 60:.0f} min left"


def _ask(client: Any, path: Path, out: Path) -> None:
    """Ask each worker what it is. Raises CuedError where one cannot be used."""
    marker = out / f".cued-{os.getpid()}"
    try:
        marker.touch()
        told = client.run(preflight, str(path), str(out), marker.name, on_error="return")
    except OSError as error:
        raise CuedError(f"{out}: {error.strerror}") from None
    finally:
        marker.unlink(missing_ok=True)
    for worker, one in told.items():
        if isinstance(one, Exception):  # of a version that does not know the question
            raise CuedError(f"worker {worker} has another cued than {__version__}: {one}")
        if why := refused(worker, one):
            raise CuedError(why)


def _outcome(future: Any, path: Path) -> list[Done]:
    """Return a session's result, which may be that it ends every worker that processes it."""
    if error := future.exception():
        return [Done(session=path.stem, trouble=str(error).split(". ")[0])]
    return future.result()


@contextlib.contextmanager
def _client(distributed: Any, workers: int, scheduler: str | None) -> Generator[Any]:
    with contextlib.ExitStack() as stack:
        resource_tracker.ensure_running()  # which would unblock the signal where it begins
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            where = scheduler or stack.enter_context(_cluster(distributed, workers))
            client = stack.enter_context(distributed.Client(where, timeout=10))
        except (OSError, ValueError) as error:
            raise ConfigError(f"--scheduler {scheduler}: {error}") from None
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        try:
            yield client
        except (KeyboardInterrupt, GeneratorExit):
            logging.getLogger("distributed").setLevel(logging.CRITICAL)
            raise


def _cluster(distributed: Any, workers: int) -> Any:
    return distributed.LocalCluster(
        n_workers=workers or None,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.ERROR,
        host="127.0.0.1",
    )
