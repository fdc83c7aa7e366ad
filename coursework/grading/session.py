"""The judge's end of a worker: run cells, ask for functions, and believe nothing.

Whatever comes back is read by `Judge`, which turns any fault of it into `WorkerLost`.
"""

from __future__ import annotations

import time
from typing import Any

from torch import Tensor

from coursework.checking.running import TookTooLong
from coursework.grading.inside.errors import CELL
from coursework.grading.inside.peer import Peer, Reply
from coursework.grading.inside.values import KINDS, Encoder
from coursework.grading.inside.wire import Channel, Gone, Late, Malformed
from coursework.grading.sandbox import Zygote

RUN_CELL, FIND, ANSWER, LEND = 0, 1, 2, 3  # what a worker exports first
CALLBACKS, CALLBACK_BYTES = 50_000, 16 << 20  # of one worker


class WorkerLost(Exception):
    """The worker has ended, or sends what makes no sense. Ends up in a student's feedback."""


WorkerLost.__name__ = WorkerLost.__qualname__ = "ProcessEnded"


class Judge(Peer):
    """A Peer that reads everything as if an enemy had sent it."""

    is_judge = True
    accepts = KINDS - {"optimizer"}

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.lost = ""
        self.late = False
        self.served = 0
        self.argument_changed = False

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self._guarded(super().call, *args, **kwargs)

    def vjp(self, *args: Any, **kwargs: Any) -> Any:
        return self._guarded(super().vjp, *args, **kwargs)

    def _guarded(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Run `work`; any fault of the worker's message ends the conversation."""
        if self.late:
            raise TookTooLong
        if self.lost:
            raise WorkerLost(self.lost)
        try:
            return work(*args, **kwargs)
        except _Theirs as told:
            raise told.error from None
        except Late:
            self.late = True
            raise TookTooLong from None
        except Gone:
            self.lost = (
                "the process that ran your code has ended (an exit, a crash, or too much memory)"
            )
        except TookTooLong:
            raise
        except Exception as error:
            self.lost = f"the process that ran your code answered with something that is no answer ({type(error).__name__})"
        raise WorkerLost(self.lost) from None

    def _finish(self, reply: Reply, sent: Encoder) -> Any:
        try:
            printed = str(reply.header.get("printed") or "")[:2000]
            print(CELL.sub("your notebook", printed), end="")
            return super()._finish(reply, sent)
        except (Late, Gone, Malformed):
            raise
        except BaseException as error:
            if hasattr(error, "their_line"):
                raise _Theirs(error) from None
            raise

    def serve(self, header: dict[str, Any], body: bytearray) -> None:
        self.served += 1
        if self.served > CALLBACKS or len(body) > CALLBACK_BYTES:
            raise Malformed("too many questions")
        super().serve(header, body)

    def changed(self, tensor: Tensor, now: Tensor, in_module: bool) -> None:
        self.argument_changed = self.argument_changed or not in_module
        super().changed(tensor, now, in_module)


class _Theirs(BaseException):
    """Carries an exception of the student's code past the judge's own fault handling."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Session:
    """One worker and what the judge asks of it. `ends`: when it must be over, on the monotonic clock."""

    def __init__(self, zygote: Zygote, ends: float) -> None:
        self.ends, self.limit = ends, 0.0
        self.judge = Judge(zygote.fork())

    def allow(self, seconds: float) -> None:
        """The next questions must be answered within `seconds`, and before the session ends."""
        self.limit = seconds
        self.judge.channel.deadline = min(time.monotonic() + seconds, self.ends)

    @property
    def alive(self) -> bool:
        return not self.judge.late and not self.judge.lost

    def run_cell(self, number: int, source: str, seconds: float) -> BaseException | None:
        """Run a cell; what it raised, TookTooLong or WorkerLost among it."""
        self.allow(seconds)
        try:
            self.judge.call(RUN_CELL, (number, source), {})
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt) and not hasattr(error, "their_line"):
                raise
            return error
        return None

    def find(self, name: str, seconds: float) -> Any:
        """What `name` stands for: a RemoteFunction, a value, or `...` where there is nothing."""
        self.allow(seconds)
        found = self.judge.call(FIND, ([name],), {})
        return found.get(name, ...) if isinstance(found, dict) else ...

    def answer(self, key: str, seconds: float) -> Any:
        """One typed answer, `...` where there is none."""
        self.allow(seconds)
        return self.judge.call(ANSWER, (key,), {})

    def lend(self, name: str, reference: Any, seconds: float) -> None:
        """Put a function that stays with the judge in the place of `name`."""
        self.allow(seconds)
        self.judge.call(LEND, (name, reference), {})

    def close(self) -> None:
        """Hang up."""
        self.judge.channel.close()
