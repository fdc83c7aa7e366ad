"""A process that offers functions to a judge: references and wrong answers, or a module's own."""

from __future__ import annotations

import contextlib
import importlib
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.inside.peer import Peer
from coursework.grading.inside.wire import Channel, Gone
from coursework.grading.judge import Judge

ROOT = Path(__file__).resolve().parents[3]


def offered() -> list[tuple[str, str, Callable[..., Any]]]:
    """[(exercise, name of the mistake or "", function)]"""
    found = []
    for name in exercises.names():
        exercise = exercises.get(name)
        if isinstance(exercise, Exercise):
            found.append((name, "", exercise.reference))
            found += [(name, m.name, m.wrong) for m in exercise.mistakes]
    return found


@contextlib.contextmanager
def judge_of(module: str = "") -> Iterator[Judge]:
    """The judge of a process that offers `FUNCTIONS` of a module, or all the exercises' functions.

    `judge.call(0, (i,), {})` is function number i.
    """
    ours, theirs = socket.socketpair()
    command = [
        sys.executable,
        "-m",
        "tests.coursework.grading.answering",
        str(theirs.fileno()),
        module,
    ]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=ROOT)
    theirs.close()
    try:
        yield Judge(Channel(ours))
    finally:
        ours.close()
        process.wait(30)


def main() -> None:
    torch.set_num_threads(1)
    peer = Peer(Channel(socket.socket(fileno=int(sys.argv[1]))))
    module = sys.argv[2]
    own = importlib.import_module(module).FUNCTIONS if module else [fn for _, _, fn in offered()]
    peer.exports = [lambda i: own[i]]
    try:
        while True:
            peer.serve(*peer.channel.receive())
    except Gone:
        pass


if __name__ == "__main__":
    main()
