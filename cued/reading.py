"""Reads tables into frozen structs, and explains each mistake on one line.

A mistake names section, key, what is wrong and what was probably meant; all are reported at once.
Recording headers need line numbers, so they explain their own mistakes
(``recording/tables/header.py``).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from cued import toml
from cued.model import ConfigError

S = TypeVar("S", bound=Struct)
T = TypeVar("T")

NEAR = 0.66  # one slip in a word of three letters; at 0.5, polar matched pod
KINDS = {
    "bool": "true or false", "int": "a whole number", "float": "a number", "null": "nothing",
    "str": "text in quotes", "array": "a list in [ ]", "object": "a table", "date": "a date",
    "datetime": "a date with a time", "time": "a time",
}  # fmt: skip
MISSING = ": is missing"
# Begins a host's pattern: no resolver takes a name with an empty part, or one of 64 characters.
HOST = r"^(?!\.|.*\.\.|.*[^.]{64})"
LARGEST = 256_000  # bytes of a file; the example with every option has 17,000
HEAD = re.compile(r"\[([^\]]+)\](?: ([\w-]+))?")  # the start of a mistake: section, key
LIMITS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
LENGTHS = {">=": "at least", "<=": "at most", "==": "exactly"}
YES, NO = ("yes", "on", "true", "ja", "oui", "1"), ("no", "off", "false", "nein", "non", "0")


def read_text(path: Path) -> str:
    """Read a file that a person wrote, with or without byte order mark.

    Raises OSError, and ConfigError for a file that is not text or too large to be meant.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ConfigError(f"{path.name}: has more than {LARGEST // 1000} kB: is it the right file?")
    try:
        read = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path.name}: line {line} is not UTF-8; save the file as UTF-8"
        ) from None
    return read.replace("\r\n", "\n").replace("\r", "\n")


def placed(path: Path, mistake: str) -> str:
    """Prefix a mistake with its file and the line of its section or key."""
    named = HEAD.match(mistake)
    line = 0
    if named and path.is_file():  # a pipe cannot be read twice
        names = ".".join(filter(None, named.groups()))
        line = toml.line_of(read_text(path), names.split("."))
    return f"{path.name}: line {line}: {mistake}" if line else f"{path.name}: {mistake}"


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Decode untrusted JSON; raises msgspec.DecodeError whatever is wrong with it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (RecursionError, UnicodeError) as error:
        raise msgspec.DecodeError(str(error)) from None


