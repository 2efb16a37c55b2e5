"""Parts: modules that the configuration names, one file each.

``[rules.overlong_stride]`` in the configuration *is* ``cued/coach/rules/overlong_stride.py``. The
file holds a module docstring, a frozen ``Config`` struct whose fields carry bounds, unit and a
sentence in ``Meta`` (``NoOptions`` if there is nothing to set), one class, and one last line
``PART = Part(Config, TheClass)``. Nothing else has to be edited: the part can be configured, is
listed by ``cued parts`` and in the JSON schema, and is run through the contract tests of its kind.

Rules: a part's file is imported only when it is used, so a missing optional library affects only
those who need it. Files starting with ``_`` and the kind's own protocol file are not parts.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from cued.model import CuedError

C = TypeVar("C", bound=Struct)
P_co = TypeVar("P_co", covariant=True)
# The arguments of ``__aexit__``, for actuators and sinks.
Exit: TypeAlias = type[BaseException] | BaseException | TracebackType | None

KINDS: dict[str, str] = {
    "devices": "cued.devices",
    "sources": "cued.sources",
    "metrics": "cued.gait.metrics",
    "rules": "cued.coach.rules",
    "actuators": "cued.actuators",
    "sinks": "cued.sinks",
    "voices": "cued.actuators.voices",
}
PROTOCOL_FILES = frozenset({"device", "source", "actuator", "sink", "metric", "rule", "voice"})


class NoOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The configuration of a part with nothing to set."""


class Part(Generic[C, P_co]):
    """A part's configuration type and how to build it.

    ``build`` takes the configuration first; its other arguments depend on the kind (see the kind's
    protocol file). ``place`` is the placement of a device that sends no motion, wherever it is
    worn.
    """

    def __init__(self, config: type[C], build: Callable[..., P_co], *, place: str = "") -> None:
        self.config = config
        self.build = build
        self.place = place


@cache  # asked for with each part that is loaded
def names(kind: str) -> tuple[str, ...]:
    """Return the names of a kind's parts, sorted."""
    package = importlib.import_module(KINDS[kind])
    found = (m.name for m in pkgutil.iter_modules(package.__path__) if not m.ispkg)
    return tuple(sorted(n for n in found if not n.startswith("_") and n not in PROTOCOL_FILES))


def load(kind: str, name: str) -> Part[Any, Any]:
    """Import one part. Raises KeyError when there is no such file."""
    if name not in names(kind):
        raise KeyError(name)
    return importlib.import_module(f"{KINDS[kind]}.{name}").PART


def extra(module: str, name: str, what: str = "this") -> Any:
    """Import a module that comes with an extra. Raises CuedError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        how = f"install it with: pip install 'cued[{name}]'"
        raise CuedError(f"{what} needs {missing.name}; {how}") from None


def about(kind: str, name: str) -> str:
    """Return the part's first docstring line."""
    doc = importlib.import_module(f"{KINDS[kind]}.{name}").__doc__ or ""
    return doc.strip().splitlines()[0] if doc.strip() else ""
