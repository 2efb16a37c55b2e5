"""One sensor's open connection: performs its device's actions and emits what it sends.

Rules
-----
* Notifications are handled in order, in the callback or, if the loop is busy, soon after it; reads
  and writes are done by one task, in order. So a device's conversation is never interleaved.
* Received bytes are emitted unchanged, together with the inputs decoded from them.
* A refused write or read does not end a connection; only silence or the Bluetooth stack does. If
  the device is busy, it is tried again before the refusal counts.
* A stop of the belt overtakes: pending writes are dropped, and the stop does not wait for them.
* A treadmill may be silent for hours. Then it is read from now and then: any answer, even a
  refusal, shows that the link is alive.
* The reason for a connection's end is one sentence, for the log and for the wearer.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError
from msgspec.structs import replace

from cued.devices._gatt import BATTERY_LEVEL
from cued.devices.device import (
    Action,
    Answer,
    Device,
    Output,
    PulseTrain,
    Read,
    Subscribe,
    Write,
    inputs_of,
)
from cued.model import BeltRequest, DecodeError, LinkChanged, Notification
from cued.sources._ble_connecting import (
    ACT_WITHIN_S,
    FAILS,
    answers,
    bleak_faults,
    characteristic,
    end_within_s,
    is_busy,
    offered,
    short,
)
from cued.sources._ble_watching import Inbox, Watch
from cued.sources.source import Emit

log = logging.getLogger("cued.ble")

LOOK_EVERY_S = 0.1  # a tenth of the shortest limit watched, or less
ANSWER_WITHIN_S = 5.0  # chosen
PULSE_WITHIN_S = 0.2  # a pod does not begin a pulse later than this
BATTERY_EVERY_S = 600.0  # few devices notify it
TRIES, AGAIN_S = 3, 0.3  # chosen: a device just found often refuses once
# ATT: insufficient authentication, insufficient encryption. Some firmware requires a bond.
UNAUTHENTICATED = (0x05, 0x0F)


class Connection:
    """An open connection, from the device's first action to its end."""

    def __init__(self, name: str, device: Device, watch: Watch, inbox: Inbox, emit: Emit) -> None:
        self._name = name
        self._device = device
        self._watch = watch
        self._inbox = inbox
        self._emit = emit
        self._actions: asyncio.Queue[Action] = asyncio.Queue()
        self._resting = False
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[str] | None = None
        self._client: BleakClient | None = None
        self._acting: asyncio.Task[None] | None = None
        self._stops: set[asyncio.Task[None]] = set()
        self._talks = False  # the device also returns outputs that no received bytes caused
        self._garbled = False
        self._bonded = False
        self._hint = ""  # why it may have fallen silent: it needs a bond, it refused a command

    def gone(self, _client: BleakClient) -> None:
        """Note that the stack reports the link as lost."""
        self.end("the connection broke off")

    def rest(self, why: str) -> None:
        """Disconnect a device that can sleep until it is moved."""
        if self._device.rest():
            self._resting = True
            self.end(why)

    def end(self, why: str) -> None:
        """Abandon the connection; only the first reason counts."""
        if not self._over.done():
            self._over.set_result(why)
        self._settle(why)

    async def run(self, client: BleakClient, up: Callable[[], None]) -> str:
        """Run until the connection ends; return why. Raises DecodeError for an unusable device."""
        self._watch.begin(asyncio.get_running_loop().time())
        for action in self._device.start(offered(client)):
            self._actions.put_nowait(action)
        self._client = client
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._act(client), name=f"{self._name} writes"),
                    group.create_task(self._look(client, up), name=f"{self._name} watch"),
                ]
                why = await self._over
                for task in (*tasks, *self._stops):
                    task.cancel()
        finally:
            self._client = None
            await self._stop(client)
        return why

    async def request(self, request: BeltRequest) -> str:
        """Pass on a request, timed from now; return "" when it is done, else why not."""
        stop = request.speed_m_s == 0
        if self._answer is not None and not stop:
            return "the treadmill has not answered the last request yet"
        self._settle("the belt was stopped instead")
        answer = self._answer = asyncio.get_running_loop().create_future()
        try:
            outputs = self._device.request(replace(request, t=asyncio.get_running_loop().time()))
            writes = [out for out in outputs if isinstance(out, Write)]
            if stop and writes and self._client is not None:
                self._overtake(self._client, writes)
                outputs = [out for out in outputs if not isinstance(out, Write)]
            self._pass(outputs)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await answer
        except TimeoutError:
            return "the treadmill did not answer"
        finally:
            if self._answer is answer:
                self._answer = None

    async def pulse(self, rhythm: PulseTrain) -> str:
        """Send a rhythm to its motor; return "" once it is sent, else why not."""
        if self._client is None:
            return "it is not connected"
        try:
            for action in self._device.pulse(asyncio.get_running_loop().time(), rhythm):
                if isinstance(action, Answer):
                    return action.why
                with bleak_faults():
                    async with asyncio.timeout(PULSE_WITHIN_S):
                        await self._do_once(self._client, action)
        except FAILS as error:
            return f"the link is poor ({short(error)})"
        return ""

    def _settle(self, why: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(why)

    def _overtake(self, client: BleakClient, writes: list[Write]) -> None:
        """Write a stop now and drop all pending writes."""
        waiting = [self._actions.get_nowait() for _ in range(self._actions.qsize())]
        for action in waiting:
            if not isinstance(action, Write):
                self._actions.put_nowait(action)
        if self._acting is not None:
            self._acting.cancel()

        async def stop() -> None:
            for write in writes:
                await self._try(client, write)

        task = asyncio.create_task(stop(), name=f"{self._name} stop")
        self._stops.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._stops.discard(task)
        if not task.cancelled() and isinstance(bug := task.exception(), Exception):
            self._fail(bug)

    def _fail(self, bug: Exception) -> None:
        """End with a bug of this program, raised in ``run``."""
        if not self._over.done():
            self._over.set_exception(bug)

    async def _look(self, client: BleakClient, up: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        is_up = False
        battery_t = loop.time()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now = loop.time()
            self._pass(self._device.tick(now))
            if now - battery_t >= BATTERY_EVERY_S:
                battery_t = now
                self._actions.put_nowait(Read(BATTERY_LEVEL))
            if self._watch.flowing and not is_up:
                up()
                is_up = True
            if self._watch.check_due(now) and not await answers(client):
                self.end("it does not answer any more")
            if why := self._watch.verdict(now):
                self.end(self._hint or why)

    async def _act(self, client: BleakClient) -> None:
        while True:
            action = await self._actions.get()
            acting = asyncio.create_task(self._try(client, action))
            self._acting = acting if isinstance(action, Write) else None
            try:
                await acting
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if acting.cancelled() and not (task and task.cancelling()):
                    continue  # overtaken by a stop
                acting.cancel()
                raise
            finally:
                self._acting = None

    async def _try(self, client: BleakClient, action: Action) -> None:
        """Do an action, again while the device is busy; pass a refusal to the device file."""
        for left in reversed(range(TRIES)):
            try:
                with bleak_faults():
                    async with asyncio.timeout(ACT_WITHIN_S):
                        data = await self._do(client, action)
            except FAILS as error:
                if left and is_busy(error) and client.is_connected:
                    await asyncio.sleep(AGAIN_S)
                    continue
                self._not_done(client, action, error)
            else:
                if data is not None:
                    self._arrived(action.char, data)
            return

    def _not_done(self, client: BleakClient, action: Action, error: BaseException) -> None:
        log.debug("%s: %r: %r", self._name, action, error)
        why = short(error)
        if not client.is_connected:
            self.end(f"it did not take a command ({why})")
        elif isinstance(action, Write):  # an unreadable battery must not cost the motion data
            self._hint = self._hint or f"it did not take a command ({why})"
            self._pass(self._device.refused(asyncio.get_running_loop().time(), action, why))

    async def _do(self, client: BleakClient, action: Action) -> bytes | None:
        """Do one action, bonding if the sensor requires it; a read returns its bytes."""
        try:
            return await self._do_once(client, action)
        except BleakGATTProtocolError as error:
            if error.code not in UNAUTHENTICATED or self._bonded:
                raise
            self._bonded = True
            self._hint = f"it wants to be paired first: bluetoothctl pair {client.address}"
            await client.pair()
            self._hint = ""
            return await self._do_once(client, action)

    async def _do_once(self, client: BleakClient, action: Action) -> bytes | None:
        char = characteristic(client, action.char)
        if char is None:
            if isinstance(action, Write):
                raise BleakError(f"it has no characteristic {action.char}")
            return None  # optional, such as a battery level
        match action:
            case Write():
                able = char.properties
                response = "write" in able and (
                    action.response or "write-without-response" not in able
                )
                await client.write_gatt_char(char, action.data, response=response)
            case Read():
                return bytes(await client.read_gatt_char(char))
            case Subscribe():

                def arrived(_char: BleakGATTCharacteristic, data: bytearray) -> None:
                    self._arrived(action.char, bytes(data))

                how = not action.acquire
                await client.start_notify(char, arrived, bluez={"use_start_notify": how})
        return None

    def _arrived(self, char: str, data: bytes) -> None:
        t = asyncio.get_running_loop().time()
        if self._watch.duplicate(t, char, data):
            return

        def handle(t: float) -> None:
            if self._over.done():
                return
            try:
                # Neither the loop nor the radio is finer; more digits would fill recordings.
                self._receive(math.floor(t * 1e4) / 1e4, char, data)
            except Exception as bug:  # noqa: BLE001 - its callers would swallow it
                self._fail(bug)

        if self._watch.idles:  # a treadmill sends too little to keep the loop busy
            handle(t)
        else:
            self._inbox.put(t, handle)

    def _receive(self, t: float, char: str, data: bytes) -> None:
        try:
            outputs = self._device.receive(t, char, data)
        except DecodeError as error:
            self._emit(Notification(t, self._name, char, data))
            level = logging.DEBUG if self._garbled else logging.WARNING
            log.log(level, "%s: %s", self._name, error)
            self._garbled = True
            if self._watch.unreadable():
                self.end("its messages make no sense")
            return
        self._watch.readable(t)
        inputs = inputs_of(outputs)
        for item in inputs:
            self._watch.note(item)
        self._emit(Notification(t, self._name, char, data, inputs, beside=self._talks))
        self._obey(outputs)

    def _pass(self, outputs: Sequence[Output]) -> None:
        """Pass on a device's outputs that no received bytes caused."""
        for item in inputs_of(outputs):
            self._watch.note(item)
            self._emit(item)
        self._talks = self._talks or bool(outputs)
        self._obey(outputs)

    def _obey(self, outputs: Sequence[Output]) -> None:
        """Perform those outputs of a device that concern its connection."""
        for out in outputs:
            match out:
                case Write() | Read() | Subscribe():
                    self._actions.put_nowait(out)
                case Answer():
                    self._settle(out.why)
                case LinkChanged(connected=False):
                    self.end(out.why)
                case _:
                    pass

    async def _stop(self, client: BleakClient) -> None:
        """Do the device's last actions while the link is still up."""
        if not client.is_connected:
            return
        try:
            actions = self._device.rest() if self._resting else self._device.stop()
            with bleak_faults():
                async with asyncio.timeout(end_within_s()):
                    for action in actions:
                        await self._do_once(client, action)
        except FAILS as error:
            log.debug("%s: did not stop: %r", self._name, error)
