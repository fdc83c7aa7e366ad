"""The judge's side of the conversation with a worker: it reads everything as an enemy's message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from torch import Tensor

from coursework.checking.running import TookTooLong
from coursework.grading.inside.errors import CELL, is_unpacked
from coursework.grading.inside.kept import Sent
from coursework.grading.inside.peer import Peer
from coursework.grading.inside.remote import Reply
from coursework.grading.inside.values import KINDS, Encoder
from coursework.grading.inside.wire import Channel, Gone, Json, Late, Malformed

CALLBACKS, CALLBACK_BYTES = 50_000, 16 << 20  # of one worker
ENDED = "the process that ran your code has ended (an exit, a crash, or too much memory)"
NONSENSE = "the process that ran your code answered with something that is no answer"
Answer = TypeVar("Answer")


class ProcessEnded(Exception):
    """The worker has ended, or sends what makes no sense. A student may read this name."""


class Judge(Peer):
    """A Peer that takes nothing on trust.

    lost: a sentence once the worker has ended or sent nonsense; late: it outlasted its deadline.
    argument_changed: whether a call has changed one of its arguments in place.
    may_ask: whether the worker may call what it was given.
    """

    is_judge = True
    accepts = KINDS - {"optimizer"}

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.lost = ""
        self.late = False
        self.served = 0
        self.may_ask = True
        self.argument_changed = False
        self.sent = Sent()

    def _send(self, header: Json, sent: Encoder) -> None:
        packed = [self.sent.pack(t) for t in sent.tensors]
        header["tensors"] = [line for line, _ in packed]
        self.channel.send(header, [data for _, data in packed])

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return self._guarded(super().call, *args, **kwargs)

    def vjp(self, *args: Any, **kwargs: Any) -> list[Tensor | None]:
        return self._guarded(super().vjp, *args, **kwargs)

    def _guarded(self, work: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
        """Run `work`; any fault of the worker's message ends the conversation."""
        if self.late:
            raise TookTooLong
        if self.lost:
            raise ProcessEnded(self.lost)
        try:
            return work(*args, **kwargs)
        except _Theirs as told:
            raise told.error from None
        except Late:
            self.late = True
            raise TookTooLong from None
        except Gone:
            self.lost = ENDED
        except TookTooLong:  # thrown in from outside: half a message may have been read
            self.late = True
            raise
        except Exception as error:
            self.lost = f"{NONSENSE} ({type(error).__name__})"
        raise ProcessEnded(self.lost) from None

    def _finish(self, reply: Reply, sent: Encoder) -> Any:
        try:
            printed = str(reply.header.get("printed") or "")[:2000]
            print(CELL.sub("your notebook", printed), end="")
            return super()._finish(reply, sent)
        except (Late, Gone, Malformed):
            raise
        except BaseException as error:
            if is_unpacked(error):
                raise _Theirs(error) from None
            raise

    def serve(self, header: Json, body: bytearray) -> None:
        self.served += 1
        if not self.may_ask:
            raise Malformed("a question where none may come")
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
