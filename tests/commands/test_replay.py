"""The command that feeds a recording to an engine again: what has changed."""

from __future__ import annotations

from cued.commands.replay import compare
from tests.recording.sessions.kept import stride


def test_a_difference_names_what_is_missing_and_what_is_new():
    a, b, c = (stride(float(t)) for t in range(3))
    assert not compare([a, b], [a, b])
    found = compare([a, b], [a, c])
    assert (found.gone, found.new) == ((b,), (c,))
    assert compare([a, b], [b, a]).reordered
