"""What the instructor decides about marks: by hand, late, roster, notebooks.

The report keeps these decisions, and they hold in later gradings into it until they are changed.
All are read and checked before anything is graded.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from coursework.grading.late import Policy, read_due, read_policy
from coursework.grading.options import BatchOptions, Decisions
from coursework.grading.overrides import ByHand, read_overrides, unknown_students
from coursework.grading.roster import Roster, match, read_roster
from coursework.grading.students import Submission
from coursework.grading.writing import write_json

KEPT = "choices.json"


@dataclass(frozen=True)
class Choices:
    """What holds in this report.

    told: sentences for the instructor, before grading begins; typed: late, due and labs as typed.
    """

    by_hand: list[ByHand] = field(default_factory=list)
    policy: Policy | None = None
    due: datetime | None = None
    roster: Roster | None = None
    labs: tuple[str, ...] = ()
    told: list[str] = field(default_factory=list)
    typed: dict[str, object] = field(default_factory=dict)


def read_choices(
    options: BatchOptions, wanted: Decisions, submissions: list[Submission]
) -> Choices:
    """What is wanted now and what was kept. Raises ValueError for whatever can't be used."""
    out = options.out
    kept = _kept(out)
    late = wanted.late if wanted.late is not None else kept.get("late", "")
    due = wanted.due if wanted.due is not None else kept.get("due", "")
    labs = wanted.labs or (tuple(kept.get("labs", [])) if options.resume else ())
    policy, moment = read_policy(late), read_due(due) if due else None
    told = _told(policy, moment, kept, wanted)
    files: dict[str, list[str]] = {}
    for s in submissions:
        files.setdefault(s.student, []).append(s.file)
    roster_file = wanted.roster or _there(out / "roster.csv")
    roster = read_roster(roster_file) if roster_file else None
    strangers = match(roster, submissions) if roster else []
    if strangers:
        told.append(f"not on the roster: {', '.join(strangers)}")
    if roster is not None and wanted.roster is None:
        told.append(f"roster: kept from before; delete {roster_file} to go without")
    override = wanted.override or _there(out / "overrides.csv")
    by_hand = read_overrides(override) if override else []
    if by_hand and wanted.override is None:
        told.append(f"marks by hand: {len(by_hand)}, kept from before in {override}")
    lost = unknown_students(by_hand, files)
    told += [f"{override}, {complaint}; its marks are not set" for complaint in lost]
    typed: dict[str, object] = {"late": late, "due": due, "labs": list(labs)}
    return Choices(by_hand, policy, moment, roster, labs, told, typed)


def _told(
    policy: Policy | None, due: datetime | None, kept: dict[str, str], wanted: Decisions
) -> list[str]:
    told = []
    if policy is not None:
        how = " (kept from before; --late none ends it)" if wanted.late is None else ""
        told.append(f"late: {policy.text}{how}")
    if due is not None:
        told.append(
            f"due: {due:%Y-%m-%d %H:%M}{' (kept from before)' if wanted.due is None else ''}"
        )
    return told


def _there(path: Path) -> Path | None:
    return path if path.exists() else None


def _kept(out: Path) -> dict[str, str]:
    try:
        kept = json.loads((out / KEPT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{out / KEPT} can't be read ({error}); delete it and decide again"
        ) from None
    return kept if isinstance(kept, dict) else {}


def keep_choices(out: Path, wanted: Decisions, choices: Choices) -> None:
    """Keep in the report what was decided."""
    if any(choices.typed.values()) or (out / KEPT).exists():
        write_json(out / KEPT, choices.typed)
    for given, name in ((wanted.override, "overrides.csv"), (wanted.roster, "roster.csv")):
        kept = out / name
        if given is not None and given.resolve() != kept.resolve():
            shutil.copyfile(given, kept)
