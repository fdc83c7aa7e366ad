"""Late submissions: a policy in a few words, what file names tell, and what is taken off."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from coursework.grading.naming import told
from coursework.saying import counted

UNITS = {"h": 3600, "hour": 3600, "day": 86400, "d": 86400, "week": 604800}
SYNTAX = (
    'write it like "10%/day, max 50%, 2h grace": how much is taken off (10%, 10%/day, 2 points/hour),'
    ' at most how much (max 50%, max 4 points), and what is forgiven (2h grace); "none" takes nothing'
)
AMOUNT = re.compile(
    r"^(max )?(\d+(?:\.\d+)?) ?(%|points?|pts?)( ?(?:/|per|a|an) ?(h|hour|d|day|week))?$"
)
GRACE = re.compile(r"^(?:grace )?(\d+(?:\.\d+)?) ?(min|minutes?|h|hours?|d|days?)(?: grace)?$")


@dataclass(frozen=True)
class Policy:
    """rate: what is taken off, in percent of the points earned or in points, for each `every`."""

    text: str
    rate: float = 0.0  # 0: grace alone, so nothing is taken off
    percent: bool = True
    every: float = 0.0  # seconds; 0: once
    most: float = math.inf
    most_percent: bool = True
    grace: float = 0.0  # seconds

    def __str__(self) -> str:
        return self.text

    def taken_off(self, earned: float, seconds: float | None) -> float:
        """The points that are taken off a mark; seconds: None where only "late" is known.

        A day that has begun counts whole. Nobody falls below 0.
        """
        if seconds is not None and seconds <= self.grace:
            return 0.0
        steps = 1 if seconds is None or not self.every else math.ceil(seconds / self.every)
        taken = self.rate * steps * (earned / 100 if self.percent else 1)
        limit = self.most * (earned / 100 if self.most_percent else 1) if earned else 0.0
        return round(max(0.0, min(taken, limit, earned)), 2)


def read_policy(text: str) -> Policy | None:
    """The policy that a text describes; None for "none". Raises ValueError with the syntax."""
    told = " ".join(text.lower().split())
    if told in ("", "none"):
        return None
    values: dict[str, float | bool] = {}
    for part in (p.strip() for p in told.split(",")):
        if amount := AMOUNT.match(part):
            most, size, unit, _, every = amount.groups()
            key = "most" if most else "rate"
            if key in values or (most and every):
                raise ValueError(f"--late: {part!r} is one too many; {SYNTAX}")
            values[key] = float(size)
            values["most_percent" if most else "percent"] = unit == "%"
            if not most:
                values["every"] = float(UNITS[every]) if every else 0.0
        elif (grace := GRACE.match(part)) and "grace" in part and "grace" not in values:
            values["grace"] = float(grace[1]) * _seconds(grace[2])
        else:
            raise ValueError(f"--late: {part!r} can't be read; {SYNTAX}")
    if "rate" not in values and "most" in values:
        raise ValueError(f"--late {text!r} does not say how much is taken off; {SYNTAX}")
    if values.get("percent") and values.get("rate", 0) > 100:
        raise ValueError("--late: more than 100% can't be taken off")
    return Policy(told, **values)  # type: ignore[arg-type]


def _seconds(unit: str) -> int:
    return 60 if unit.startswith("min") else UNITS[unit.rstrip("s") or unit]


def read_due(text: str) -> datetime:
    """When the work was due: "2026-11-03 17:00"; a day alone ends at midnight."""
    for pattern in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            found = datetime.strptime(text.strip(), pattern)
        except ValueError:
            continue
        return found + timedelta(days=1) if pattern == "%Y-%m-%d" else found
    raise ValueError(f'--due {text!r} can\'t be read; write it like "2026-11-03 17:00"')


@dataclass(frozen=True)
class Lateness:
    """That a file came late. seconds: by how much, None where the platform does not say."""

    seconds: float | None

    def __str__(self) -> str:
        if self.seconds is None:
            return "late by Canvas' own mark, which does not say by how much"
        minutes = math.ceil(self.seconds / 60)
        days, hours = divmod(minutes // 60, 24)
        parts = [(days, "day"), (hours, "hour"), (minutes % 60 if not days else 0, "minute")]
        told = [counted(n, unit) for n, unit in parts if n]
        return "late by " + " ".join(told)


def lateness(file: str, due: datetime | None) -> Lateness | None:
    """Whether the name of a file says that it came late."""
    name = told(file)
    if name.handed_in is not None and due is not None:
        seconds = (name.handed_in - due).total_seconds()
        return Lateness(seconds) if seconds > 0 else None
    return Lateness(None) if name.late else None
