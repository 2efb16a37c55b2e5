"""Bangle.js 2 watch: its accelerometer, through a small program that cued uploads.

Protocol facts
--------------
Nordic UART service ``6e400001-...``, write ``6e400002-...``, notify ``6e400003-...``: a JavaScript
prompt. Ctrl-C clears a half-typed line, 0x10 before a line suppresses its echo. The program below
is sent in pieces of 20 bytes, lives in RAM only, sets the chip (KX023) to 8 g and 100 Hz and the
watch to a reading every 20 ms, and sends the frames below. At 8 g the watch's firmware reports half
the true acceleration. There is no gyroscope.

Frame: 0xA5, n u8 (1 to 10), time of the last sample u32 ms, n x 3 i16 in g/4096, sum of all bytes
before it modulo 256, sum of these sums likewise: one sum alone would pass one in 256 of the frames
that are joined where bytes were lost. Frames may be split over notifications anywhere, with text of
the prompt between them.

Source: Espruino and BangleApps (accelrec); the frame is ours. Certainty B: the program is tested
with node and stubs, not on a watch.
"""

from __future__ import annotations

from collections.abc import Sequence

from cued.devices._gatt import G, Ticks, evenly, fields, packet, rows, standard, standard_start
from cued.devices.device import Action, Advert, Device, Output, Subscribe, Write
from cued.model import DecodeError, Floats
from cued.parts import NoOptions, Part

SERVICE = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
MARK, MOST_SAMPLES, HEADER, SUMS = 0xA5, 10, 6, 2  # see the frame above
RATE_HZ = 50.0  # a reading every 20 ms, see above
PIECE = 20  # bytes; fits the smallest packet
MOST_BUFFERED = 512  # bytes: seven frames; what has no end by then is no frame
PROGRAM = """
Bangle.setOptions({powerSave:false});Bangle.setPollInterval(20);
Bangle.accelWr(0x18,0x74);Bangle.accelWr(0x1B,0x43);Bangle.accelWr(0x18,0xF4);
cuedB=[];cuedF=function(a){
var q=v=>Math.max(-32768,Math.min(32767,Math.round(v*8192)));cuedB.push(q(a.x),q(a.y),q(a.z));
if(cuedB.length<12)return;
var n=cuedB.length/3,f=new Uint8Array(8+6*n),d=new DataView(f.buffer),s=0,r=0;
f[0]=0xA5;f[1]=n;d.setUint32(2,Math.round(getTime()*1000)%4294967296,true);
cuedB.forEach((v,i)=>d.setInt16(6+2*i,v,true));
for(var i=0;i<6+6*n;i++){s+=f[i];r+=s}
f[6+6*n]=s&255;f[7+6*n]=r&255;cuedB=[];Bluetooth.write(f)};
Bangle.on("accel",cuedF)
"""
END = 'Bangle.removeListener("accel",cuedF);Bangle.setPollInterval(80);cuedB=undefined'


def split(buffer: bytes) -> tuple[list[bytes], bytes, int]:
    """Cut a byte stream into frames with correct sums: (frames, rest, number of wrong ones)."""
    frames: list[bytes] = []
    wrong = 0
    at = buffer.find(MARK)
    while at >= 0:
        n = buffer[at + 1] if at + 1 < len(buffer) else 1
        end = at + HEADER + 6 * n + SUMS
        if 1 <= n <= MOST_SAMPLES:
            if end > len(buffer):
                return frames, buffer[at:], wrong
            if sums(buffer[at : end - SUMS]) == buffer[end - SUMS : end]:
                frames.append(buffer[at:end])
                at = buffer.find(MARK, end)
                continue
            wrong += 1
        at = buffer.find(MARK, at + 1)
    return frames, b"", wrong


def sums(data: bytes) -> bytes:
    """Return the sum of all bytes, and that of all such sums on the way, modulo 256."""
    total = twice = 0
    for byte in data:
        total += byte
        twice += total
    return bytes((total % 256, twice % 256))


def decode(frame: bytes) -> tuple[int, Floats]:
    """Decode a frame: ms of its last sample, acceleration (n, 3) g."""
    (ms,) = fields("I", frame, 2)
    return ms, rows("<i2", frame[HEADER:-SUMS], 3) / 4096


def matches(advert: Advert) -> bool:
    """Return whether this advertisement is a Bangle.js's."""
    return advert.name.startswith("Bangle.js")


class Bangle(Device):
    """One connection to a watch."""

    def __init__(self, config: NoOptions, sensor: str) -> None:
        self._sensor = sensor
        self._buffer = b""
        self._ticks = Ticks(32, 1e-3)
        self._last = -1.0

    def start(self, services: Sequence[str]) -> list[Action]:
        """Upload the program, which then starts."""
        self.need(services, "this watch offers no console; switch it to programmable", TX)
        return [Subscribe(TX), *standard_start(services), *_typed(PROGRAM.replace("\n", ""))]

    def receive(self, t: float, char: str, data: bytes) -> list[Output]:
        """Process a piece of the stream."""
        if char != TX:
            return standard(t, self._sensor, char, data)
        frames, self._buffer, wrong = split((self._buffer + data)[-MOST_BUFFERED:])
        if wrong and not frames:
            raise DecodeError("watch frame with a wrong sum")
        return [self._samples(t, frame) for frame in frames]

    def stop(self) -> list[Action]:
        """Remove the program."""
        return [*_typed(END)]

    def _samples(self, t: float, frame: bytes) -> Output:
        ms, acc = decode(frame)
        end, step = self._ticks.seconds(ms), 1.0 / RATE_HZ
        if self._last >= 0:  # the watch's timer has whole ms: trust the time, not the interval
            step = min(step, (end - self._last) / len(acc))
        if step <= 0:
            raise DecodeError("watch frame that is not later than the one before")
        self._last = end
        ticks = evenly(end - step * (len(acc) - 1), step, len(acc))
        return packet(t, self._sensor, acc * G, None, rate_hz=RATE_HZ, ticks=ticks)


def _typed(line: str) -> list[Write]:
    """Type a line at the prompt."""
    text = b"\x03\x10" + line.encode() + b"\n"
    return [Write(RX, text[at : at + PIECE]) for at in range(0, len(text), PIECE)]


PART = Part(NoOptions, Bangle)
