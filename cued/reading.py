"""TOML: a text's tables into frozen structs, every mistake as one line that a person can act on.

What is answered: where, which key, what is wrong, what was meant; all mistakes at once. A
recording's header names lines and a scenario its numbered tables, so they explain their own
(``recording/tables/header.py``, ``simulation/scenario.py``).
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from cued.model import ConfigError

S = TypeVar("S", bound=Struct)
T = TypeVar("T")

DEEPEST = 64  # tables in tables; dotted keys nest without end. A configuration has five
MOST_SLIPS = 50  # a file with more of them is none of ours
NEAR = 0.66  # one slip in a word of three letters; at 0.5, polar was taken for pod
KINDS = {
    "bool": "true or false", "int": "a whole number", "float": "a number", "null": "nothing",
    "str": "text in quotes", "array": "a list in [ ]", "object": "a table", "date": "a date",
    "datetime": "a date with a time", "time": "a time",
}  # fmt: skip
MISSING = ": is missing"
LIMITS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
LENGTHS = {">=": "at least", "<=": "at most", "==": "exactly"}
YES, NO = ("yes", "on", "true", "ja", "oui", "1"), ("no", "off", "false", "nein", "non", "0")
# What tomllib says, and what to do; {key}: what is left of =; {rest}: from where it stumbled.
SYNTAX = (
    ("Cannot overwrite", "{key} is there twice: leave one out"),
    ("Cannot declare", "{key} is there twice: put what belongs to it under one of them"),
    ("Cannot mutate|Cannot redefine", "{key} is already a table: leave one out"),
    ("Expected '='", "write NAME = VALUE"),
    ("Invalid statement", "write NAME = VALUE or [SECTION]; a comment begins with #"),
    ("Expected '\\]'|Unclosed array", "a ] or a comma is missing"),
    ("Unclosed inline table|Expected '}'", "a }} or a comma is missing"),
    ("Invalid initial", "a name is missing"),
    ("Illegal character '.n'|Unterminated|Expected \"", "a quote is missing at the end"),
    ("Illegal character", "a character that cannot be seen: leave it out"),
    ("Unescaped '|Invalid hex", 'in quotes " a \\ has to be written twice'),
    ("Expected newline", "{rest} after the value: leave it out"),
)
PLACE = re.compile(r" \(at line (\d+), column (\d+)\)")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
UNSEEN = "[\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]"
DASH = "([\u2010-\u2015\u2212])"
# What people write that TOML does not know, and what to do; {0}: all of it, {1}: its first group.
SLIPS = (
    (r"=\s*([+-]?\d+),(\d+)\s*$", "{1},{2}: write a point, {1}.{2}"),
    ("[“”„‟‘’‚«»`´]", '{0} is a curly quote: write a straight one, "'),
    (rf"=\s*{DASH}\s*(\d+(?:\.\d+)?)\s*$", "{1} is a dash: write a minus, -{2}"),
    (rf"^\s*\[?[\w.]*{DASH}[^\"'=]*(?:=|\]|$)", "{1} is a dash: write - or _, as the name has it"),
    (UNSEEN, "a space that is none (copied from a page?): write the line anew"),
    (r"""=\s*(["'])(?!\1)[^"']*$""", "a quote is missing at the end"),
    (r"^\s*[\w.-]+\s*(==|:=|=>|->)", "{1}: write one ="),
    (r"=\s*([+-]?)0+(\d+)\s*$", "a number begins with no 0: write {1}{2}"),
    (r"=\s*(yes|on|True|TRUE|Yes|On)\s*$", "{1}: write true"),
    (r"=\s*(no|off|False|FALSE|No|Off)\s*$", "{1}: write false"),
)


def parse(text: str, where: str) -> dict[str, Any]:
    """Parse TOML; raises ConfigError with the lines of the mistakes."""
    try:
        return unnested(tomllib.loads(text))
    except RecursionError:
        raise ConfigError(f"{where}: not valid TOML: nested too deeply") from None
    except ValueError as wrong:  # of a number with thousands of digits not TOML's own kind
        known = _every_slip(text, wrong)
        raise ConfigError("\n".join(f"{where}: {told}" for told in known)) from None


def _every_slip(text: str, wrong: ValueError) -> list[str]:
    """Return a sentence for each line that is no TOML, in their order."""
    told = slips(text)
    lines = ["" if n in told else line for n, line in enumerate(text.split("\n"), 1)]
    while len(told) < MOST_SLIPS and (next_one := _stumble(lines)):
        at = PLACE.search(next_one)
        if at is None or int(at[1]) in told:
            break
        number = int(at[1])
        told[number] = _syntax(next_one, "\n".join(lines))
        if lines[number - 1].lstrip().startswith("["):
            break  # what stands below belongs nowhere now
        lines[number - 1] = ""
    return [told[number] for number in sorted(told)] or [_syntax(str(wrong), text)]


def _stumble(lines: list[str]) -> str:
    """Return what TOML's parser says of lines, nothing where it has no place to tell."""
    try:
        tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError) as error:
        return "" if "Exceeds the limit" in str(error) else str(error)
    return ""


