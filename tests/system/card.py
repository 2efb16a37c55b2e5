"""A card in an emulated arm64 machine: from power-on to cue, a power cut, and the second start.

card.py IMAGE-FOLDER: takes cued.img there, which scripts/build-image made of card.sh's image. Each
check prints what was expected and what was seen, and at the end comes a table of all.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from guest import Guest  # noqa: E402
from looking import CONFIG, Bench  # noqa: E402
from normal import PI4_S  # noqa: E402

BOOT_S = 3600.0  # by the clock of a busy host, of which its own second takes ten and more
CUE_S = 300.0  # a stumble is due every minute, and the coach may hold its tongue at one
PYTHON = "/opt/cued/venv/bin/python"
CARD = "/boot/firmware"
ADDRESS = "http://10.0.2.15:8080"  # what QEMU's network gives
FIRMWARE = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"


class Card(Guest):
    """An emulated arm64 machine with the card in it, and its serial console.

    Its time is that of its own work, 2 ns an instruction: however busy the host is, it is a machine
    of 500 million instructions a second, and what takes long there is told in its seconds.
    """

    image, port, boot_s = "cued.img", 2252, BOOT_S

    def machine(self) -> list[str]:
        """Return two cores of a Pi 4 and the smallest's memory; U-Boot is its firmware."""
        return f"""qemu-system-aarch64 -accel tcg,thread=single,tb-size=512 -icount shift=1
            -M virt -cpu cortex-a72 -smp 2 -m 1024 -bios {FIRMWARE}
            -chardev socket,id=console,path=run.tty,server=on,wait=off,logfile=run.log
            -serial chardev:console""".split()

    @property
    def printed(self) -> str:
        """What the console has shown since power-on."""
        return (self.folder / "run.log").read_text("utf-8", "replace")

    def log_in(self, user: str, password: str, command: str) -> str:
        """Log in at the serial console, run a command there, and return what it shows."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(300.0)
            line.connect(str(self.folder / "run.tty"))
            for awaited, typed in (
                ("", ""),
                ("login:", user),
                ("assword:", password),
                ("$", command),
                ("end", ""),
            ):
                shown = _read_until(line, awaited)
                line.sendall(typed.encode() + b"\r")
            line.sendall(b"exit\r")
        return shown


def _read_until(line: socket.socket, awaited: str) -> str:
    shown = ""
    try:
        while awaited not in shown:
            shown += line.recv(4096).decode("utf-8", "replace")
    except TimeoutError:
        raise RuntimeError(f"no {awaited!r} at the console, but {shown!r}") from None
    return shown


def ready(bench: Bench, name: str) -> float:
    """Switch on and follow it to ready."""
    login = bench.guest.boot()
    up = bench.until("systemctl -q is-active cued", 600)
    show = "systemctl show cued --value -p"
    began = int(bench.guest.run(f"{show} ExecMainStartTimestampMonotonic")) / 1e6
    at = int(bench.guest.run(f"{show} ActiveEnterTimestampMonotonic")) / 1e6
    seen = f"log-in {login:.0f} s after power-on; ready {at:.0f} s after the kernel's start"
    bench.check(
        name, "ready by itself", f"{seen}, {at - began:.1f} s after its own", up is not None
    )
    return at - began


def speed(bench: Bench, ready_s: float) -> None:
    """Say how fast Python is here, and what that makes of a Pi 4."""
    here_s = float(bench.guest.run(f"nice -n -10 {PYTHON} /bench/nbody.py 10000"))
    estimate_s = ready_s * PI4_S / here_s
    seen = (
        f"{estimate_s:.1f} s, as Python took {here_s:.0f} s here for what takes {PI4_S:.0f} s there"
    )
    bench.check("ready on a Raspberry Pi 4, estimated", "within 10 s", seen, estimate_s < 10)


def settings(bench: Bench, password: str) -> None:
    """See what build-image was asked for: name, user, console, boot partition, what it undid."""
    guest = bench.guest
    assert isinstance(guest, Card)
    greeted = f"the page is at {ADDRESS}" in guest.printed
    page = guest.run(
        f"{PYTHON} -c 'import urllib.request as u; print(u.urlopen(\"{ADDRESS}\").status)'"
    )
    bench.check(
        "greeting on the console",
        "the page's address, which serves it",
        f"{'shown' if greeted else 'not shown'}, status {page}",
        greeted and page == "200",
    )
    said = "".join(guest.log_in("pi", password, "hostname; id -un; echo e''nd").split())
    bench.check(
        "log-in at the console", "on the machine gym-3, as pi", said[-40:], "gym-3pi" in said
    )
    first = guest.run(
        "systemctl is-active getty@tty1; systemctl is-enabled userconfig", check=False
    )
    banner = guest.status("sshd -T | grep -qi '^banner none'")
    bench.check(
        "Raspberry Pi OS's question for a user",
        "off, a log-in in its place, ssh without its banner",
        f"{' '.join(first.split())}, banner {'on' if banner else 'off'}",
        first.split() == ["active", "disabled"] and not banner,
    )
    taken = not guest.status(f"cmp {CONFIG} /bench/card.toml")
    left = guest.run(f"ls {CARD}").split()
    bench.check(
        "cued.toml of the boot partition",
        "is the configuration, and off the card",
        f"{'taken' if taken else 'not taken'}; left: {' '.join(left)}",
        taken and "config.txt" in left and "cued.toml" not in left,
    )
    pins = guest.run(f"grep -c '^dtparam=strict_gpiod' {CARD}/config.txt", check=False)
    country = guest.run("modprobe cfg80211; cat /sys/module/cfg80211/parameters/ieee80211_regdom")
    bench.check(
        "config.txt, cmdline.txt",
        "strict_gpiod; DE",
        f"{pins}; {country}",
        (pins, country) == ("1", "DE"),
    )


def wifi(bench: Bench, network: str, password: str) -> None:
    """Let a simulated access point appear, and see that NetworkManager joins it by itself."""
    file = "/etc/NetworkManager/system-connections/cued.nmconnection"
    mode = bench.guest.run(f"stat -c '%a %U' {file}")
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in (network, password))
    since = bench.now()
    output = bench.guest.run(f"bash /bench/wifi.sh {quoted} 2>/run/wifi.log", check=False)
    joined = output.startswith(network) and "10.77.0." in output
    seen = f"{output!r} after {bench.now() - since:.0f} s; file {mode}"
    bench.check("--wifi", f"joins {network!r}; file 600 root", seen, joined and mode == "600 root")
    if not joined:
        print(bench.guest.run("cat /run/wifi.log", check=False))


def coached(bench: Bench, name: str) -> None:
    """Wait for the next cue for a stumble, said and felt."""
    since = bench.now()
    cue = 'grep \'"pattern":"unsteady"\' /run/cued/events | grep \'"verdict":"given"\' | wc -l'
    before = int(bench.guest.run(cue, check=False) or 0)
    took = bench.until(f"[ $({cue}) -gt {before} ]", CUE_S)
    bench.guest.run("sleep 3")
    felt = [line for line in bench.sensed("motor", since) if line.endswith(" 1")]
    heard = bench.sensed("sound", since)
    seen = f"within {bench.now() - since:.0f} s, lines high {len(felt)} times, "
    seen += f"{len(heard)} tenths of a second of sound, lines then {bench.low()}"
    good = took is not None and bool(felt and heard) and "1" not in bench.low()
    bench.check(name, f"within {CUE_S:.0f} s, felt and heard, lines low after it", seen, good)


def power_cut(bench: Bench) -> None:
    """Stop it dead in a session, switch it on again, and see what is left."""
    kept = f"{PYTHON} /bench/kept.py /var/lib/cued"
    before = bench.guest.run(kept).split()
    bench.guest.run("sleep 25")  # written at least every 10 s
    bench.guest.cut_power()
    ready(bench, "second start, after a power cut")
    after = bench.guest.run(f"{kept} {before[0]}").split()
    seen = f"{after[0]}: {after[1]} s, of {before[1]} s before; history {' '.join(after[2:])}"
    good = (
        float(after[1]) >= float(before[1]) and after[2] == "ok" and int(after[3]) >= int(before[3])
    )
    bench.check("session and history after it", "readable, no shorter than 25 s before", seen, good)


def main() -> int:
    """Run the checks."""
    folder = Path(sys.argv[1])
    network, wifi_password = (folder / "network").read_text().splitlines()
    password = (folder / "password").read_text().strip()
    start = time.monotonic()
    with Card(folder) as guest:
        bench = Bench(guest)
        try:
            speed(bench, ready(bench, "first start"))
            settings(bench, password)
            coached(bench, "a simulated runner is coached")
            memory = int(bench.guest.run("systemctl show cued -P MemoryCurrent"))
            bench.check("memory", "below 384 MB", f"{memory / 1e6:.0f} MB", memory < 384e6)
            wifi(bench, network, wifi_password)
            power_cut(bench)
            coached(bench, "coached again")
        except (RuntimeError, ValueError, OSError, subprocess.TimeoutExpired) as error:
            bench.check("the run", "to its end", error, False)
    print(bench.table())
    print(f"{time.monotonic() - start:.0f} s; failed: {', '.join(bench.failed) or 'none'}")
    return 1 if bench.failed else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main())