def visible(text: str) -> str:
    """Return untrusted text made safe for a terminal: control characters are replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def unprintable(table: Any, where: str = "") -> str:
    """Report a name or text with a control character: no path, host or topic has one."""
    if isinstance(table, str):
        wrong = any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in table)
        return f"{where}: has a character that cannot be seen, {table!r}" if wrong else ""
    if isinstance(table, list):
        return next(filter(None, (unprintable(one, where) for one in table)), "")  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for key, value in table.items() if isinstance(table, dict) else ():  # pyright: ignore[reportUnknownVariableType]
        name = str(key)  # pyright: ignore[reportUnknownArgumentType]
        if not name.isprintable() or not name:
            return f"[{where}] {name!r}: a name has letters, digits and signs that can be seen"
        inside = isinstance(value, dict)
        there = f"{where}.{name}".strip(".") if inside or not where else f"[{where}] {name}"
        if mistake := unprintable(value, there):
            return mistake
    return ""


def convert(table: Any, kind: type[S], where: str) -> S:
    """Turn a table into a struct; raises ConfigError with a line for each mistake in it.

    msgspec reports one mistake at a time, so the wrong key is removed and the rest tried again.
    """
    left: Any = dict(table) if isinstance(table, dict) else table  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    mistakes: dict[str, str] = {}  # by key
    while True:
        try:
            made = msgspec.convert(left, kind)
        except msgspec.ValidationError as wrong:
            text, key = explained_with_key(str(wrong), kind, left)
            if isinstance(left, dict) and key in left and len(mistakes) < toml.MOST_SLIPS:
                del left[key]
                mistakes[key] = f"{where} {text}"
                continue
            if not mistakes:
                raise ConfigError(f"{where} {text}") from None
            if text.endswith(MISSING) and (key := text.removesuffix(MISSING)) not in mistakes:
                mistakes[key] = f"{where} {text}"
        else:
            if not mistakes:
                return made
        raise ConfigError("\n".join(mistakes.values()))


def explained_with_key(message: str, kind: type[Struct], table: Any) -> tuple[str, str]:
    """Return the mistake in words, and the key to remove before looking for the next."""
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
    place = message.partition(" - at `$")[2]
    key = unknown[1] if unknown and not place else re.split(r"[.\[`]", place.lstrip("."))[0]
    value = table.get(key) if isinstance(table, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return explain(message, kind, value), key


def explain(message: str, kind: type[Struct], value: Any = None) -> str:
    """Reword msgspec's message as key, what is wrong, and what was probably meant.

    value : the value as written, if known, to guess what was meant.
    """
    unknown = re.fullmatch(r"Object contains unknown field `([^`]+)`", message)
    if unknown:
        names = [f.encode_name for f in msgspec.structs.fields(kind)]
        return f"{unknown[1]}: no such key{meant(unknown[1], names)}"
    what, _, place = message.partition(" - at `$")
    key = place.strip("`.").replace("`", "")
    missing = re.match(r"Object missing required field `(.+?)`", what)
    if missing:
        return f"{missing[1]}{MISSING}"
    wrong = re.match(r"Invalid enum value '(.*)'$", what)
    what = in_words(what, value)
    if not key:
        return what
    allowed, about = _asked(kind, key)
    if wrong and allowed:
        return f"{key}: {wrong[1]!r} is not known{meant(wrong[1], allowed)}"
    if "matching regex" in what:
        what = "does not fit"
    return f"{key}: {what}" + (f" ({about.rstrip('.')})" if about else "")


def in_words(message: str, value: Any = None) -> str:
    """Reword msgspec's message about a type or a limit."""
    kinds = re.match(r"Expected `([^`]+)`(?:, got `([^`]+)`)?$", message)
    if kinds:
        each = [k.strip() for k in kinds[1].split("|")]
        wanted = " or ".join(KINDS.get(k, k) for k in each if k != "null" or len(each) == 1)
        given = "a number with a point" if kinds[2] == "float" else KINDS.get(kinds[2], kinds[2])
        got = f", not {given}" if kinds[2] else ""
        return f"needs {wanted}{got}" + probably(kinds[1], value)
    limit = re.match(r"Expected `\w+` ([<>]=?) (\S+)$", message)
    if limit:
        return f"needs to be {LIMITS[limit[1]]} {limit[2].removesuffix('.0')}"
    if missing := re.match(r"Object missing required field `(.+?)`", message):
        return f"{missing[1]} is missing"
    if choice := re.match(r"Invalid enum value (.*)$", message):
        return f"{choice[1]} is not known"
    if size := re.match(r"Expected `array` of length (\d+), got (\d+)", message):
        return f"needs {size[1]} entries, not {size[2]}"
    length = re.match(r"Expected `(\w+)` of length (>=|<=|==) (\d+)", message)
    if length:
        counted = "characters" if length[1] == "str" else "entries"
        return f"needs {LENGTHS[length[2]]} {length[3]} {counted}"
    return message[:1].lower() + message[1:].replace("`", "")


def probably(wanted: str, value: Any) -> str:
    """Suggest what to write for a value that was quoted, or has a decimal comma."""
    if not isinstance(value, str):
        return ""
    text = value.strip().strip("“”„‟‘’\"'")
    if "bool" in wanted and text.lower() in (*YES, *NO):
        return f"; write {'true' if text.lower() in YES else 'false'}"
    if re.search("int|float", wanted):
        number = re.fullmatch(r"([+-]?\d+(?:[.,]\d+)?)\s*([^\d\s.,]\S*)?", text)
        if number:
            unit = " and unit" if number[2] else ""
            return f"; write {number[1].replace(',', '.')}, without quotes{unit}"
    return ""


def _asked(kind: type[Struct], key: str) -> tuple[list[str], str]:
    """Return an option's permitted values, if they can be listed, and its description."""
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
    """Suggest the known word closest to ``word``, else list them all."""
    there = list(known)
    parts = set(word.lower().split("_"))
    close = difflib.get_close_matches(word.lower(), there, n=1, cutoff=NEAR)
    close = close or [name for name in there if parts <= set(name.split("_"))][:1]
    return f"; did you mean {close[0]}?" if close else f" (there are: {', '.join(there) or 'none'})"