def unnested(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table that what walks through it can bear; RecursionError if it is too deep."""
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        inside: list[Any] = [v for one in level for v in _inside(one)]
        level = [v for v in inside if isinstance(v, dict | list)]
    if level:
        raise RecursionError("nested too deeply")
    return table


def _inside(value: Any) -> Iterable[Any]:
    return cast("dict[str, Any]", value).values() if isinstance(value, dict) else value


def _syntax(message: str, text: str) -> str:
    """Return what TOML's parser did not understand, and what to write instead."""
    if "Exceeds the limit" in message:
        return "not valid TOML: a number has thousands of digits"
    at = PLACE.search(message)
    if not at:  # at the end of the document
        return "not valid TOML: a quote or a bracket that is opened is not closed before the end"
    number, column = int(at[1]), int(at[2])
    line = text.split("\n")[number - 1]
    key, rest = line.partition("=")[0].strip(), line[column - 1 :].strip()
    start = f"line {number}: "
    if "Invalid value" in message:
        return start + _value(key, rest)
    said = next((words for known, words in SYNTAX if re.search(known, message)), "")
    return start + said.format(key=key, rest=rest) if said else f"not valid TOML: {message}"


def _value(key: str, rest: str) -> str:
    """Return what to write where a value is none in TOML."""
    word = rest.split("#", maxsplit=1)[0].strip()
    if not word:
        return f"{key} has no value after ="
    if word.lower() in ("none", "null", "nil", "undefined"):
        return f"{word}: leave the line out, and {key} is not set"
    return f'{word}: text needs quotes, {key} = "{word}"'


def to_toml(value: Any) -> str:
    """Return a value as TOML, or three dots for None, which TOML has no word for."""
    if value is None:
        return "..."
    if isinstance(value, dict):
        inner = ", ".join(f"{k} = {to_toml(v)}" for k, v in cast("dict[str, Any]", value).items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(to_toml(v) for v in cast("list[Any]", value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def from_json(data: bytes | str, kind: type[T]) -> T:
    """Decode JSON of who knows where; raises msgspec.DecodeError whatever is wrong with it."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (RecursionError, UnicodeError) as error:
        raise msgspec.DecodeError(str(error)) from None


def visible(text: str) -> str:
    """Return a text of who knows where as a terminal may show it: no control characters."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def unprintable(table: Any, where: str = "") -> str:
    """Return which name or text has a control character in it: no path, host or topic has one."""
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
        if told := unprintable(value, there):
            return told
    return ""


def slips(text: str) -> dict[int, str]:
    """Return what people write that TOML does not know, a sentence for each line of it."""
    told = ((number, _slip(line)) for number, line in enumerate(text.split("\n"), 1))
    return {number: f"line {number}: {said}" for number, said in told if said}


def _slip(line: str) -> str:
    """Return what to write instead of a line, nothing where it is no such slip."""
    code = line.partition("#")[0]
    for pattern, told in SLIPS:
        if found := re.search(pattern, QUOTED.sub("", code) if pattern is UNSEEN else code):
            return told.format(found[0], *found.groups())
    return ""


def convert(table: Any, kind: type[S], where: str) -> S:
    """Turn a table into a struct; raises ConfigError with a line for each mistake in it.

    msgspec names one mistake at a time, so what it names is taken out and the rest looked at.
    """
    left: Any = dict(table) if isinstance(table, dict) else table  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    wrongs: dict[str, str] = {}  # by key
    while True:
        try:
            made = msgspec.convert(left, kind)
        except msgspec.ValidationError as wrong:
            told, key = explained_with_key(str(wrong), kind, left)
            if isinstance(left, dict) and key in left:
                del left[key]
                wrongs[key] = f"{where} {told}"
                continue
            if not wrongs:
                raise ConfigError(f"{where} {told}") from None
            if told.endswith(MISSING) and (key := told.removesuffix(MISSING)) not in wrongs:
                wrongs[key] = f"{where} {told}"
        else:
            if not wrongs:
                return made
        raise ConfigError("\n".join(wrongs.values()))


def explained_with_key(message: str, kind: type[Struct], table: Any) -> tuple[str, str]:
    """Return the mistake in words, and the key of the table that has to go to find the next."""
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
    place = message.partition(" - at `$")[2]
    key = unknown[1] if unknown and not place else re.split(r"[.\[`]", place.lstrip("."))[0]
    value = table.get(key) if isinstance(table, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return explain(message, kind, value), key


def explain(message: str, kind: type[Struct], value: Any = None) -> str:
    """Put msgspec's message as key, what is wrong, and what was probably meant.

    value : what was written, where that is known; it helps to say what was meant.
    """
    unknown = re.match(r"Object contains unknown field `(.+?)`", message)
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
    """Put msgspec's message about a kind or a limit as a person would."""
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
    """Return what was meant where a value was put into quotes, or has a decimal comma."""
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
    """Suggest the known word that is near ``word``, else list what there is."""
    there = list(known)
    parts = set(word.lower().split("_"))
    close = difflib.get_close_matches(word.lower(), there, n=1, cutoff=NEAR)
    close = close or [name for name in there if parts <= set(name.split("_"))][:1]
    return f"; did you mean {close[0]}?" if close else f" (there are: {', '.join(there)})"
