"""List every part and option: what can stand in the configuration, with bounds and units."""

from __future__ import annotations

import argparse
import json
from typing import Any

import msgspec
from msgspec import Struct

from cued import config, parts

NAME = "parts"
HELP = "list every part and option"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON schema of the configuration instead"
    )


def run(args: argparse.Namespace) -> int:
    """Print the list, as Markdown, or the schema."""
    if args.schema:
        print(json.dumps(config.schema(), indent=2, ensure_ascii=False))
    else:
        print(listing())
    return 0


def listing() -> str:
    """Return the whole list as Markdown; docs/parts.md is this text."""
    out = ["# Parts and options", ""]
    out += ["Made by `cued parts`. Every section of the configuration, every option with its"]
    out += ["type, bounds and default. A part is one file; see [adding.md](adding.md).", ""]
    for name, kind in config.FIXED.items():
        out += [f"## [{name}]", "", _first_line(kind.__doc__), "", *_options(kind), ""]
    out += ["## [sensors.NAME]", "", _first_line(config.Sensor.__doc__), ""]
    out += [*_options(config.Sensor), ""]
    for kind_name in parts.KINDS:
        out += [f"## {kind_name}", ""]
        for name in parts.names(kind_name):
            section = f"[{kind_name}.{name}]" if kind_name != "devices" else f'device = "{name}"'
            out += [f"### {section}", "", parts.about(kind_name, name), ""]
            out += [*_options(parts.load(kind_name, name).config), ""]
    return "\n".join(out).rstrip()


def _options(kind: type[Struct]) -> list[str]:
    schema: dict[str, Any] = msgspec.json.schema(kind)
    body = schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    required = body.get("required", [])
    lines: list[str] = []
    for key, about in body["properties"].items():
        default = f"default {json.dumps(about.get('default'))}"
        given = "required" if key in required else default
        lines.append(f"- `{key}` ({_type(about)}{_bounds(about)}, {given}): {_described(about)}")
    return lines or ["No options."]


def _type(about: dict[str, Any]) -> str:
    if "enum" in about:
        return " or ".join(json.dumps(v) for v in about["enum"])
    if "anyOf" in about:
        return " or ".join(_type(a) for a in about["anyOf"])
    if "$ref" in about:
        return about["$ref"].rsplit("/", 1)[-1]
    return str(about.get("type", "any")).replace("null", "none")


def _bounds(about: dict[str, Any]) -> str:
    for part in [about, *about.get("anyOf", [])]:
        low = part.get("minimum", part.get("exclusiveMinimum"))
        high = part.get("maximum", part.get("exclusiveMaximum"))
        if low is not None or high is not None:
            return f" {'' if low is None else low}..{'' if high is None else high}"
    return ""


def _described(about: dict[str, Any]) -> str:
    for part in [about, *about.get("anyOf", [])]:
        if part.get("description"):
            return part["description"]
    return ""


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().splitlines()[0]
