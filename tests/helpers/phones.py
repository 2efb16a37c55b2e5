"""Phones: what phyphox and Sensor Logger send, and one in a configuration."""

from __future__ import annotations

import asyncio
import json

from cued.config import Sensor, Site

PHONE = Site(sensors={"phone": Sensor(device="phone", placement="waist")})
START = 1_698_501_144_401_773_000  # ns


def buffers(session: str, **values) -> bytes:
    filled = {k: {"size": 0, "updateMode": "partial", "buffer": v} for k, v in values.items()}
    return json.dumps(
        {"buffer": filled, "status": {"session": session, "measuring": True}}
    ).encode()


def at(first: int, n: int, rate: float = 100.0) -> list[float]:
    return [(first + i) / rate for i in range(n)]


def acceleration(session: str, times: list[float]) -> bytes:
    return buffers(
        session, acc_time=times, accX=times, accY=[0.0] * len(times), accZ=[9.8] * len(times)
    )


def message(start_ns: int, n: int, **sensors) -> bytes:
    rows = [
        {"name": name, "time": start_ns + i * 10_000_000, "values": make(i), "accuracy": 3}
        for name, make in sensors.items()
        for i in reversed(range(n))
    ]
    return json.dumps({"messageId": 1, "sessionId": "s", "payload": rows}).encode()


async def post(port: int, body: bytes, method: str = "POST", head: str = "") -> bytes:
    """Return the first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    length = head or f"Content-Length: {len(body)}"
    writer.write(f"{method} / HTTP/1.1\r\n{length}\r\n\r\n".encode() + body)
    await writer.drain()
    answer = await reader.readline()
    writer.close()
    return answer
