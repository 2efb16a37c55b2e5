"""The house itself: what is made from the code is current, examples load, layers hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cued import __main__, config, parts
from cued.commands import parts as listing

HOME = Path(__file__).parents[1]


@pytest.mark.parametrize("path", sorted((HOME / "config").glob("*.toml")), ids=lambda p: p.name)
def test_every_example_configuration_loads(path):
    assert config.load(path)


@pytest.mark.parametrize(
    ("file", "arguments"),
    [
        ("docs/parts.md", []),
        ("config/cued.toml", ["--toml"]),
        ("config/cued.schema.json", ["--schema"]),
    ],
)
def test_what_is_made_from_the_code_is_current(file, arguments, capsys):
    __main__.main(["parts", *arguments])
    made = capsys.readouterr().out
    assert (HOME / file).read_text("utf-8") == made, f"{file} is stale: run scripts/docs"


def test_the_annotated_configuration_holds_the_defaults():
    written = config.load(HOME / "config" / "cued.toml")
    plain = config.convert({})
    assert written.station == plain.station
    assert written.coach == plain.coach
    for kind in config.ALWAYS_ON:
        assert written.parts[kind] == plain.parts[kind]


def test_the_annotated_configuration_passes_the_check(capsys):
    assert __main__.main(["check", "--config", str(HOME / "config" / "cued.toml")]) == 0
    assert "sensor back: pod" in capsys.readouterr().out


def test_every_part_is_listed():
    text = listing.listing()
    for kind in parts.KINDS:
        for name in parts.names(kind):
            assert name in text


@pytest.mark.parametrize("name", __main__.available())
def test_every_command_has_help_and_refuses_what_it_does_not_know(name, capsys):
    with pytest.raises(SystemExit) as asked:
        __main__.main([__main__.command(name).NAME, "--help"])
    assert asked.value.code == 0
    assert __main__.command(name).NAME in capsys.readouterr().out
    with pytest.raises(SystemExit) as wrong:
        __main__.main([__main__.command(name).NAME, "--no-such-option"])
    assert wrong.value.code == 2


def test_a_configuration_error_is_one_line_and_status_78(tmp_path, capsys):
    path = tmp_path / "cued.toml"
    path.write_text("[station]\nlanguge = 'de'\n")
    assert __main__.main(["check", "--config", str(path)]) == 78
    assert capsys.readouterr().err == (
        "cued: cued.toml: [station] languge: no such key; did you mean language?\n"
    )


def test_the_daemon_starts_without_what_it_does_not_use():
    """Start-up time on a small machine is imports; none of these belongs into a plain start."""
    code = (
        "import sys; from cued import app, config; app.engine(config.convert({}), {});"
        "print([m for m in ('scipy', 'matplotlib', 'bleak', 'aiomqtt', 'aiohttp', 'pyttsx3',"
        " 'pandas', 'rich') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HOME
    )
    assert done.stdout.strip() == "[]"
