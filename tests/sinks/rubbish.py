"""What strangers may send as a command."""

from __future__ import annotations

RUBBISH = [
    b"",
    b"pause",
    b"{",
    b"[]",
    b"null",
    b'"pause"',
    b"\xff\xfe\x00",
    b"[" * 900,
    b'{"command": ' + b"[" * 800,
    b'{"command": 7}',
    b'{"command": null}',
    b'{"command": "pause", "value": {"a": 1}}',
    b'{"command": "pause", "value": true}',
    b'{"command": "pause", "value": [1]}',
    b'{"command": "pause", "more": 1}',
    b'{"command": "explode"}',
    b'{"command": "set_speed", "value": 7}',  # existing, but not allowed here
    b'{"command": "set_incline", "value": 1e999}',
    b'{"command": "mark", "value": NaN}',
    b'{"command": "mark", "value": "' + b"x" * 81 + b'"}',
    b'{"command": "mark", "value": "\\u0007\\u001b[2J"}',
    b'{"command": "mark", "id": "' + b"x" * 65 + b'"}',
    b'{"command": "mark", "value": "' + b"x" * 5000 + b'"}',
    b'{"command": "pause"}' * 2,
]
