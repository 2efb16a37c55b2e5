"""scripts/_image.sh: what build-image writes into a tree, as NetworkManager and getty read it."""

from __future__ import annotations

import subprocess

from tests.helpers.home import HOME


def image(call, *arguments):
    """Call a function of the script; the finished process."""
    code = f'. "{HOME}/scripts/_image.sh"; {call} "$@"'
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code, "-", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
    )


def raspberry_pi_os(root):
    """Make what Raspberry Pi OS Lite has of a network: Wi-Fi switched off in two places."""
    for folder in ("etc/NetworkManager/system-connections", "var/lib/NetworkManager"):
        (root / folder).mkdir(parents=True)
    (root / "var/lib/systemd/rfkill").mkdir(parents=True)
    (root / "var/lib/systemd/rfkill/platform-fe300000.mmcnr:wlan").write_text("1")
    (root / "var/lib/systemd/rfkill/platform-soc:bluetooth").write_text("0")
    (root / "var/lib/NetworkManager/NetworkManager.state").write_text(
        "[main]\nWirelessEnabled=false\n"
    )
    return root


def test_any_network_name_and_password_is_kept(tmp_path):
    name, password = "Gym; 2\\4 ünten ", " pass\\word;  12"
    image("join_wifi", raspberry_pi_os(tmp_path), name, password)
    file = tmp_path / "etc/NetworkManager/system-connections/cued.nmconnection"
    lines = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    assert bytes(map(int, lines["ssid"].strip(";").split(";"))).decode() == name
    assert lines["psk"] == r"\spass\\word;\s\s12"  # as GLib's key files want it
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_network_switches_the_radio_on(tmp_path):
    image("join_wifi", raspberry_pi_os(tmp_path), "Gym", "password")
    state = (tmp_path / "var/lib/NetworkManager/NetworkManager.state").read_text()
    assert state == "[main]\n"
    kept = [path.name for path in (tmp_path / "var/lib/systemd/rfkill").iterdir()]
    assert kept == ["platform-soc:bluetooth"]


def test_the_machine_gets_its_name(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n")
    image("name_machine", tmp_path, "gym-3")
    assert (tmp_path / "etc/hostname").read_text() == "gym-3\n"
    assert (tmp_path / "etc/hosts").read_text() == "127.0.0.1\tlocalhost\n127.0.1.1\tgym-3\n"


def test_a_windows_line_end_of_a_password_file_is_dropped(tmp_path):
    (tmp_path / "password").write_bytes(b"secret word\r\nand more\r\n")
    assert image("first_line", tmp_path / "password").stdout == "secret word"


def test_an_impossible_wifi_password_is_refused(tmp_path):
    for name, text in (("base.img", ""), ("password", "short\n")):
        (tmp_path / name).write_text(text)
    command = [HOME / "scripts/build-image", "base.img", "--out", "cued.img"]
    done = subprocess.run(
        [*command, "--wifi", "Gym", "password"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "== --wifi: a password has 8 to 63 characters" in done.stderr
