"""Tables of a TOML text into frozen structs, every mistake as one line that a person can act on.

What is answered: where, which key, what is wrong, what was meant. A recording's header names lines
and a scenario its numbered tables, so they explain their own (``recording/header.py``,
``simulation/scenario.py``).
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from cued.model import ConfigError

S = TypeVar("S", bound=Struct)


def parse(text: str, where: str) -> dict[str, Any]:
    """Parse TOML; raises ConfigError with the line of the mistake."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError(f"{where}: not valid TOML: {wrong}") from None


def convert(table: Any, kind: type[S], where: str) -> S:
    """Turn a table into a struct; raises ConfigError with ``where``, key and what was meant."""
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as wrong:
        raise ConfigError(f"{where} {explain(str(wrong), kind)}") from None


def explain(message: str, kind: type[Struct]) -> str:
    """Put msgspec's message as key, what is wrong, and what was probably meant."""
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
    if unknown:
        names = [f.encode_name for f in msgspec.structs.fields(kind)]
        return f"{unknown[1]}: no such key{meant(unknown[1], names)}"
    what, _, place = message.partition(" - at `$")
    key = place.strip("`.").replace("`", "")
    missing = re.match(r"Object missing required field `(.+?)`", what)
    if missing:
        return f"{missing[1]}: is missing"
    what = what[:1].lower() + what[1:].replace("`", "")
    if not key:
        return what
    wrong = re.match(r"invalid enum value '(.*)'$", what)
    allowed, about = _asked(kind, key)
    if wrong and allowed:
        return f"{key}: {wrong[1]!r} is not known{meant(wrong[1], allowed)}"
    if "matching regex" in what:
        what = "does not fit"
    return f"{key}: {what}" + (f" ({about.rstrip('.')})" if about else "")


def _asked(kind: type[Struct], key: str) -> tuple[list[str], str]:
    """Return what an option may be, if that can be listed, and the sentence that describes it."""
    types = [f.type for f in msgspec.structs.fields(kind) if f.encode_name == key]
    allowed: list[str] = []
    about = ""
    while types:
        each = types.pop(0)
        notes = (n.description for n in getattr(each, "__metadata__", ()) if isinstance(n, Meta))
        about = about or next(filter(None, notes), "")
        inner = get_args(each)
        if get_origin(each) is Literal:
            allowed += map(str, inner)
        else:
            types += inner
    return allowed, about


def meant(word: str, known: Iterable[str]) -> str:
    """Suggest the known word closest to ``word``, else list what there is."""
    there = list(known)
    close = difflib.get_close_matches(word, there, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f" (there are: {', '.join(there)})"
