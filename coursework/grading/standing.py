"""Which result of a file stands. A fault never takes a mark away.

A result belongs to a content: the file's name and the SHA-256 of its bytes. Of the content that is
handed in now, the last graded result stands. Faults that came later are told as remarks.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from coursework.grading.results import Results
from coursework.grading.status import Status
from coursework.grading.submissions import Submission
from coursework.grading.submitted_notebook import read_bytes

GRADINGS = 2  # of one content that may fail in the sandbox; then it is not tried again
GIVEN_UP = f"it failed in {GRADINGS} gradings and is not tried again; look at it by hand"
AGAIN = "--resume tries it once more"
Content = tuple[str, str]  # a file's name, and the SHA-256 of its bytes or "" where it has none


@dataclass(frozen=True)
class Attempt:
    """One line of the results file: where it begins, and what came of which content."""

    at: int
    sha256: str
    status: Status
    fault: str


@dataclass(frozen=True)
class Standing:
    """The result that stands for a file: where its line begins, whose it is, what else to say."""

    at: int
    student: str
    remarks: tuple[str, ...]


def digest(submission: Submission) -> str:
    """The SHA-256 of a submission's bytes, "" where it can't be read or is not to be opened."""
    if submission.fault:
        return ""
    try:
        return hashlib.sha256(read_bytes(submission.path)).hexdigest()
    except (OSError, ValueError):
        return ""


def finished(results: Results) -> set[Content]:
    """The contents that need no second grading: graded, at fault themselves, or given up."""
    return {
        (file, content)
        for file, attempts in _attempts(results).items()
        for content in {a.sha256 for a in attempts}
        if _is_finished([a for a in attempts if a.sha256 == content])
    }


def standing(results: Results, submissions: Iterable[Submission]) -> dict[str, Standing]:
    """{file: what stands for it} of the files that are still among the submissions."""
    present: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        present[submission.file].append(submission)
    found = _attempts(results)
    return {file: _stands(found[file], own) for file, own in present.items() if file in found}


def _attempts(results: Results) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = defaultdict(list)
    for at, r in results.entries():
        found[r.file].append(Attempt(at, r.sha256, r.status, r.fault))
    return found


def _is_finished(attempts: list[Attempt]) -> bool:
    return any(a.status.is_final for a in attempts) or _is_given_up(attempts)


def _is_given_up(attempts: list[Attempt]) -> bool:
    return sum(a.status is Status.SANDBOX_FAILED for a in attempts) >= GRADINGS


def _stands(attempts: list[Attempt], own: list[Submission]) -> Standing:
    """Of all the attempts at one file, the one that stands. own: the submissions of that name."""
    contents = _contents(attempts, own)
    here = [a for a in attempts if a.sha256 in contents] or attempts
    graded = [a for a in here if a.status is Status.GRADED]
    opened = [s for s in own if not s.fault] or own
    remarks = [
        f"another entry of this name was left out: {s.fault}" for s in own if s not in opened
    ]
    if graded:
        stands = graded[-1]
        left_out = {s.fault for s in own}
        later = [a for a in attempts if a.at > stands.at and a.fault and a.fault not in left_out]
        remarks += [f"graded again, and the mark stays, for that failed: {a.fault}" for a in later]
    else:
        final = [a for a in here if a.status.is_final]
        stands = (final or here)[-1]
        if not final and stands.status is Status.SANDBOX_FAILED:
            remarks.append(GIVEN_UP if _is_given_up(here) else AGAIN)
        if any(a.status is Status.GRADED for a in attempts):
            remarks.append("the file has changed; what was graded before is in results.jsonl")
    return Standing(stands.at, opened[-1].student, tuple(dict.fromkeys(remarks)))


def _contents(attempts: list[Attempt], own: list[Submission]) -> set[str]:
    """The contents that are handed in now; files are read only where there were several."""
    known = {a.sha256 for a in attempts} - {""}
    if len(known) > 1:
        known = {digest(s) for s in own} & known or {[a.sha256 for a in attempts if a.sha256][-1]}
    return known
