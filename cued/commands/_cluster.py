"""Analyse many sessions on the cores of this machine or on a Dask cluster, and show progress.

Rules of this file
------------------
* Before any work each worker reports its versions, and whether it can read the first session and
  write to the folder of results. The first problem ends the command with one line.
* Ctrl-C reaches this process only. Workers are started while the signal is blocked and inherit
  that, so that they end quietly with the cluster.
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

Analyse = Callable[[str], list[Done]]


def alone(analyse: Analyse, paths: Sequence[Path]) -> Iterator[tuple[Path, list[Done]]]:
    """Analyse every session in this process, without Dask."""
    for path in paths:
        yield path, analyse(str(path))


def spread(
    analyse: Analyse, paths: Sequence[Path], out: Path, *, workers: int, scheduler: str | None
) -> Iterator[tuple[Path, list[Done]]]:
    """Analyse sessions on many cores, and yield each result as it comes."""
    distributed = importlib.import_module("distributed")
    logging.getLogger("distributed").setLevel(logging.ERROR)
    # An interrupt at the wrong moment makes distributed.utils.sync fail in the loop's thread, which
    # logs it before it is raised here. Failures of the work itself come with the futures.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
    with _client(distributed, workers, scheduler) as client:
        if not client.scheduler_info()["workers"]:
            print("waiting for workers", file=sys.stderr)
            client.wait_for_workers(1)
        _ask(client, paths[0], out)
        futures = client.map(analyse, [str(p) for p in paths], pure=False)
        of = {f.key: p for f, p in zip(futures, paths, strict=True)}
        for future in distributed.as_completed(futures):
            yield of[future.key], _outcome(future, of[future.key])
            future.release()


def preflight(path: str, out: str, marker: str) -> dict[str, str]:
    """Return the worker's versions, and what it cannot read or write."""
    trouble = ""
    try:
        with place(path).open("rb") as file:
            file.read(1)
        if not (place(out) / marker).exists():
            trouble = f"{out} is a different folder there"
        elif not is_afar(place(out)) and not os.access(out, os.W_OK):
            trouble = f"{out} cannot be written"
    except (OSError, CuedError) as error:
        trouble = f"{path}: {getattr(error, 'strerror', error)}"
    return {**VERSIONS, "trouble": trouble}


def refused(worker: str, reply: Mapping[str, str]) -> str:
    """Say in one line why a worker cannot be used, or return ""."""
    for name, own in VERSIONS.items():
        if reply.get(name) != own:
            return f"worker {worker} has {name} {reply.get(name)}, this machine {own}"
    return f"worker {worker}: {reply['trouble']}" if reply["trouble"] else ""


class Progress:
    """Shows progress: in place on a terminal, else a line a minute.

    sizes : bytes of each session, from which the time left is estimated.
    """

    def __init__(
        self, sizes: Mapping[Path, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sizes = dict(sizes)
        self._count = len(sizes)
        self._clock = clock
        self._began = self._printed = clock()
        self._terminal = sys.stderr.isatty()
        self._analysed = 0  # bytes
        self._hours = 0.0

    def feed(self, path: Path, done: Sequence[Done]) -> None:
        """Count a session that is done."""
        size = self._sizes.pop(path, 0)
        self._analysed += 0 if all(d.skipped for d in done) else size
        self._hours += max((d.seconds for d in done), default=0.0) / 3600.0
        now = self._clock()
        if self._terminal:
            print(f"\r{self.text()}\033[K", end="", file=sys.stderr, flush=True)
        elif now - self._printed >= LINE_S:
            self._printed = now
            print(self.text(), file=sys.stderr, flush=True)

    def end(self) -> None:
        """End the line of a terminal."""
        if self._terminal:
            print(file=sys.stderr)

    def text(self) -> str:
        """Return the sessions and hours done, and how long the rest will take."""
        done = self._count - len(self._sizes)
        text = f"{done} of {self._count} sessions, {self._hours:.1f} h"
        if not self._analysed or not self._sizes:
            return text
        left_s = (self._clock() - self._began) * sum(self._sizes.values()) / self._analysed
        return f"{text}, {left_s / 60:.0f} min left"


def _ask(client: Any, path: Path, out: Path) -> None:
    """Run ``preflight`` on each worker. Raises CuedError for the first that cannot be used."""
    marker = out / f".cued-{os.getpid()}"
    try:
        marker.touch()
        replies = client.run(preflight, str(path), str(out), marker.name, on_error="return")
    except OSError as error:
        raise CuedError(f"{out}: {error.strerror}") from None
    finally:
        marker.unlink(missing_ok=True)
    for worker, reply in replies.items():
        if isinstance(reply, Exception):  # its version has no ``preflight``
            raise CuedError(f"worker {worker} has another cued than {__version__}: {reply}")
        if why := refused(worker, reply):
            raise CuedError(why)


def _outcome(future: Any, path: Path) -> list[Done]:
    """Return a session's result, or the trouble of one that killed its workers."""
    if error := future.exception():
        return [Done(session=path.stem, trouble=str(error).split(". ")[0])]
    return future.result()


@contextlib.contextmanager
def _client(distributed: Any, workers: int, scheduler: str | None) -> Generator[Any]:
    with contextlib.ExitStack() as stack:
        resource_tracker.ensure_running()  # starting it later would unblock the signal
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
        silence_logs=logging.CRITICAL,  # Ctrl-C reaches the workers as well; they would log it
        host="127.0.0.1",
    )
