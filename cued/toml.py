"""Parses TOML, with a line of advice for each mistake in it; writes it; finds a key's line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, cast

from cued.model import ConfigError

DEEPEST = 64  # nested tables; dotted keys can nest without limit. A configuration has five levels
MOST_SLIPS = 50  # a file with more is not one of ours
LONGEST = 200  # lines of one value; a sensor's mounting has five
# tomllib's message, and our advice; {key}: text left of =; {rest}: text from the mistake on.
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
# Common mistakes and our advice; {0}: the whole match, {1}: its first group.
SLIPS = (
    (r"=\s*([+-]?\d+),(\d+)\s*$", "{1},{2}: write a point, {1}.{2}"),
    ("[“”„‟‘’‚«»`´]", '{0} is a curly quote: write a straight one, "'),
    (rf"=\s*{DASH}\s*(\d+(?:\.\d+)?)\s*$", "{1} is a dash: write a minus, -{2}"),
    (rf"^\s*\[?[\w.]*{DASH}[^\"'=]*(?:=|\]|$)", "{1} is a dash: write - or _, as the name has it"),
    ("\0", "a zero byte, as a power cut leaves: copy the file again"),
    (UNSEEN, "a space that is none (copied from a page?): write the line again"),
    (r"""=\s*(["'])(?!\1)[^"']*$""", "a quote is missing at the end"),
    (r"^\s*[\w.-]+\s*(==|:=|=>|->)", "{1}: write one ="),
    (r"=\s*([+-]?)0+(\d+)\s*$", "a number begins with no 0: write {1}{2}"),
    (r"=\s*(yes|on|True|TRUE|Yes|On)\s*$", "{1}: write true"),
    (r"=\s*(no|off|False|FALSE|No|Off)\s*$", "{1}: write false"),
)


def parse(text: str, where: str) -> dict[str, Any]:
    """Parse TOML; raises ConfigError with the lines of the mistakes."""
    try:
        return unnested(tomllib.loads(text + "\n"))  # else a mistake at the end gets no line number
    except RecursionError:
        raise ConfigError(f"{where}: {_unread(text)}nested too deeply") from None
    except ValueError as wrong:  # a number with thousands of digits raises no TOMLDecodeError
        known = _every_slip(text, wrong)
        raise ConfigError("\n".join(f"{where}: {advice}" for advice in known)) from None


def _every_slip(text: str, wrong: ValueError) -> list[str]:
    """Return a sentence for each line that is not TOML, in their order."""
    advice = slips(text)
    lines = ["" if n in advice else line for n, line in enumerate(text.split("\n"), 1)]
    while len(advice) < MOST_SLIPS and (message := _first_error(lines)):
        at = PLACE.search(message)
        if at is None or int(at[1]) in advice:
            break
        number = int(at[1])
        advice[number] = _syntax(message, "\n".join(lines))
        if lines[number - 1].lstrip().startswith("["):
            break  # the section of the lines below is not known
        lines[number - 1] = ""
    return [advice[number] for number in sorted(advice)] or [_syntax(str(wrong), text)]


def _first_error(lines: list[str]) -> str:
    """Return the message of TOML's parser; empty if there is none, or none with a place."""
    try:
        tomllib.loads("\n".join([*lines, ""]))
    except (ValueError, RecursionError) as error:
        return "" if "Exceeds the limit" in str(error) else str(error)
    return ""


def unnested(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table; raise RecursionError if it is nested too deeply to walk through."""
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
    """Reword a message of TOML's parser, with advice."""
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
    advice = next((words for known, words in SYNTAX if re.search(known, message)), "")
    return start + (advice.format(key=key, rest=rest) or f"not valid TOML: {message}")


def _value(key: str, rest: str) -> str:
    """Return what to write in place of an invalid value."""
    word = rest.split("#", maxsplit=1)[0].strip()
    if not word:
        return f"{key} has no value after ="
    if word.lower() in ("none", "null", "nil", "undefined"):
        return f"{word}: leave the line out, and {key} is not set"
    return f'{word}: text needs quotes, {key} = "{word}"'


def line_of(text: str, names: list[str]) -> int:
    """Return the line of a key or section, or of the table that lacks it; 0 if there is none."""
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
    """Return "line N: " for the statement that cannot be parsed, as mistakes begin."""
    line = next((number for number, _, table in _statements(text) if table is None), 0)
    return f"line {line}: " if line else ""


def _statements(text: str) -> Iterator[tuple[int, str, Any]]:
    """Yield each statement's line, text and table; None for one that never ends."""
    begun, read = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        read += f"{line}\n"
        try:
            table = unnested(tomllib.loads(read))
        except (ValueError, RecursionError):  # it may continue in the next line
            if number - begun > LONGEST:
                break
            continue
        yield begun, read, table
        begun, read = number + 1, ""
    if read:
        yield begun, read, None


def _names(table: Any) -> list[str]:
    """Return the path of names that a statement sets, as in a mistake's section."""
    names = list[str]()
    while isinstance(table, dict) and len(table) == 1:  # pyright: ignore[reportUnknownArgumentType]
        ((name, table),) = cast("dict[str, Any]", table).items()
        names += name.split(".")
    return names


def slips(text: str) -> dict[int, str]:
    """Return advice for each line with a common mistake, by line number."""
    advice = ((number, _slip(line)) for number, line in enumerate(text.split("\n"), 1))
    return {number: f"line {number}: {said}" for number, said in advice if said}


def _slip(line: str) -> str:
    """Return advice for a line with a common mistake, else nothing."""
    code = line.partition("#")[0]
    for pattern, advice in SLIPS:
        if found := re.search(pattern, QUOTED.sub("", code) if pattern is UNSEEN else code):
            return advice.format(found[0], *found.groups())
    return ""


def to_toml(value: Any) -> str:
    """Return a value as TOML, or three dots for None, which TOML cannot express."""
    if value is None:
        return "..."
    if isinstance(value, dict):
        inner = ", ".join(f"{k} = {to_toml(v)}" for k, v in cast("dict[str, Any]", value).items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(to_toml(v) for v in cast("list[Any]", value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
