"""What the README promises: its Python runs, its configuration loads, it names every command."""

from __future__ import annotations

import re
import tomllib
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from cued import __main__, config

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.+?)```", README, re.DOTALL)
    assert found, language
    return found[1]


def test_the_python_prints_strides():
    printed = StringIO()
    with redirect_stdout(printed):
        exec(block("python"), {})
    assert printed.getvalue().count("Stride(") > 100


def test_the_configuration_is_one():
    assert config.convert(tomllib.loads(block("toml"))).sensors["back"].placement == "lower_back"


@pytest.mark.parametrize("name", __main__.available())
def test_every_command_is_named(name):
    assert f"`cued {__main__.command(name).NAME}" in README
