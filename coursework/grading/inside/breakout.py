"""Try to break out, as a student could, and print what worked.

Started as `python -m inside.breakout CANARY PORT NAME PID MODE` in the sandbox.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable

from . import confine


def succeeds(attempt: Callable[[], bool | None]) -> bool:
    """Whether an attempt gets through."""
    try:
        return attempt() is not False
    except OSError:
        return False


def connect(family: int, address: str | tuple[str, int]) -> None:
    """Reach a socket of the judge's."""
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.settimeout(2)
        line.connect(address)


def start_a_process() -> bool:
    """Fork once."""
    if os.fork() == 0:
        os._exit(0)
    return os.wait()[1] == 0


def attempts(canary: str, port: int, name: str, pid: int) -> dict[str, bool]:
    """What a worker gets away with: all should be False."""
    return {
        "reads a file": succeeds(lambda: open(canary).close()),
        "writes a file": succeeds(lambda: open(canary + ".written", "w").close()),
        "reaches the network": succeeds(lambda: connect(socket.AF_INET, ("127.0.0.1", port))),
        "reaches a Unix socket": succeeds(lambda: connect(socket.AF_UNIX, "\0" + name)),
        "sees the judge": succeeds(lambda: os.kill(pid, 0))
        or os.path.exists(f"/proc/{pid}/stat")
        or os.path.exists("/proc/1/environ"),
        "starts a process": succeeds(start_a_process),
    }


def main() -> None:
    """Become like a worker, try everything, say what worked."""
    canary, port, name, pid, mode = sys.argv[1:]
    reading, writing = os.pipe()
    if os.fork() == 0:
        try:
            if mode == "namespaces" and (worker := confine.fork_apart(confine.own_processes())):
                os.waitpid(worker, 0)
                os._exit(0)
            if mode == "namespaces":
                confine.own_folders(8)
            else:
                confine.own_user()
            confine.give_up_rights()
            os.write(writing, json.dumps(attempts(canary, int(port), name, int(pid))).encode())
        except OSError as error:
            os.write(writing, json.dumps({"error": str(error)}).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        sys.stdout.buffer.write(pipe.read())


if __name__ == "__main__":
    main()
