"""The ``cued`` command: runs a file of ``cued/commands`` and prints errors as single lines."""

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
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NoReturn, TextIO

from cued import __version__, commands
from cued.interrupts import handled

# Ctrl-C ends the process silently while it loads: imports may print or change a KeyboardInterrupt.
with handled(signal.SIG_DFL):
    from cued.model import ConfigError, CuedError
    from cued.reading import meant, placed, visible

# argparse's own status; EX_CONFIG of sysexits.h, for systemd; any other failure.
USAGE, CONFIGURATION, FAILED = 2, 78, 1
FULL = (errno.ENOSPC, errno.EDQUOT)
# ASCII stand-ins for characters that the terminal's encoding lacks.
PLAIN = {"✓": "+", "✗": "x", "→": ">", "–": "-", "…": "...", "·": "-", "²": "2", "’": "'"}
FORMAT = "%(levelname)s %(name)s: %(message)s"


class ToStderr(logging.StreamHandler[TextIO]):
    """Writes to the current ``sys.stderr``, which a live view in the terminal replaces."""

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
    """A parser that prints mistakes as the rest of the program does."""

    def error(self, message: str) -> NoReturn:
        """Print the mistake on one line and exit with the status for wrong usage."""
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
    """Return a hint with the option closest to a word, or an empty text."""
    options = [
        option for option in asked.format_usage().replace("[", " ").split() if option[:1] == "-"
    ]
    hint = meant(word.partition("=")[0], options) if word.startswith("-") else ""
    return hint if "did you mean" in hint else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its status: 0 done, 2 usage, 78 configuration, 1 other failure."""
    args = list(sys.argv[1:] if argv is None else argv)
    options = argparse.Namespace()
    _prepare_streams()
    try:
        known = available()
        # Importing one command instead of all keeps the daemon's start short.
        with handled(signal.SIG_DFL):
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
        sys.stderr.close()  # nobody reads our output any more, so print no error either
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
    """Open streams that were closed at the start, and make every character printable."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            nothing = Path(os.devnull).open("r" if name == "stdin" else "w")  # noqa: SIM115 - as below
            setattr(sys, name, nothing)
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Return a stand-in for characters that cannot be encoded, and where to continue."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(PLAIN.get(c, "?") for c in lacking), error.end


def _unprinted(error: OSError) -> int:
    """Report that there is no room for the output, and discard the rest of it."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - open until the process ends
    return _say(CuedError(f"what is printed cannot be written: {error.strerror}"), FAILED)


def _say(error: CuedError, status: int, file: Path | None = None) -> int:
    """Print an error, with file and line number where it names only a section."""
    for line in str(error).splitlines():
        text = placed(file, line) if file and line.startswith("[") else line
        print(f"cued: {visible(text)}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
