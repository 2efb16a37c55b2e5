"""The door of set-up: four spoken digits, few guesses, and one phone at a time."""

from __future__ import annotations

from cued.sinks._door import OPEN_S, PAUSE_S, TRIES, Door


def door(*digits: int) -> Door:
    spoken, keys = iter(digits), iter(("one", "two", "three"))
    return Door(0.0, lambda _: next(spoken), lambda: next(keys))


def test_three_wrong_attempts_end_the_digits_and_each_wait_doubles():
    shut, now, waited = door(*range(100)), 0.0, []
    for _ in range(4):
        assert shut.digits(now)
        for left in range(TRIES - 1, -1, -1):
            now += 2.0
            assert shut.enter("9999", now) == ("", left)
        assert shut.enter("0000", now + 2.0) == ("", 0)
        waited.append(shut.wait_s(now))
        assert shut.digits(now + shut.wait_s(now) - 0.1) == ""
        now += shut.wait_s(now)
    assert waited == [2 * PAUSE_S, 4 * PAUSE_S, 8 * PAUSE_S, 16 * PAUSE_S]


def test_correct_digits_reset_the_pause():
    shut = door(1, 2, 3)
    shut.digits(0.0)
    for now in (2.0, 4.0, 6.0):
        shut.enter("9999", now)
    assert shut.digits(26.0) == "0002"
    assert shut.enter("0002", 30.0)[0] == "one"
    assert shut.wait_s(30.0) == PAUSE_S


def test_only_one_guess_a_second_is_accepted():
    shut = door(1234)
    shut.digits(0.0)
    assert shut.enter("0000", 1.0) == ("", 2)
    assert shut.enter("1234", 1.5) == ("", 2), "not even looked at"
    assert shut.enter("1234", 2.5) == ("one", 0)


def test_digits_work_once_and_the_last_phone_has_the_key():
    shut = door(1234, 42)
    assert shut.enter("1234", 0.0) == ("", 0), "nothing was spoken yet"
    assert shut.digits(1.0) == "1234"
    assert shut.digits(11.0) == "1234", "asked for again, by whoever, they are the same"
    assert shut.enter("1234", 12.0)[0] == "one"
    assert shut.enter("1234", 14.0) == ("", 0)
    assert shut.digits(30.0) == "0042"
    assert shut.enter("0042", 31.0)[0] == "two"
    assert not shut.admits("one", 32.0)
    assert shut.admits("two", 32.0)


def test_set_up_closes_after_15_minutes_without_use():
    shut = door(1234)
    shut.digits(0.0)
    key, _ = shut.enter("1234", 1.0)
    assert shut.admits(key, OPEN_S)
    assert shut.admits(key, 2 * OPEN_S - 1.0)
    assert not shut.admits(key, 3 * OPEN_S)
    assert not shut.admits("", 1.0)
    assert shut.digits(3 * OPEN_S) == ""
