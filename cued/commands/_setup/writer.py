"""Write the configuration on behalf of the service, which may not: a helper for this alone.

systemd starts it (``cued-writer.socket``) when the service connects, as root without any
capability, without a network, and able to write only the configuration and the passwords. It
accepts only answers of set-up, lays them over the file, and replies with the outcome, so whoever
controls the service can change no more than a person on the page can.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import msgspec

from cued.commands._setup import writing
from cued.commands._setup.answers import Answers
from cued.commands._setup.writing import Written
from cued.model import CuedError
from cued.reading import from_json

HANDED = 3  # the first file descriptor that systemd passes (sd_listen_fds(3))
LARGEST = 64 * 1024  # bytes; three times the annotated configuration
WITHIN_S = 5.0  # chosen: the other side writes one message and waits


class WrittenAnswers(Answers, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Answers, with unknown fields refused."""


def main(path: Path, listening: socket.socket) -> None:
    """Answer every waiting request, then end."""
    listening.settimeout(WITHIN_S)
    try:
        while True:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(WITHIN_S)
                connection.sendall(msgspec.json.encode(answered(path, connection)))
    except TimeoutError:
        return


def answered(path: Path, connection: socket.socket) -> Written:
    """Read answers to the end of the stream and write them."""
    received = b""
    try:
        while part := connection.recv(LARGEST):
            received += part
            if len(received) > LARGEST:
                return Written(why="too many answers")
        answers = from_json(received, WrittenAnswers)
        return Written(kept=writing.applied(path, answers))
    except (OSError, msgspec.MsgspecError) as error:
        return Written(why=f"the answers cannot be used: {error}")
    except CuedError as error:
        return Written(why=str(error))


if __name__ == "__main__":
    with socket.socket(fileno=HANDED) as handed:
        main(Path(sys.argv[1]), handed)
