"""The command line of bubblewrap, and the environment that a worker gets."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

SYSTEM = ("/lib", "/lib64", "/lib32", "/bin", "/sbin")  # links into /usr, or folders
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts")  # of /etc
DEBUG = "COURSE_GRADING_DEBUG"  # set it to see what the sandbox says


def read_only_folders() -> list[str]:
    """Folders that Python needs: system libraries, the interpreter, its packages."""
    places = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()}
    found = sorted({str(Path(p)) for p in places if Path(p).exists()}, key=len)
    outer: list[str] = []
    for place in found:
        if place != "/" and not any(Path(place).is_relative_to(o) for o in ["/usr", *outer]):
            outer.append(place)
    return outer


def bwrap_command(copy: Path, private: list[Path]) -> list[str]:
    """The command line of bubblewrap, to be followed by the program.

    copy: the folder that becomes /course.
    private: folders that must not be seen even where Python's hold them.
    """
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
    command += ["--ro-bind", "/usr", "/usr"]
    for place in SYSTEM:
        if os.path.islink(place):
            command += ["--symlink", os.readlink(place), place]
        elif os.path.isdir(place):
            command += ["--ro-bind", place, place]
    for name in SETTINGS:
        command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    command += ["--tmpfs", "/tmp"]  # before Python's folders, which may lie in /tmp themselves
    folders = read_only_folders()
    for place in folders:
        command += ["--ro-bind", place, place]
    for path in private:
        if any(path.is_relative_to(f) and str(path) != f for f in ["/usr", *folders]):
            command += ["--tmpfs", str(path), "--remount-ro", str(path)]
    command += ["--ro-bind", str(copy), "/course", "--proc", "/proc", "--dev", "/dev"]
    command += ["--chdir", "/tmp"]
    for name, value in environment("/course", "/tmp").items():
        command += ["--setenv", name, value]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--"]


def environment(copy: str, home: str) -> dict[str, str]:
    """All that a worker learns from its environment."""
    found = {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "USER": "student",
        "LOGNAME": "student",
        "PYTHONPATH": copy,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),  # a freed megabyte is used again: the system would
        "MALLOC_TRIM_THRESHOLD_": str(256 << 20),  # fill each new one with zeros, page by page
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": home,
        "IPYTHONDIR": home,
        "TORCHINDUCTOR_CACHE_DIR": home,
        "COURSE_DEVICE": "cpu",
        "CUDA_VISIBLE_DEVICES": "",
    }
    return {**found, DEBUG: "1"} if os.environ.get(DEBUG) else found
