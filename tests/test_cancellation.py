"""No await in the house may swallow a cancellation: SIGTERM and reload are cancellations.

What can: a handler or a ``suppress`` around an await that catches one and goes on; ``wait_for``,
which before Python 3.12 forgets one that comes in the same instant as what it waits for
(python/cpython#86296), as aiomqtt does for each answer of a broker: our client looks afterwards.
"""

from __future__ import annotations

import ast
import asyncio
from typing import NamedTuple

import aiomqtt
import pytest

from cued.sinks import _mqtt_client as mqtt
from tests.helpers.home import HOME

CUED = HOME / "cued"
CATCHES = {"CancelledError", "BaseException"}
# Ctrl-C ends the wait there and what follows keeps the study: nothing goes on after it.
MEANT = {"commands/study.py": "_until_over"}


def names(node: ast.AST | None) -> set[str]:
    """Return the last part of every name in an expression."""
    parts = ast.walk(node) if node else ()
    return {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in parts}


def awaits(nodes: list[ast.stmt]) -> bool:
    kinds = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(n, kinds) for node in nodes for n in ast.walk(node))


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler's last statement raises what it caught, or ends the task otherwise."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise)


def handlers_that_go_on(function: ast.AsyncFunctionDef) -> list[int]:
    """Return the lines at which a cancellation of an await is caught and not passed on."""
    found: list[int] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Try) and awaits(node.body):
            for handler in node.handlers:
                caught = handler.type is None or names(handler.type) & CATCHES
                if caught and not raises_again(handler):
                    found.append(handler.lineno)
                if caught:
                    break  # what follows does not see one
        if isinstance(node, ast.With | ast.AsyncWith) and awaits(node.body):
            for item in node.items:
                if "suppress" in names(item.context_expr) and names(item.context_expr) & CATCHES:
                    found.append(node.lineno)
    return found


def waits_that_forget(function: ast.AsyncFunctionDef) -> list[int]:
    return [
        n.lineno
        for n in ast.walk(function)
        if isinstance(n, ast.Call) and "wait_for" in names(n.func)
    ]


CHECKS = (handlers_that_go_on, waits_that_forget)


def found_in(text: str) -> list[tuple[str, int]]:
    """Return the function and line of each await that may swallow a cancellation."""
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.AsyncFunctionDef)]
    return [(f.name, line) for f in functions for check in CHECKS for line in check(f)]


def test_no_await_swallows_a_cancellation():
    files = {str(p.relative_to(CUED)): p.read_text("utf-8") for p in CUED.rglob("*.py")}
    assert [
        (path, function, line)
        for path, text in sorted(files.items())
        for function, line in found_in(text)
        if MEANT.get(path) != function
    ] == []


@pytest.mark.parametrize(
    "body",
    [
        "try:\n  await x()\n except BaseException:\n  pass",
        "try:\n  await x()\n except:\n  pass",
        "try:\n  await x()\n except (OSError, asyncio.CancelledError):\n  return",
        "with suppress(asyncio.CancelledError):\n  await x()",
        "await asyncio.wait_for(x(), 1)",
    ],
)
def test_the_check_finds(body):
    assert found_in(f"async def f():\n {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "try:\n  await x()\n except BaseException:\n  y()\n  raise",
        "try:\n  await x()\n except Exception:\n  pass",
        "try:\n  x()\n except BaseException:\n  pass",
        "async with asyncio.timeout(1):\n  await x()",
    ],
)
def test_the_check_passes(body):
    assert not found_in(f"async def f():\n {body}\n")


class Sent(NamedTuple):
    """What paho answers: done, and the number of what was sent."""

    rc: int
    mid: int

    def is_published(self) -> bool:
        return False


@pytest.mark.parametrize("asked", ["publish", "subscribe", "unsubscribe"])
async def test_a_cancellation_swallowed_by_aiomqtt_ends_the_task(asked, monkeypatch):
    async def forgetful(_client, answer, **_limit):
        try:
            await answer
        except asyncio.CancelledError:
            return

    monkeypatch.setattr(aiomqtt.Client, "_wait_for", forgetful)
    config = mqtt.Config(host="localhost")
    client = mqtt.make_client(config, "one", mqtt.proof(config))
    client._connected.set_result(None)
    monkeypatch.setattr(client._client, asked, lambda *_args, **_options: Sent(0, 1))
    call = getattr(client, asked)
    task = asyncio.create_task(call("topic", **({"qos": 1} if asked == "publish" else {})))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
