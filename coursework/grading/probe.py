"""Find out what the sandbox holds on this machine by having a worker try to break out."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from coursework.grading.bubblewrap import bwrap_command, environment
from coursework.grading.package import write_copy


@dataclass(frozen=True)
class Confinement:
    """What holds on this machine: a sentence on what doesn't, "" where it does."""

    files: str = ""
    network: str = ""
    processes: str = ""

    @property
    def complete(self) -> bool:
        return not (self.files or self.network or self.processes)

    def lines(self) -> list[str]:
        """One line each, for the instructor."""
        named = {"files": self.files, "network": self.network, "processes": self.processes}
        return [
            f"{name}: {'NOT confined, ' + fault if fault else 'confined'}"
            for name, fault in named.items()
        ]


def probe(confined: bool = True) -> Confinement:
    """Try it; takes a fraction of a second."""
    if not sys.platform.startswith("linux"):
        return _all(f"the sandbox needs Linux, and this is {sys.platform}")
    if confined and shutil.which("bwrap") is None:
        return _all("bubblewrap (bwrap) is not installed")
    with (
        tempfile.TemporaryDirectory(prefix=f"course-grade-{os.getpid()}-") as folder,
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as unix,
    ):
        canary, copy = Path(folder) / "canary", Path(folder) / "copy"
        name = "course-" + secrets.token_hex(8)
        canary.write_text("secret")
        if not confined:
            Path(folder).chmod(0o711)  # as a sandbox's is: what is open to all users is found open
        write_copy(copy, [])
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        unix.bind("\0" + name)
        unix.listen()
        mode = "namespaces" if confined else "plain"
        python = [sys.executable, "-P", "-m", "inside.breakout", str(canary)]
        python += [str(tcp.getsockname()[1]), name, str(os.getpid()), mode]
        command = bwrap_command(copy, []) + python if confined else python
        done = subprocess.run(
            command,
            env=None if confined else environment(str(copy), folder),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    try:
        worked = json.loads(done.stdout)
    except ValueError:
        worked = {"error": " ".join(done.stderr.split())[:200] or "the sandbox did not start"}
    return _read(worked)


def _all(fault: str) -> Confinement:
    return Confinement(fault, fault, fault)


def _read(worked: dict[str, object]) -> Confinement:
    if "error" in worked:
        return _all(f"{worked['error']} (see docs/grading.md for AppArmor and containers)")

    def told(*names: str) -> str:
        return " and ".join(f"a worker {n}" for n in names if worked.get(n, True))

    return Confinement(
        told("reads a file", "writes a file"),
        told("reaches the network", "reaches a Unix socket"),
        told("sees the judge", "starts a process"),
    )
