"""Buttons beside the belt: one starts, pauses, acknowledges, reports trouble; more mark and type.

Wiring: each between its pin and ground; the Pi's own pull-up holds the pin high (hardware/). A
short press of the first is ``press`` (``coach/commands.py``): it acknowledges a waiting question,
else starts, pauses or resumes. Held for ``HOLD_S``, it is ``something_wrong``; held for five
seconds, ``set_up``, which the daemon accepts between sessions only. The second is ``mark``.
Two more send ``faster`` and ``slower``, one console step each, repeated while held: they type the
belt's speed when no treadmill reports it, and do not move the belt.

Delay: contact bounce, 50 ms; a short press counts on release. gpiozero calls from its own thread;
commands are made in the event loop. Missing pins (no Raspberry Pi, no lgpio, a pin in use) count as
a lost link: reported once, retried at growing intervals.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct

from cued.config import Pin, Site
from cued.gpio import PinsMissing, close_factory, factory_of, failing_is_missing
from cued.model import Command, LinkLost
from cued.parts import Part
from cued.sources.source import Emit, Source

BOUNCE_S = 0.05  # contacts bounce for less; chosen
HOLD_S = 1.5  # chosen: nobody holds it this long by mistake
SET_UP_S = 5.0  # held on purpose, longer than a stop
REPEAT_S = 0.4  # slow enough to count the steps


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The buttons and their pins."""

    main_pin: Annotated[
        Pin | None,
        Meta(description="GPIO number of the button for pause, acknowledge and stop."),
    ] = 5
    mark_pin: Annotated[
        Pin | None,
        Meta(description="GPIO number of the button that marks a moment; unset: there is none."),
    ] = None
    faster_pin: Annotated[
        Pin | None,
        Meta(description="GPIO number of the button that types 0.1 km/h (mph) more; unset: none."),
    ] = None
    slower_pin: Annotated[
        Pin | None,
        Meta(description="GPIO number of the button that types 0.1 km/h (mph) less; unset: none."),
    ] = None

    def __post_init__(self) -> None:
        """Check that no two buttons share a pin."""
        taken: dict[int, str] = {}
        for name in ("main_pin", "mark_pin", "faster_pin", "slower_pin"):
            pin: int | None = getattr(self, name)
            if pin is not None and taken.setdefault(pin, name) != name:
                raise ValueError(f"{taken[pin]} and {name} are the same pin")


class Buttons(Source):
    """Emits commands when buttons are pressed."""

    def __init__(self, config: Config, site: Site) -> None:
        self._config = config
        self._site = site
        self._open: list[Any] = []

    async def run(self, emit: Emit, up: Callable[[], None]) -> None:
        """Watch the buttons until cancelled."""
        loop = asyncio.get_running_loop()

        def send(name: str) -> None:
            loop.call_soon_threadsafe(lambda: emit(Command(loop.time(), name, source="button")))

        try:
            self._watch(send)
            up()
            await asyncio.Event().wait()
        except PinsMissing as error:
            raise LinkLost(f"no buttons: {error}") from error
        finally:
            self._close()

    @property
    def pressed(self) -> dict[str, bool]:
        """Which pins are pressed now; empty while not running."""
        return {b.pin.info.name: b.is_pressed for b in self._open[1:]}

    def _watch(self, send: Callable[[str], None]) -> None:
        config = self._config
        self._open = [factory_of(self._site)]
        with failing_is_missing():
            if config.main_pin is not None:
                self._add(config.main_pin, *self._main(send))
            if config.mark_pin is not None:
                self._add(config.mark_pin, lambda _held: send("mark"), None)
            for name, pin in (("faster", config.faster_pin), ("slower", config.slower_pin)):
                if pin is not None:
                    self._add_repeating(pin, partial(send, name))

    def _main(
        self, send: Callable[[str], None]
    ) -> tuple[Callable[[bool], None], Callable[[], None]]:
        """Return the main button's callbacks: when released, and when held."""
        loop = asyncio.get_running_loop()
        waiting: list[asyncio.TimerHandle] = []

        def wait() -> None:
            more_s = max(0.0, SET_UP_S - HOLD_S)
            waiting.append(loop.call_later(more_s, send, "set_up"))

        def give_up() -> None:
            while waiting:
                waiting.pop().cancel()

        def held() -> None:
            send("something_wrong")
            loop.call_soon_threadsafe(wait)

        def released(was_held: bool) -> None:
            loop.call_soon_threadsafe(give_up)
            if not was_held:
                send("press")

        return released, held

    def _add(
        self, pin: int, released: Callable[[bool], None], held: Callable[[], None] | None
    ) -> None:
        button = self._button(pin, HOLD_S)
        was_held = False

        def hold() -> None:
            nonlocal was_held
            was_held = True
            if held:
                held()

        def release() -> None:
            nonlocal was_held
            before, was_held = was_held, False
            released(before)

        button.when_held = hold
        button.when_released = release

    def _add_repeating(self, pin: int, pressed: Callable[[], None]) -> None:
        button = self._button(pin, REPEAT_S, repeats=True)
        button.when_pressed = button.when_held = pressed

    def _button(self, pin: int, hold_s: float, *, repeats: bool = False) -> Any:
        gpiozero: Any = importlib.import_module("gpiozero")
        button = gpiozero.Button(
            pin,
            pull_up=True,
            bounce_time=BOUNCE_S if self._site.hardware else None,
            hold_time=hold_s,
            hold_repeat=repeats,
            pin_factory=self._open[0],
        )
        self._open.append(button)
        return button

    def _close(self) -> None:
        opened, self._open = self._open, []
        for button in opened[1:]:
            button.close()
        if opened:
            close_factory(opened[0])


PART: Part[Config, Source] = Part(Config, Buttons)
