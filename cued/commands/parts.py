"""List every part and option that a configuration may hold, with bounds and units."""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from cued import config, parts
from cued.toml import to_toml

NAME = "parts"
HELP = "list every part and option"
CHOSEN_BY = {"devices": 'device = "{name}"', "voices": 'renderer = "{name}"'}
USUAL = (("sources", "ble"), ("actuators", "speech"), ("actuators", "haptic"))


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "--toml", action="store_true", help="print an annotated configuration instead"
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON schema of the configuration instead"
    )


def run(args: argparse.Namespace) -> int:
    """Print the list as Markdown, the schema, or a configuration with every default."""
    if args.toml:
        print(annotated())
    elif args.schema:
        print(json.dumps(schema(), indent=2, ensure_ascii=False))
    else:
        print(listing())
    return 0


def listing() -> str:
    """Return the list as Markdown; docs/parts.md is this text."""
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
            section = CHOSEN_BY.get(kind_name, f"[{kind_name}.{{name}}]").format(name=name)
            out += [f"### {section}", "", parts.about(kind_name, name), ""]
            out += [*_options(parts.load(kind_name, name).config), ""]
    return "\n".join(out).rstrip()


def annotated(chosen: Mapping[str, Any] | None = None) -> str:
    """Return a configuration with every section and default; config/cued.toml is this text.

    chosen : tables whose values replace the defaults; the parts that they name are on.
    """
    tables: Mapping[str, Any] = _usual() if chosen is None else chosen
    out = [
        "# Every section and option of cued, with its default: `cued parts --toml` wrote this.",
        "# A line that starts with # is a default; take the # away to change it. Metrics and rules",
        "# are on unless their table says enabled = false; other parts are on when their table is",
        "# there. Check what you wrote with: cued check --config FILE",
        "",
    ]
    if chosen is not None:
        out[0] = "# Every section and option of cued, with its default: `cued setup` wrote this."
    for name, kind in config.FIXED.items():
        out += [f"# {_first_line(kind.__doc__)}", f"[{name}]"]
        out += [*_lines(kind, tables.get(name, {})), ""]
    out += [f"# {_first_line(config.Sensor.__doc__)} One table each, by a name of yours."]
    sensors = tables.get("sensors", {})
    out += [] if sensors else ["#[sensors.back]", *_lines(config.Sensor, {}), ""]
    for name, values in sensors.items():
        out += [f"[sensors.{_key(name)}]", *_lines(config.Sensor, values), ""]
    for kind_name in config.NAMED_KINDS:
        for name in parts.names(kind_name):
            values = tables.get(kind_name, {}).get(name)
            on = kind_name in config.ALWAYS_ON or values is not None
            head = f"{'' if on else '#'}[{kind_name}.{name}]"
            options = _lines(parts.load(kind_name, name).config, values or {})
            out += [f"# {parts.about(kind_name, name)}", head, *options, ""]
    return "\n".join(out).rstrip()


def _whole() -> type[Struct]:
    """Build the struct of the whole file with every part there is, for the schema."""
    fields: list[tuple[str, Any, Any]] = [(n, kind, kind()) for n, kind in config.FIXED.items()]
    none: dict[str, config.Sensor] = {}
    fields.append(("sensors", dict[str, config.Sensor], none))
    for kind in config.NAMED_KINDS:
        sections: list[tuple[str, Any, Any]] = []
        for name in parts.names(kind):
            options = parts.load(kind, name).config
            table = msgspec.defstruct(
                f"{kind}_{name}",
                [("enabled", bool, True)],
                bases=(options,),
                kw_only=True,
                frozen=True,
                forbid_unknown_fields=True,
            )
            sections.append((name, table | None, None))
        fields.append((kind, msgspec.defstruct(kind, sections, frozen=True) | None, None))
    return msgspec.defstruct("cued", fields, frozen=True, kw_only=True)


def schema() -> dict[str, Any]:
    """Return the JSON schema of ``cued.toml``."""
    out = msgspec.json.schema(_whole())
    out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    out["title"] = "cued.toml"
    return out


def _usual() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the tables of one Bluetooth sensor on the back, with voice and motors."""
    out: dict[str, dict[str, dict[str, Any]]] = {
        "sensors": {"back": {"device": "pod", "placement": "lower_back"}}
    }
    for kind, name in USUAL:
        out.setdefault(kind, {})[name] = {}
    return out


def _lines(kind: type[Struct], values: Mapping[str, Any]) -> list[str]:
    """Return each option's description as a comment, then its value or commented-out default."""
    out = ["enabled = false"] if values.get("enabled") is False else []
    for key, about in _schema_of(kind)["properties"].items():
        out += textwrap.wrap(
            f"{_described(about)} ({_type(about)}{_bounds(about)})",
            98, initial_indent="# ", subsequent_indent="# ",
        )  # fmt: skip
        if key in values:
            out.append(f"{key} = {to_toml(values[key])}")
        else:
            out.append(f"#{key} = {to_toml(about.get('default'))}")
    return out


def _key(name: str) -> str:
    """Write a table's name as TOML, quoted where necessary."""
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else to_toml(name)


def _schema_of(kind: type[Struct]) -> dict[str, Any]:
    """Return the JSON schema of one section."""
    schema: dict[str, Any] = msgspec.json.schema(kind)
    return schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]]


def _options(kind: type[Struct]) -> list[str]:
    body = _schema_of(kind)
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
