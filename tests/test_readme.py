"""What the README promises: its Python runs, its configuration loads, no link is dead."""

from __future__ import annotations

import re
import tomllib
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from cued import __main__, config
from tests.helpers.home import HOME

README = (HOME / "README.md").read_text("utf-8")
PAGES = [*HOME.glob("*.md"), *HOME.glob("docs/*.md"), *HOME.glob("hardware/**/*.md")]


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.+?)```", README, re.DOTALL)
    assert found, language
    return found[1]


def test_the_python_prints_strides():
    printed = StringIO()
    with redirect_stdout(printed):
        exec(block("python"), {})
    assert printed.getvalue().count("Stride(") > 100


def test_the_configuration_loads():
    assert config.convert(tomllib.loads(block("toml"))).sensors["back"].placement == "lower_back"


@pytest.mark.parametrize("name", __main__.available())
def test_every_command_is_named(name):
    assert f"`cued {__main__.command(name).NAME}" in README


def anchors(page: Path) -> set[str]:
    """Return the names under which a page's headings can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(((?!https?:)[^)]+)\)", page.read_text("utf-8")):
        file, _, heading = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), target
        assert not heading or heading in anchors(there), target


GENERATED = ("parts.md", "accuracy-figures.md", "phases.md")


def test_the_documents_stay_short():
    texts = [p.read_text("utf-8") for p in HOME.glob("docs/*.md") if p.name not in GENERATED]
    words = [word for text in texts for word in text.split() if re.search(r"\w", word)]
    assert len(words) < 20_000


NO_COMMAND = {"pod"}  # the name that a pod advertises begins so, too


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_is_named_exists(page):
    there = {__main__.command(name).NAME for name in __main__.available()}
    named = set(re.findall(r"`(?:sudo )?cued ([a-z]+)", page.read_text("utf-8")))
    assert named <= there | NO_COMMAND
