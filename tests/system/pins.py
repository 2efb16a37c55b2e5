"""Steps about lines and ends: what stays high, who drives it, who speaks for a coach gone."""

from __future__ import annotations

from looking import CONFIG, Bench

CONDITION = "the coach is gone in the middle of a session"
LOW_S = 0.6
LINES = {"motor": "16 200", "relay": "24 0"}  # GPIO and Hz of PWM; the service uses neither
DROP_IN = "/run/systemd/system/cued.service.d/bench.conf"


def ends(bench: Bench) -> None:
    """Kill, freeze and lock up what drives a line, and read it back; let two want the same."""
    run = "/opt/cued/venv/bin/python /bench/ends.py"
    for name, line in LINES.items():
        for end in ("SIGKILL", "SIGSTOP", "lock"):
            took = float(bench.guest.run(f"{run} {line} {end}"))
            bench.check(f"{name}'s line after {end}", f"low within {LOW_S} s", took, took < LOW_S)
    message = bench.guest.run(f"{run} {LINES['motor']}")
    bench.check(
        "two daemons on a line", "the second learns it", message, "driven by another" in message
    )


def belt_sensor(bench: Bench) -> None:
    """Let the marks of a belt pass a simulated line, and read its speed at the broker."""
    bench.guest.run("systemctl stop cued")  # two at a time are too much for an emulated machine
    start_station(bench, "belt")
    since = bench.now()
    rate, end = map(float, bench.guest.run("python3 /bench/belt.py 4 12").split())
    right = rate * 2.4 / 8
    published = bench.sensed("mqtt", since)
    states = [line for line in published if "cued/belt/state" in line and '"speed_m_s":' in line]
    running = [line for line in states if float(line.split()[0]) < end]
    seen = [float(line.split('"speed_m_s":')[1].split(",")[0]) for line in running]
    stop_station(bench, "belt")
    bench.guest.run("systemctl start cued")
    bench.check(
        "belt sensor on a simulated line",
        f"{right:.2f} m/s, within 3 %",
        f"{seen[-1]:.2f} m/s" if seen else "none",
        bool(seen) and abs(seen[-1] / right - 1) < 0.03,
    )


def given_up(bench: Bench) -> None:
    """Kill the coach so that it can't start again, until systemd gives up: the minder speaks."""
    _gone(
        bench,
        "systemd gave up (StartLimit)",
        f"printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > {DROP_IN}; "
        "systemctl daemon-reload; systemctl kill -s KILL cued",
        "Start request repeated too quickly",
    )


def out_of_memory(bench: Bench) -> None:
    """Take the coach's memory away until the kernel kills it, again and again."""
    _gone(
        bench,
        "killed by the kernel for want of memory",
        f"printf '[Service]\\nMemoryMax=24M\\nMemorySwapMax=0\\n' > {DROP_IN}; "
        "systemctl daemon-reload; echo 24M > /sys/fs/cgroup/system.slice/cued.service/memory.max",
        "killed by the OOM killer",
    )


def _gone(bench: Bench, name: str, command: str, result: str) -> None:
    """Make an end of the coach in a session that it does not come back from by itself."""
    guest = bench.guest
    guest.run(f"cp /bench/walking.toml {CONFIG}; systemctl restart cued")
    session = bench.until("test -e /run/cued/session", 90)
    since = bench.now()
    guest.run(f"mkdir -p {DROP_IN.rpartition('/')[0]}; {command}", check=False)
    ended = bench.until(_logged("cued", result, since), 90)
    spoke = bench.until(_logged("cued-minder", CONDITION, since), 30)
    guest.run("sleep 5")  # three pulses and a sentence
    felt = [line for line in bench.sensed("motor", since) if line.endswith(" 1")]
    heard = bench.sensed("sound", since)
    bench.check(
        name,
        "the minder buzzes and speaks, and lines are low after it",
        f"{'ended so' if ended is not None else 'not ended so'}, minder "
        f"{'spoke' if spoke is not None else 'silent'}, {len(felt)} pulses, "
        f"{len(heard)} tenths of a second of sound, lines {bench.low()}",
        None not in (session, ended, spoke) and bool(felt and heard) and "1" not in bench.low(),
    )
    guest.run(f"rm -f {DROP_IN}; systemctl daemon-reload; systemctl reset-failed cued", check=False)
    guest.run(f"cp /root/good {CONFIG}; systemctl restart cued")


def _logged(unit: str, pattern: str, since: float) -> str:
    log = f"journalctl -u {unit} -b -o short-monotonic"
    return f"{log} | awk -F'[][]' '$2 > {since}' | grep -q -- '{pattern}'"


def start_station(bench: Bench, name: str) -> None:
    """Start a station of the bench beside the service."""
    bench.guest.run(
        f"cp /bench/{name}.toml /etc/cued/{name}.toml; "
        f"cp /etc/credstore/cued-mqtt-password /etc/credstore/cued-mqtt-password-{name}; "
        f"systemctl start cued@{name}"
    )


def stop_station(bench: Bench, name: str) -> None:
    """Stop it and take it away, with its minder."""
    bench.guest.run(
        f"systemctl stop cued@{name} cued-minder@{name}; "
        f"rm -f /etc/cued/{name}.toml /etc/credstore/cued-mqtt-password-{name}",
        check=False,
    )
