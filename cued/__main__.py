"""The ``cued`` command: finds the commands of ``cued/commands`` and turns errors into one line."""

from __future__ import annotations

import argparse
import codecs
import errno
import importlib
import io
import logging
import os
import pkgutil
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn, TextIO

from cued import __version__, commands
from cued.model import ConfigError, CuedError
from cued.reading import meant, placed, visible

# Argparse's own status; EX_CONFIG of sysexits.h, for systemd; anything else.
USAGE, CONFIGURATION, FAILED = 2, 78, 1
FULL = (errno.ENOSPC, errno.EDQUOT)
# What a terminal of another alphabet lacks, in its own letters.
PLAIN = {"✓": "+", "✗": "x", "→": ">", "–": "-", "…": "...", "·": "-", "²": "2", "’": "'"}
FORMAT = "%(levelname)s %(name)s: %(message)s"


class ToStderr(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at that moment: a view in the terminal takes its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self.stream = sys.stderr
        super().emit(record)


def available() -> list[str]:
    """List the command files."""
    return sorted(m.name for m in pkgutil.iter_modules(commands.__path__) if m.name[0] != "_")


def command(name: str) -> ModuleType:
    """Import one command's file."""
    return importlib.import_module(f"cued.commands.{name}")


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes look as all others do."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong in a line, and end with the status for wrong usage."""
        if unknown := re.match(r"argument COMMAND: invalid choice: '(.+?)' ", message):
            known = [name.rstrip("_") for name in available()]
            message = f"there is no command {unknown[1]}{meant(unknown[1], known)}"
        self.exit(USAGE, f"cued: {message}; {self.prog} --help says more\n")


def parser(names: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser of the given commands."""
    top = Parser(
        prog="cued",
        description="A gait coach beside the treadmill, for walking and running backward and "
        "forward. A convenience, not a medical or safety device.",
    )
    top.add_argument("--version", action="version", version=f"cued {__version__}")
    below = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        module = command(name)
        sub = below.add_parser(module.NAME, help=module.HELP, description=module.__doc__)
        module.configure(sub)
        sub.set_defaults(call=module.run, own=sub)
    return top


def near(word: str, asked: argparse.ArgumentParser) -> str:
    """Suggest the option that is near a word, nothing where none is."""
    options = [
        option for option in asked.format_usage().replace("[", " ").split() if option[:1] == "-"
    ]
    told = meant(word.partition("=")[0], options) if word.startswith("-") else ""
    return told if "did you mean" in told else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status: 0 done, 2 usage, 78 configuration, 1 else."""
    args = list(sys.argv[1:] if argv is None else argv)
    options = argparse.Namespace()
    _prepare_streams()
    try:
        known = available()
        # Importing one command instead of all keeps the daemon's start short.
        chosen = parser([args[0]] if args and args[0] in known else known)
        options, unknown = chosen.parse_known_args(args)
        if unknown:
            name = unknown[0] or "argument ''"
            options.own.error(f"there is no {name} here{near(name, options.own)}")
        logging.basicConfig(level=logging.INFO, format=FORMAT, handlers=[ToStderr()])
        status = int(options.call(options))
        sys.stdout.flush()
    except ConfigError as error:
        return _say(error, CONFIGURATION, getattr(options, "read", None))
    except CuedError as error:
        return _say(error, FAILED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to tell it
        return 0
    except OSError as error:
        if not error.filename and error.errno in FULL:
            return _unprinted(error)
        if not error.filename:
            raise
        return _say(CuedError(f"{error.filename}: {error.strerror}"), FAILED)
    except KeyboardInterrupt:
        return 130
    else:
        return status


def _prepare_streams() -> None:
    """Open what was closed at the start, and let nothing that is printed be an error."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open("r" if name == "stdin" else "w")  # noqa: SIM115 - as below
            setattr(sys, name, nothing)
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for characters that cannot be written, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(c, "?") for c in lacking), error.end


def _unprinted(error: OSError) -> int:
    """Say that the output has no room, and print no more of it."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - till the end of the process
    return _say(CuedError(f"what is printed cannot be written: {error.strerror}"), FAILED)


def _say(error: CuedError, status: int, file: Path | None = None) -> int:
    """Print an error, each line with its place in a file, if it names a section only."""
    for line in str(error).splitlines():
        told = placed(file, line) if file and line.startswith("[") else line
        print(f"cued: {visible(told)}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
