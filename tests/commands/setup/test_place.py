"""Where set-up is served, its own network, and the one to join afterwards."""

from __future__ import annotations

import pytest

from cued.commands._setup import place
from cued.model import ConfigError, CuedError


@pytest.mark.parametrize(
    ("name", "password"), [("n" * 33, ""), ("two\nlines", ""), ("n", "short"), ("n", "x" * 64)]
)
def test_an_impossible_wifi_name_or_password_is_refused(name, password):
    with pytest.raises(ConfigError, match="Wi-Fi"):
        place.refuse_odd(name, password)


def test_a_network_is_its_own_if_the_helper_wrote_name_and_password(tmp_path):
    told = tmp_path / "told"
    assert place.own_network(told) is None
    told.write_text("cued-set-up\n")
    assert place.own_network(told) is None
    told.write_text("cued-set-up\n123456789012\n")
    assert place.own_network(told) == ("cued-set-up", "123456789012")


def test_the_helper_of_the_same_group_may_read_which_network_to_join(tmp_path):
    wanted = tmp_path / "wifi"
    place.ask_to_join(wanted, "Our home", "long enough")
    assert wanted.read_text() == "Our home\nlong enough\n"
    assert wanted.stat().st_mode & 0o777 == 0o660
    place.ask_to_join(wanted, "x", "")
    assert wanted.read_text() == "x\n\n"  # nothing is left of the longer one


def test_a_link_in_its_place_is_not_followed(tmp_path):
    (tmp_path / "other").write_text("kept")
    (tmp_path / "wifi").symlink_to(tmp_path / "other")
    with pytest.raises(CuedError, match="wifi: "):
        place.ask_to_join(tmp_path / "wifi", "home", "long enough")
    assert (tmp_path / "other").read_text() == "kept"
