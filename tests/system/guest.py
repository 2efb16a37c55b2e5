"""The guest as seen from the host: boot, run, cut the power. QEMU without KVM.

Each run works on a copy of the image, so that what happens to it survives a power cut and never
reaches the next run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path


class Guest:
    """One guest, from the folder in which scripts/test-system made it."""

    image, port, boot_s = "root.img", 2251, 300.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._disk = folder / "run.img"
        self._pid = folder / "run.pid"

    def __enter__(self) -> Guest:
        if self._runs():
            raise SystemExit(f"a guest runs already: process {self._pid.read_text().strip()}")
        self._pid.unlink(missing_ok=True)
        subprocess.run(["cp", "--sparse=always", self.folder / self.image, self._disk], check=True)
        return self

    def __exit__(self, *exit_: object) -> None:
        self.cut_power()
        self._disk.unlink(missing_ok=True)

    def boot(self) -> float:
        """Switch on; how long until somebody can log in, s."""
        start = time.monotonic()
        around = f"""-display none -nodefaults -pidfile run.pid -daemonize
            -drive file=run.img,format=raw,if=virtio,cache=unsafe -device virtio-rng-pci
            -netdev user,id=n0,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:22
            -device virtio-net-pci,netdev=n0,romfile="""
        subprocess.run([*self.machine(), *around.split()], cwd=self.folder, check=True)
        return self.wait(start)

    def machine(self) -> list[str]:
        """Return what is switched on: QEMU, processor, memory, console, and what it starts.

        Radios that are new are blocked, as on Raspberry Pi OS: without the package's udev rule no
        Bluetooth adapter would work.
        """
        kernel = "console=ttyS0 quiet root=/dev/vda rw mitigations=off nokaslr audit=0"
        kernel += " rfkill.default_state=0"
        command = """qemu-system-x86_64 -accel tcg,thread=multi,tb-size=512 -cpu max -M q35 -smp 2
            -m 2048 -serial file:run.log -kernel vmlinuz -initrd initrd.img"""
        return [*command.split(), "-append", f"{kernel} net.ifnames=0"]

    def wait(self, since: float) -> float:
        """Wait until somebody can log in."""
        while self._ssh("true").returncode:
            if time.monotonic() - since > self.boot_s:
                raise SystemExit(f"no login within {self.boot_s:.0f} s: {self.folder / 'run.log'}")
            time.sleep(1.0)
        return time.monotonic() - since

    def cut_power(self) -> None:
        """Stop dead."""
        if self._runs():
            os.kill(int(self._pid.read_text()), signal.SIGKILL)
            while self._runs():
                time.sleep(0.1)
        self._pid.unlink(missing_ok=True)

    def _runs(self) -> bool:
        """Whether the process that was noted is still a guest: numbers are used again."""
        try:
            process = Path("/proc", self._pid.read_text().strip())
            return b"qemu" in (process / "cmdline").read_bytes()
        except OSError:
            return False

    def run(self, command: str, *, check: bool = True) -> str:
        """Run a shell command as root; its output."""
        done = self._ssh(command)
        if check and done.returncode:
            raise RuntimeError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def status(self, command: str) -> int:
        """Run a shell command; its exit status."""
        return self._ssh(command).returncode

    def _command(self) -> list[str]:
        options = "BatchMode=yes StrictHostKeyChecking=no UserKnownHostsFile=/dev/null"
        options += " LogLevel=ERROR ConnectTimeout=60 ControlMaster=auto ControlPersist=60"
        given = [f"-o{o}" for o in [*options.split(), f"ControlPath={self.folder}/ssh-%C"]]
        return [
            "ssh",
            "-i",
            str(self.folder / "id"),
            *given,
            "-p",
            str(self.port),
            "root@127.0.0.1",
        ]

    def _ssh(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command(), command],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=self.boot_s,
        )
