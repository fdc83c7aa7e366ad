"""Shut a freshly forked process in: namespaces, limits, no rights, and the filter of system calls.

Everything is called through ctypes; nothing here needs root. The mounts come first, then the
limits, then the point of no return: no capability, no new privilege, the filter (`syscalls.py`).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
import tempfile
from pathlib import Path

from .syscalls import install_filter

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_USER, NEW_MOUNT, NEW_PID = 0x10000000, 0x20000, 0x20000000
NEW_IPC, NEW_NET, NEW_UTS = 0x8000000, 0x40000000, 0x4000000
MS_NOSUID_NODEV, MS_PRIVATE_ALL = 2 | 4, 0x4000 | 0x40000
STUDENT = 61_184  # the user that code runs as where root grades and there are no namespaces
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38


def check(result: int, what: str) -> None:
    """OSError where a C call returned something other than 0."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def leave(namespaces: int) -> None:
    """Leave these namespaces of the parent, and its users, for new ones; there all is allowed."""
    uid, gid = os.getuid(), os.getgid()
    check(LIBC.unshare(NEW_USER | namespaces), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def own_processes() -> int:
    """Go on as the first process of a namespace; the process before waits for its end.

    Returns a handle on the namespace, for `fork_apart`.
    """
    leave(NEW_PID)
    if child := os.fork():
        os.waitpid(child, 0)
        os._exit(0)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def fork_apart(home: int) -> int:
    """As `os.fork`, but the child is the first process of a namespace of its own.

    When it ends, all other processes of that namespace end with it.
    """
    check(LIBC.unshare(NEW_PID), "unshare")  # holds for the next child
    child = os.fork()
    if child:
        check(LIBC.setns(home, NEW_PID), "setns")
    return child


def own_folders(megabytes: int) -> None:
    """Mounts, network and IPC of this process alone.

    An empty /tmp of limited size, nothing in /proc and /dev/shm.
    """
    leave(NEW_MOUNT | NEW_IPC | NEW_NET | NEW_UTS)
    check(LIBC.mount(b"none", b"/", None, MS_PRIVATE_ALL, None), "mount /")
    for folder, options in (
        (b"/tmp", b"size=%dm,nr_inodes=10000" % megabytes),
        (b"/dev/shm", b"size=16m"),
        (b"/proc", b"size=4k"),
    ):
        check(
            LIBC.mount(b"tmpfs", folder, b"tmpfs", MS_NOSUID_NODEV, options),
            f"mount {folder.decode()}",
        )


def own_user() -> None:
    """Where this is root: go on as a user that owns nothing but a new folder, the current one."""
    folder = tempfile.mkdtemp(dir=os.environ.get("HOME"))
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder, IPYTHONDIR=folder)
    tempfile.tempdir = None
    if os.getuid() == 0:
        os.chown(folder, STUDENT, STUDENT)
        os.setgroups([])
        os.setresgid(STUDENT, STUDENT, STUDENT)
        os.setresuid(STUDENT, STUDENT, STUDENT)


def limits(megabytes: int, seconds: int, file_megabytes: int) -> None:
    """Limit this process: memory above what it has now, CPU seconds, size of files, open files.

    Where the machine runs out of memory, the system ends this process before all others.
    """
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with open("/proc/self/statm") as f:
        have = int(f.read().split()[0]) * resource.getpagesize()
    for kind, value in (
        (resource.RLIMIT_AS, have + (megabytes << 20)),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_megabytes << 20),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (value, value))


def give_up_rights() -> bool:
    """No capability, no new privilege, and the filter; False where this machine has no filter."""
    LIBC.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    LIBC.capset(header, bytes(24))
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    return install_filter(LIBC)
