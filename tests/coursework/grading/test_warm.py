"""What one submission leaves in a warm sandbox does not reach the next."""

from __future__ import annotations

import re

import pytest

from coursework.grading.examination import examine
from coursework.grading.package import hidden_names
from coursework.grading.sandbox import Zygote
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import SETUP

pytestmark = [pytest.mark.slow, sandboxed]
LEAVES = """
import atexit, builtins, ctypes, fcntl, gc, mmap, os, random, resource, signal, socket, sys
import threading, time, linecache, warnings, matplotlib, numpy as np

FOLDERS = ("/tmp", "/dev/shm", "/var/tmp", os.getcwd(), os.path.expanduser("~"), "/course", "/dev")
for folder in FOLDERS:
    for name in ("left", "torch.py", "sitecustomize.py", "matplotlibrc"):
        try:
            with open(os.path.join(folder, name), "w") as f:
                f.write("raise SystemError('LEFT BEHIND')")
        except OSError:
            pass
os.environ["LEFT"] = os.environ["PYTHONPATH"] = "/tmp"
os.umask(0o777)
os.makedirs("/tmp/x", exist_ok=True)
sys.path.insert(0, "/tmp")
sys.setrecursionlimit(77_777)
sys.modules["left"] = sys
builtins.left = builtins.len
torch.left = torch.Tensor.left = torch.nn.Linear.left = True
torch.set_default_dtype(torch.float64)
torch.manual_seed(99)
np.random.seed(99)
random.seed(99)
np.seterr(all="raise")
matplotlib.rcParams["figure.dpi"] = 7
warnings.simplefilter("error")
linecache.cache["left"] = (1, None, ["left"], "left")
for number in (signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM):
    signal.signal(number, lambda *a: None)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
atexit.register(time.sleep, 10**6)
gc.disable()
pair = socket.socketpair()
held = open("/course/inside/wire.py")
fcntl.flock(held, fcntl.LOCK_EX)
shared = mmap.mmap(-1, 4096)
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
for _ in range(20):
    threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
import coursework.checking, course_utils, inside.wire
coursework.checking.left = course_utils.left = inside.wire.left = True
os.chdir("/")
DONE = True
def roc_auc(a, b): raise ValueError("all is left: " + str(DONE))
"""
LOOKS = """
import builtins, fcntl, gc, glob, os, random, resource, signal, sys, threading, warnings
import coursework.checking, course_utils, inside.wire, linecache, matplotlib, numpy as np

FOLDERS = ("/tmp", "/dev/shm", "/var/tmp", ".", "/course", "/dev")
PATCHED = (builtins, torch, torch.Tensor, torch.nn.Linear, coursework.checking, course_utils)
SIGNALS = (signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM)
files, size = resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_FSIZE)
held, locked = open("/course/inside/wire.py"), False
try:
    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    locked = True
found = {
    "lock": locked,
    "files": [f for d in FOLDERS for f in glob.glob(d + "/left*")],
    "folder": os.getcwd() != "/tmp" or bool(os.listdir("/tmp")),
    "environment": "LEFT" in os.environ or os.environ["PYTHONPATH"] != "/course",
    "umask": os.umask(0o022) != 0o022,
    "path": sys.path[0] == "/tmp" or sys.getrecursionlimit() == 77_777 or "left" in sys.modules,
    "patches": any(hasattr(m, "left") for m in (*PATCHED, inside.wire)),
    "dtype": torch.get_default_dtype() != torch.float32,
    "seeds": 99 in (torch.initial_seed(), int(np.random.get_state()[1][0])),
    "settings": matplotlib.rcParams["figure.dpi"] == 7 or np.geterr()["divide"] == "raise",
    "warnings": warnings.filters[0][0] == "error",
    "lines": "left" in linecache.cache,
    "signals": [n for n in SIGNALS if callable(signal.getsignal(n))],
    "mask": bool(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "threads": threading.active_count() > 1,
    "collector": not gc.isenabled(),
    "limits": files[0] < 100 or size[0] == 0,
    "lines to others": len(os.listdir("/dev/fd")) if os.path.exists("/dev/fd/0") else 0,
}
kinds = []
for fd in range(3, 256):
    try:
        known = os.path.exists("/dev/fd/0")
        kinds.append(os.readlink(f"/dev/fd/{fd}") if known else os.fstat(fd).st_mode >> 12)
    except OSError:
        pass
found["open files"] = kinds if len(kinds) > 2 else []
found = {k: v for k, v in found.items() if v}
def roc_auc(a, b): raise ValueError(f"found {len(found)}: {found}")
"""


def test_nothing_of_one_submission_reaches_the_next():
    with Zygote(hidden_names("02")) as zygote:
        told = [
            examine(zygote, [SETUP, cell], ["roc_auc"], seed=1, student="ada").findings[0]
            for cell in (LEAVES, LOOKS)
        ]
    assert "all is left: True" in told[0].verdict.message
    assert "found 0: {}" in told[1].verdict.message


def test_what_is_left_would_be_found():
    """Both cells in one submission: nearly all that the first leaves, the second sees."""
    with Zygote(hidden_names("02")) as zygote:
        told = examine(zygote, [SETUP, LEAVES, LOOKS], ["roc_auc"], seed=1, student="ada")
    seen = re.search(r"found (\d+):", told.findings[0].verdict.message)
    assert seen and int(seen[1]) >= 15
