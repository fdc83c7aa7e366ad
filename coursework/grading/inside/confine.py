"""Shut a freshly forked process in: namespaces, limits, and system calls that are refused.

Everything is called through ctypes; nothing here needs root. The mounts come first, then the
limits, then the point of no return: no capability, no new privilege, a system-call filter.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
NEW_USER, NEW_MOUNT, NEW_PID, NEW_IPC, NEW_NET, NEW_UTS = (
    0x10000000,
    0x20000,
    0x20000000,
    0x8000000,
    0x40000000,
    0x4000000,
)
MS_NOSUID_NODEV, MS_PRIVATE_ALL = 2 | 4, 0x4000 | 0x40000
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_DUMPABLE = (
    1,
    24,
    38,
    22,
    4,
)

# name: (x86_64, aarch64); -1 where an architecture has none
REFUSED = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "memfd_create": (319, 279),
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "syslog": (103, 116), "personality": (135, 92),
    "pivot_root": (155, 41), "chroot": (161, 51), "mount": (165, 40), "umount2": (166, 39),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "quotactl": (179, 60),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "init_module": (175, 105),
    "finit_module": (313, 273), "swapon": (167, 224), "reboot": (169, 142), "fanotify_init": (300, 262),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "memfd_secret": (447, 447),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD = 0x10000
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def check(result: int, what: str) -> None:
    """OSError where a C call returned something other than 0."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def leave(namespaces: int) -> None:
    """Leave these namespaces of the parent, and its users, for new ones in which this process may do everything."""
    uid, gid = os.getuid(), os.getgid()
    check(LIBC.unshare(NEW_USER | namespaces), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def own_processes() -> int:
    """Go on as the first process of a namespace; a handle on it, for `fork_apart`. The one before waits and ends."""
    leave(NEW_PID)
    if child := os.fork():
        os.waitpid(child, 0)
        os._exit(0)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def fork_apart(home: int) -> int:
    """As `os.fork`, but the child is the first process of a namespace of its own: with it all others there end."""
    check(LIBC.unshare(NEW_PID), "unshare")  # holds for the next child
    child = os.fork()
    if child:
        check(LIBC.setns(home, NEW_PID), "setns")
    return child


def own_folders(megabytes: int) -> None:
    """Mounts, network and IPC of this process alone: an empty /tmp of limited size, nothing in /proc and /dev/shm."""
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


def limits(megabytes: int, seconds: int, file_megabytes: int) -> None:
    """Limits of this process: memory above what it has now, CPU seconds, size of files, open files."""
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
    """No capability, no new privilege, and the filter; False where this machine has no filter for it."""
    LIBC.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)
    for capability in range(64):
        if LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    LIBC.capset(header, bytes(24))
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    return _filter_system_calls()


def _instruction(code: int, yes: int, no: int, value: int) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def _program(column: int, architecture: int) -> bytes:
    load, equal, at_least, bits, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, unknown, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
    lines = [
        _instruction(load, 0, 0, 4), _instruction(equal, 1, 0, architecture), _instruction(give, 0, 0, kill),
        _instruction(load, 0, 0, 0), _instruction(at_least, 0, 1, 0x40000000), _instruction(give, 0, 0, refuse),
        # clone only for threads; clone3 hides its flags, so that libc must fall back to clone
        _instruction(equal, 0, 1, CLONE3[column]), _instruction(give, 0, 0, unknown),
        _instruction(equal, 0, 4, CLONE[column]), _instruction(load, 0, 0, 16),
        _instruction(bits, 1, 0, CLONE_THREAD), _instruction(give, 0, 0, refuse), _instruction(give, 0, 0, allow),
    ]  # fmt: skip
    for numbers in REFUSED.values():
        if numbers[column] >= 0:
            lines += [_instruction(equal, 0, 1, numbers[column]), _instruction(give, 0, 0, refuse)]
    return b"".join([*lines, _instruction(give, 0, 0, allow)])


def _filter_system_calls() -> bool:
    known = ARCHITECTURES.get(platform.machine())
    if known is None or os.uname().sysname != "Linux":
        return False
    program = _program(*known)
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    return LIBC.prctl(PR_SET_SECCOMP, 2, pointer, 0, 0) == 0
