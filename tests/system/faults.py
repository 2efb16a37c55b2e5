"""Steps in which something goes wrong, from a crash and a power cut to a full disk."""

from __future__ import annotations

import time

from looking import CONFIG, CUE_S, RUNNER, Bench


def crash(bench: Bench) -> None:
    """Kill the service, if it can be hit while a motor is on."""
    guest = bench.guest
    before = bench.pid()
    bench.wait_for("motor", " 1$", CUE_S)
    guest.run("systemctl kill -s KILL cued")
    low = bench.until("systemctl show cued -p SubState --value | grep -q running", 60)
    bench.check(
        "kill -9",
        "started again, motors low",
        f"{low and round(low)} s, lines {bench.low()}",
        low is not None and bench.pid() != before,
    )
    bench.cue("cue after kill -9")


def power_cut(bench: Bench) -> None:
    """Stop the machine dead in a session and see what is left; its card was changed meanwhile."""
    guest = bench.guest
    card = "/boot/firmware/cued.toml"
    guest.run(f"mkdir -p /boot/firmware; (cat /root/good; echo '# from the card') > {card}; sync")
    bench.cue("cue before the power cut")
    time.sleep(12)
    python = "/opt/cued/venv/bin/python /bench/kept.py /var/lib/cued"
    before = guest.run(python).split()
    cut = bench.now()
    guest.cut_power()
    took = guest.boot()
    up = bench.until("systemctl -q is-active cued", 90)
    bench.check("power cut", "boots, service runs", f"log-in after {took:.0f} s", up is not None)
    taken = guest.run(f"grep -c 'from the card' {CONFIG}; ls {card} {CONFIG}.old 2>&1", check=False)
    bench.check(
        "cued.toml on the boot partition",
        "is the configuration, taken off the card, the old one kept",
        "so" if taken.startswith("1") else taken,
        taken.startswith("1") and "cannot access" in taken and f"\n{CONFIG}.old" in taken,
    )
    kept = guest.run(f"{python} {before[0]}").split()
    lost = cut - float(kept[1])
    bench.check(
        "session after the power cut",
        "at most its last 10 s are missing",
        f"{lost:.1f} s missing",
        -1.0 < lost <= 10.0,
    )
    bench.check(
        "history after the power cut",
        "ok, no row is missing",
        f"{kept[2]}, {kept[3]} of {before[3]} rows",
        kept[2] == "ok" and int(kept[3]) >= int(before[3]),
    )
    bench.cue("cue after the power cut")


def far_ends(bench: Bench) -> None:
    """Bluetooth, broker and sensor go and return."""
    guest, before, t = bench.guest, bench.pid(), bench.now()
    guest.run("systemctl restart bluetooth; systemctl restart radio")
    data = bench.data(t, 120)
    bench.check(
        "bluetoothd restarted",
        "data again, same process",
        f"{data and round(data)} s",
        data is not None and bench.pid() == before,
    )

    guest.run("systemctl stop mosquitto")
    bench.cue("cue without a broker", "motor")
    guest.run("systemctl start mosquitto")
    online = bench.wait_for("mqtt", "availability online", 120)
    bench.check(
        "broker back",
        "online by itself, same process",
        f"{online and round(online)} s",
        online is not None and bench.pid() == before,
    )

    guest.run(f"{RUNNER}silent")
    lost = bench.wait_for("mqtt", "bench/cue .*(blind|sensor_lost)", 20)
    bench.check(
        "sensor falls silent",
        "cued within a few seconds",
        f"{lost and round(lost, 1)} s",
        lost is not None,
    )
    for command in ("vanish; sleep 5", "speak", "return"):
        guest.run(RUNNER + command)
    bench.cue("cue after the sensor's return")


def mistakes(bench: Bench) -> None:
    """A wrong configuration, a clock that jumps, a full disk."""
    guest, before = bench.guest, bench.pid()
    guest.run(f"echo '[nonsense]' >> {CONFIG}; systemctl reload cued")
    refused = bench.until("journalctl -u cued -b | grep -q 'old configuration stays'", 20)
    bench.check(
        "bad reload",
        "refused, same process",
        f"{refused and round(refused, 1)} s",
        refused is not None and bench.pid() == before,
    )
    guest.run("systemctl restart cued", check=False)
    time.sleep(20)
    exit_ = guest.run(
        "systemctl show cued -p ExecMainStatus -p NRestarts -p SubState --value"
    ).split()
    bench.check("bad start", "78, and no second try", exit_, "78" in exit_ and "failed" in exit_)
    guest.run(f"cp /root/good {CONFIG}; systemctl reset-failed cued; systemctl start cued")
    bench.cue("cue after the repair")

    before = bench.pid()
    guest.run("date -s '+2 days' > /dev/null")
    bench.cue("cue after the clock jumped two days")
    guest.run("fallocate -l $(($(df --output=avail -B1 / | tail -1) - 4096)) /full", check=False)
    guest.run("dd if=/dev/zero of=/full2 bs=4k 2>/dev/null", check=False)
    full = guest.run("df --output=avail / | tail -1")
    bench.cue(f"cue with a full disk ({full.strip()} kB free)")
    guest.run("rm -f /full /full2")
    bench.check("clock and disk", "same process", bench.pid(), bench.pid() == before)
