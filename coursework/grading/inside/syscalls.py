"""The filter of system calls: the ones that no worker needs are refused, whatever the rest allows.

The numbers are written out by hand and compared with libseccomp's by a test. A worker does not call
libseccomp for them, because it would have to be installed beside bubblewrap, which does not bring
it, and a machine without it would have no filter.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct

# name: (x86_64, aarch64); -1 where an architecture has none
REFUSED = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "fork": (57, -1),
    "vfork": (58, -1),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "syslog": (103, 116),
    "personality": (135, 92),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount": (165, 40),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "quotactl": (179, 60),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "swapon": (167, 224),
    "reboot": (169, 142),
    "fanotify_init": (300, 262),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "memfd_secret": (447, 447),
    "tkill": (200, 130),
    "pidfd_send_signal": (424, 424),
    "setpgid": (109, 154),
    "setpriority": (141, 140),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
}
TO_ITSELF = {  # allowed where the first argument is the worker's own process
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "prlimit64": (302, 261),  # or 0, which is the same
}
PRCTL, ON_PARENTS_DEATH = (157, 167), 1  # a worker that could call this would outlive its zygote
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD = 0x10000
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
PR_SET_SECCOMP, MODE_FILTER = 22, 2

LOAD, EQUAL, AT_LEAST, BITS, GIVE = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # what can be loaded: bytes into the call's data
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
FOREIGN = 0x40000000  # numbers from here on belong to x86's second set of calls


def install_filter(libc: ctypes.CDLL) -> bool:
    """Refuse these calls from here on; False where this machine has no filter for it."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None or os.uname().sysname != "Linux":
        return False
    program = _program(*known)
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    return libc.prctl(PR_SET_SECCOMP, MODE_FILTER, pointer, 0, 0) == 0


def _program(column: int, architecture: int) -> bytes:
    """The filter for the kernel: instructions, run from top to bottom at every call."""
    lines = [
        _instruction(LOAD, 0, 0, ARCHITECTURE),
        _instruction(EQUAL, 1, 0, architecture),
        _instruction(GIVE, 0, 0, KILL),
        _instruction(LOAD, 0, 0, NUMBER),
        _instruction(AT_LEAST, 0, 1, FOREIGN),
        _instruction(GIVE, 0, 0, REFUSE),
        # clone only for threads; clone3 hides its flags, so that libc must fall back to clone
        _instruction(EQUAL, 0, 1, CLONE3[column]),
        _instruction(GIVE, 0, 0, UNKNOWN),
        _instruction(EQUAL, 0, 4, CLONE[column]),
        _instruction(LOAD, 0, 0, FIRST_ARGUMENT),
        _instruction(BITS, 1, 0, CLONE_THREAD),
        _instruction(GIVE, 0, 0, REFUSE),
        _instruction(GIVE, 0, 0, ALLOW),
    ]
    own = os.getpid()
    for name, numbers in TO_ITSELF.items():
        allowed = (own, 0) if name == "prlimit64" else (own, own)
        lines += [
            _instruction(EQUAL, 0, 5, numbers[column]),
            _instruction(LOAD, 0, 0, FIRST_ARGUMENT),
            _instruction(EQUAL, 2, 0, allowed[0]),
            _instruction(EQUAL, 1, 0, allowed[1]),
            _instruction(GIVE, 0, 0, REFUSE),
            _instruction(GIVE, 0, 0, ALLOW),
        ]
    lines += [
        _instruction(EQUAL, 0, 4, PRCTL[column]),
        _instruction(LOAD, 0, 0, FIRST_ARGUMENT),
        _instruction(EQUAL, 0, 1, ON_PARENTS_DEATH),
        _instruction(GIVE, 0, 0, REFUSE),
        _instruction(GIVE, 0, 0, ALLOW),
    ]
    for numbers in REFUSED.values():
        if numbers[column] >= 0:
            lines += [_instruction(EQUAL, 0, 1, numbers[column]), _instruction(GIVE, 0, 0, REFUSE)]
    return b"".join([*lines, _instruction(GIVE, 0, 0, ALLOW)])


def _instruction(code: int, yes: int, no: int, value: int) -> bytes:
    """One instruction; `yes` and `no`: how many to skip after a comparison."""
    return struct.pack("HBBI", code, yes, no, value)
