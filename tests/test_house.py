"""The house itself: what is made from the code is current, examples load, layers hold."""

from __future__ import annotations

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from cued import __main__, config, parts
from cued.commands import parts as listing
from tests.helpers.home import HOME


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
def test_generated_files_are_current(file, arguments, capsys):
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
        "cued: cued.toml: line 2: [station] languge: no such key; did you mean language?\n"
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


def _has_number(node: ast.AST) -> bool:
    """Whether there is one, beside arguments that say what they are: of a class, or of ``sig``."""
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.Subscript):
        return False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id.lstrip("_")
        if name[:1].isupper() or name in ("sig", "uuid"):
            return False
    return any(_has_number(child) for child in ast.iter_child_nodes(node))


def _constants(source: str) -> Iterator[tuple[str, ast.stmt]]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            first = next(n.id for n in ast.walk(statement) if isinstance(n, ast.Name))
            if first.isupper() and first != "PART" and _has_number(statement.value):
                yield first, statement


def bare(source: str) -> list[str]:
    """Return the names of a module's numbers without a word on the line, or above their table."""
    lines = source.splitlines()
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    noted = {t.start[0] for t in tokens if t.type == tokenize.COMMENT}
    out: list[str] = []
    for name, statement in _constants(source):
        above = statement.lineno - 1
        while above and lines[above - 1].strip() and not lines[above - 1].startswith("#"):
            above -= 1
        own = range(statement.lineno, (statement.end_lineno or 0) + 1)
        if above not in noted and not noted.intersection(own):
            out.append(name)
    return out


def test_every_number_has_a_reason():
    paths = (HOME / "cued").rglob("*.py")
    found = {str(p.relative_to(HOME)): bare(p.read_text("utf-8")) for p in paths}
    assert not {path: names for path, names in found.items() if names}


def test_a_number_without_a_reason_is_found():
    source = (
        "WAIT_S = 3.0  # chosen\n\nA, B = 1, 2\n# Of a table.\nC = 1\nD = {2: 3}\n\nE = Cue(4)\n"
    )
    assert bare(source) == ["A"]
    assert bare("F: float = radians(-2.0)\nG = '# 4'\nH = [5, '#']") == ["F", "H"]


# Modules that only declare, and the tests that go through them.
TESTED_IN = {
    "coach/config.py": "test_config.py",
    "coach/workout/phase.py": "coach/workout/test_phases.py",
    "gait/metric.py": "contracts/test_metrics.py",
    "sinks/sink.py": "contracts/test_sinks.py",
}


def test_every_module_has_a_test_file_of_its_name():
    home, tests = HOME / "cued", HOME / "tests"
    missing: set[str] = set()
    for path in home.rglob("*.py"):
        *rooms, name = path.relative_to(home).with_suffix("").parts
        room = tests.joinpath(*(room.strip("_") for room in rooms))
        if name != "__init__" and not (room / f"test_{name.strip('_')}.py").is_file():
            missing.add(str(path.relative_to(home)))
    assert missing == TESTED_IN.keys()
    assert all((tests / test).is_file() for test in TESTED_IN.values())


@pytest.mark.parametrize("path", sorted(Path("tests/system/guest").glob("*.py")), ids=str)
def test_scripts_for_the_guest_import_names_that_exist(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cued"):
            package = importlib.import_module(str(node.module))
            for name in node.names:
                if not hasattr(package, name.name):
                    importlib.import_module(f"{node.module}.{name.name}")


NO_VERB = frozenset(
    [
        "Whether",
        "How",
        "Which",
        "When",
        "Where",
        "Nothing",
        "Nobody",
        "Somebody",
        "Every",
        "All",
        "There",
        "No",
        "The",
        "A",
        "An",
    ]
)


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yield every function of the program, with where it is."""
    for path in (HOME / "cued").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(HOME)}:{node.lineno}", node


def test_a_docstring_starts_with_what_the_function_does():
    assert not [
        where
        for where, node in functions()
        if not node.decorator_list and (ast.get_docstring(node) or "Say").split()[0] in NO_VERB
    ]


def test_a_function_without_a_result_does_not_claim_one():
    assert not [
        where
        for where, node in functions()
        if node.returns is not None
        and ast.unparse(node.returns) in ("None", "NoReturn")
        and (ast.get_docstring(node) or "").startswith("Return ")
    ]


def test_every_file_named_in_a_docstring_exists():
    folders = ("cued", "scripts", "tests", "hardware")
    there = {path.name for folder in folders for path in (HOME / folder).rglob("*.py")}
    there.add("clocksync.py")  # Klipper's
    paths = (HOME / "cued").rglob("*.py")
    named = {p: set(re.findall(r"\b([a-z_]+\.py)\b", p.read_text("utf-8"))) for p in paths}
    gone = {str(path.relative_to(HOME)): names - there for path, names in named.items()}
    assert not {path: names for path, names in gone.items() if names}
