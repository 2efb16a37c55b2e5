"""TOML: a text into tables, every slip in it a line that a person can act on, and back.

It is also told in which line a section or a key is written.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, cast

from cued.model import ConfigError

DEEPEST = 64  # tables in tables; dotted keys nest without end. A configuration has five
MOST_SLIPS = 50  # a file with more of them is none of ours
LONGEST = 200  # lines of one value; a sensor's mounting has five
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
        return unnested(tomllib.loads(text + "\n"))  # else a slip there has no line
    except RecursionError:
        raise ConfigError(f"{where}: {_unread(text)}nested too deeply") from None
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
        tomllib.loads("\n".join([*lines, ""]))
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
        return f"{_unread(text)}a number has thousands of digits"
    at = PLACE.search(message)
    if not at:  # at the end of the document
        return f"{_unread(text)}a quote or a bracket that is opened is not closed before the end"
    number, column = int(at[1]), int(at[2])
    line = text.split("\n")[number - 1]
    key, rest = line.partition("=")[0].strip(), line[column - 1 :].strip()
    start = f"line {number}: "
    if "Invalid value" in message:
        return start + _value(key, rest)
    said = next((words for known, words in SYNTAX if re.search(known, message)), "")
    return start + (said.format(key=key, rest=rest) or f"not valid TOML: {message}")


def _value(key: str, rest: str) -> str:
    """Return what to write where a value is none in TOML."""
    word = rest.split("#", maxsplit=1)[0].strip()
    if not word:
        return f"{key} has no value after ="
    if word.lower() in ("none", "null", "nil", "undefined"):
        return f"{word}: leave the line out, and {key} is not set"
    return f'{word}: text needs quotes, {key} = "{word}"'


def line_of(text: str, names: list[str]) -> int:
    """Return the line of what is named, or of the table that lacks it; 0 where there is none."""
    section, near, line = list[str](), 0, 0
    for number, statement, table in _statements(text):
        there = _names(table)
        if statement.lstrip().startswith("["):
            section, there = there, []
        leads = section + there
        common = next(n for n in range(len(names), -1, -1) if leads[:n] == names[:n])
        if common > near:
            near, line = common, number
    return line


def _unread(text: str) -> str:
    """Return where the statement begins that stays unread, as a mistake tells it."""
    line = next((number for number, _, table in _statements(text) if table is None), 0)
    return f"line {line}: " if line else ""


def _statements(text: str) -> Iterator[tuple[int, str, Any]]:
    """Yield each statement's line, its text and what it sets; None for one that has no end."""
    begun, read = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        read += f"{line}\n"
        try:
            table = unnested(tomllib.loads(read))
        except (ValueError, RecursionError):  # may be one that goes on in the next line
            if number - begun > LONGEST:
                break
            continue
        yield begun, read, table
        begun, read = number + 1, ""
    if read:
        yield begun, read, None


def _names(table: Any) -> list[str]:
    """Return the names that lead to what a statement sets, as a mistake's section has them."""
    names = list[str]()
    while isinstance(table, dict) and len(table) == 1:  # pyright: ignore[reportUnknownArgumentType]
        ((name, table),) = cast("dict[str, Any]", table).items()
        names += name.split(".")
    return names


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
