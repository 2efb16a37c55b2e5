"""The units and what installs them: parsed as systemd does, and rated by it where it is there."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from cued.commands._setup import writing
from tests.helpers.home import HOME

UNITS = HOME / "systemd"
EVERY = ["cued.service", "cued@.service"]
MINDERS = ["cued-minder.service", "cued-minder@.service"]
WRITER = "cued-writer.service"
ACCESS_POINT = "cued-access-point.service"
ANALYZE = shutil.which("systemd-analyze")


def settings(name):
    """Key to values, section by section run together."""
    out: dict[str, list[str]] = {}
    for line in (UNITS / name).read_text().splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            out.setdefault(key, []).append(value)
    return out


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", [*EVERY, *MINDERS, WRITER, ACCESS_POINT])
def test_systemd_rates_the_exposure_at_most_2(name):
    done = subprocess.run(
        [str(ANALYZE), "security", "--offline=yes", "--no-pager", "--threshold=20", UNITS / name],
        capture_output=True,
        text=True,
        check=False,
    )
    if "Unknown" in done.stderr or "unrecognized" in done.stderr:
        pytest.skip("this systemd cannot rate files")
    rating = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert rating, done.stderr
    assert float(rating[1]) <= 2.0


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize(
    "name",
    [
        *EVERY,
        *MINDERS,
        WRITER,
        ACCESS_POINT,
        "cued-card.service",
        "cued.socket",
        "cued-writer.socket",
    ],
)
def test_systemd_knows_every_setting(name, tmp_path):
    shown = name.replace("@", "@left")
    text = re.sub("/opt/cued/venv/bin/python|/usr/lib/cued/[a-z-]+", "/bin/true",
                  (UNITS / name).read_text())  # fmt: skip
    (tmp_path / shown).write_text(text)
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", tmp_path / shown],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []


@pytest.mark.parametrize("name", EVERY)
def test_the_service_is_supervised_and_does_not_wait_for_a_network(name):
    unit = settings(name)
    assert unit["Type"] == ["notify"]
    assert unit["RestartPreventExitStatus"] == ["78"]
    assert float(unit["WatchdogSec"][0]) <= 30
    assert not any("network" in v for v in unit["After"] + unit["Wants"])
    assert "Requires" not in unit
    assert "cued off" in unit["ExecStopPost"][0]


@pytest.mark.parametrize("name", EVERY)
def test_the_announcer_may_list_networks(name):
    assert "AF_NETLINK" in settings(name)["RestrictAddressFamilies"][0].split()  # getifaddrs(3)


@pytest.mark.parametrize("name", EVERY)
def test_the_speech_renderer_may_lower_its_priority(name):
    filters = settings(name)["SystemCallFilter"]
    assert filters.index("~@privileged @resources") < filters.index("setpriority")


def test_the_template_is_the_service_except_for_the_instance():
    plain, template = settings("cued.service"), settings("cued@.service")
    differ = {key for key in plain | template if plain.get(key) != template.get(key)}
    # Folders, files and the password are each station's own.
    assert differ == {
        "Description", "ConditionPathExists", "ExecStart", "ExecStopPost", "StateDirectory",
        "RuntimeDirectory", "WorkingDirectory", "Environment", "LoadCredential", "Wants",
    }  # fmt: skip


def test_the_configuration_writer_can_do_nothing_else_and_serves_only_the_coach():
    unit, socket = settings(WRITER), settings("cued-writer.socket")
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["ReadWritePaths"] == ["/etc/cued /etc/credstore"]
    assert unit["PrivateNetwork"] == ["yes"]
    assert "User" not in unit
    assert (socket["SocketUser"], socket["SocketMode"]) == (["cued"], ["0600"])
    assert socket["ListenStream"] == [writing.WRITER]
    coach = settings("cued.service")
    assert "ReadWritePaths" not in coach
    assert {"cued-writer.socket", "cued.socket"} <= set(coach["Wants"][0].split())
    assert settings("cued.socket")["PartOf"] == ["cued.service"]


def test_the_coach_starts_without_a_configuration_and_a_station_of_several_does_not():
    assert "ConditionPathExists" not in settings("cued.service")
    assert "--set-up" in settings("cued.service")["ExecStart"][0]
    assert "ConditionPathExists" in settings("cued@.service")
    assert "--set-up" not in settings("cued@.service")["ExecStart"][0]


def test_a_minder_is_started_with_each_station_and_outlives_it():
    for name, minder in zip(EVERY, MINDERS, strict=True):
        unit, minding = settings(name), settings(minder)
        assert minder.replace("@", "@%i") in unit["Wants"][0].split()
        assert unit["RuntimeDirectoryPreserve"] == ["yes"]
        folder = unit["RuntimeDirectory"][0]
        assert minding["ExecStart"][0].endswith(f"-m cued.minder /run/{folder}/session")
        assert not {"BindsTo", "PartOf", "Requires"} & minding.keys()


def test_package_and_installer_put_the_same_files_in_the_same_places():
    def placed(script):
        found = re.findall(r"(systemd/[\w@.-]+|/usr/lib/[\w./-]+)", script.replace("$tree", ""))
        return set(found)

    package = placed((HOME / "scripts/build-deb").read_text())
    installer = placed((HOME / "scripts/install").read_text())
    assert package - installer == {"/usr/lib/cued/configure"}
    assert installer - package == set()
    files = {f"systemd/{path.name}" for path in UNITS.iterdir()}
    assert files <= package


@pytest.mark.parametrize(
    "script",
    ["configure", "from-card", "strict-pins", "access-point"]
    + [f"debian/{s}" for s in ("postinst", "postrm", "prerm")],
)
def test_scripts_of_the_package_parse(script):
    subprocess.run(["sh", "-n", HOME / "packaging" / script], check=True)


def test_only_a_purge_deletes_data():
    script = (HOME / "packaging/debian/postrm").read_text()
    before_purge = script.split('if [ "$1" = purge ]')[0]
    assert "/var/lib/cued" in script
    assert "/var/lib/cued" not in before_purge
    assert "/etc/cued" not in before_purge


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("arm_64bit=1\n[pi4]\nx=1\n", True),
        ("# dtparam=strict_gpiod\n", True),
        ("dtparam=strict_gpiod\n", False),
        ("dtparam=audio=on,strict_gpiod\n", False),
    ],
)
def test_pins_are_made_strict_for_every_pi_once(tmp_path, before, added):
    file = tmp_path / "config.txt"
    file.write_text(before)
    for _ in range(2):
        subprocess.run(["sh", HOME / "packaging/strict-pins", file], check=True)
    after = file.read_text()
    assert after.startswith(before)
    assert after.removeprefix(before).endswith("[all]\ndtparam=strict_gpiod\n" if added else "")
    assert after.count("dtparam=strict_gpiod\n") == before.count("dtparam=strict_gpiod\n") + added
    assert [path.name for path in tmp_path.iterdir()] == ["config.txt"]


def from_card(card, etc):
    subprocess.run(["sh", HOME / "packaging/from-card", card, etc], check=True)


def test_a_file_on_the_card_becomes_the_configuration_once(tmp_path):
    card, etc = tmp_path / "card", tmp_path / "etc"
    card.mkdir()
    (card / "cued.toml").write_text("first")
    (card / "cued-mqtt-password").write_text("secret")
    from_card(card, etc)
    password = etc / "credstore/cued-mqtt-password"
    assert (password.read_text(), password.stat().st_mode & 0o777) == ("secret", 0o600)
    assert list(card.iterdir()) == []
    (card / "cued.toml.txt").write_text("second")
    from_card(card, etc)
    assert list(card.iterdir()) == []
    kept = {path.name: path.read_text() for path in (etc / "cued").iterdir()}
    assert kept == {"cued.toml": "second", "cued.toml.old": "first"}


def test_a_card_file_interrupted_by_a_power_cut_is_taken_again(tmp_path):
    card, folder = tmp_path / "card", tmp_path / "etc/cued"
    card.mkdir()
    folder.mkdir(parents=True)
    (card / "cued.toml").write_text("second")
    (folder / "cued.toml.old").write_text("first")  # cut between the two moves
    (folder / "cued.toml.new").write_text("sec")
    from_card(card, tmp_path / "etc")
    kept = {path.name: path.read_text() for path in folder.iterdir()}
    assert kept == {"cued.toml": "second", "cued.toml.old": "first"}


def test_the_card_is_read_before_the_service_looks_for_its_configuration():
    unit = settings("cued-card.service")
    assert unit["Before"] == ["cued.service"]
    assert unit["ConditionPathExistsGlob"] == ["/boot/firmware/cued.toml*"]
    assert "/boot/firmware" in unit["RequiresMountsFor"]


def test_an_upgrade_keeps_services_running_or_switched_off(tmp_path):
    place, fake = tmp_path / "opt", tmp_path / "bin"
    fake.mkdir()
    text = (HOME / "packaging" / "configure").read_text().replace("/opt/cued", str(place))
    text = text.replace("/usr/bin/cued", str(tmp_path / "cued"))
    (tmp_path / "configure").write_text(text.replace("/run/systemd", str(tmp_path / "none")))
    for name in ("systemd-sysusers", "systemd-tmpfiles"):
        (fake / name).write_text("#!/bin/sh\n")
    (fake / "systemctl").write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/asked\n')
    pip = f"""#!/bin/sh
        test ! -e {tmp_path}/broken || {{ kill -9 $PPID; exit; }}
        echo "$0" >"${{0%python}}cued"; chmod +x "${{0%python}}cued"
    """
    (fake / "python3").write_text(f"""#!/bin/sh
        [ "$2" != venv ] || {{ mkdir -p "$4/bin"; cp {tmp_path}/pip "$4/bin/python"; }}
    """)
    (tmp_path / "pip").write_text(pip)
    for program in [*fake.iterdir(), tmp_path / "pip"]:
        program.chmod(0o755)

    def configured(*arguments):
        command = ["sh", str(tmp_path / "configure"), *arguments]
        environ = {"PATH": f"{fake}:/usr/bin:/bin"}
        return subprocess.run(command, env=environ, capture_output=True, check=False).returncode

    assert configured("cued==1") == 0
    assert (tmp_path / "cued").read_text() == f"{place}/venv/bin/python\n"
    (tmp_path / "broken").touch()
    assert configured("cued==2") == -9
    assert (tmp_path / "cued").read_text() == f"{place}/venv/bin/python\n"
    (tmp_path / "broken").unlink()
    assert configured("cued==2") == 0
    assert (tmp_path / "asked").read_text() == "enable\n"  # once, not at the upgrade
