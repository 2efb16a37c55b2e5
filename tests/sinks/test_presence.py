"""Detection of another station with the same name."""

from __future__ import annotations

import logging

from cued.sinks._presence import OFFLINE, ONLINE, Presence


class Client:
    """Records published messages."""

    def __init__(self) -> None:
        self.said = []

    async def publish(self, topic, payload, qos, *, retain):
        self.said.append((topic, payload, retain))


async def test_the_echo_of_our_own_message_is_no_namesake(caplog):
    presence, client = Presence("cued/gym"), Client()
    presence.begin()
    await presence.greet(client)
    await presence.heard(client, ONLINE)
    assert client.said == [("cued/gym/availability", ONLINE, True)]
    assert not caplog.records


async def test_an_old_will_is_corrected_and_reported_once(caplog):
    presence, client = Presence("cued/gym"), Client()
    presence.begin()
    await presence.greet(client)
    with caplog.at_level(logging.WARNING):
        for payload in (ONLINE, OFFLINE, ONLINE, OFFLINE, ONLINE):
            await presence.heard(client, payload)
    assert [payload for _, payload, _ in client.said] == [ONLINE] * 3
    assert ["cued/gym" in r.message for r in caplog.records] == [True]


async def test_online_that_we_did_not_publish_is_a_namesake(caplog):
    presence, client = Presence("cued/gym"), Client()
    presence.begin()
    await presence.heard(client, ONLINE)
    assert len(caplog.records) == 1
    assert client.said == []
    await presence.leave(client)
    assert client.said == [("cued/gym/availability", OFFLINE, True)]
