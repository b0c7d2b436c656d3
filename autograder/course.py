"""The settings of a course: the file course.toml in its folder. Every part may be left out.

timezone = "Europe/London"          # of times that name none; default: that of this machine

[due]                               # by assignment, or by notebook where one has a date of its own
"2" = 2026-03-01 23:59:00
"3.5" = 2026-03-22T12:00:00Z

[late]
per_day = 0.1                       # share of the points that a notebook could earn, for each day begun
cap = 0.5                           # at most this share
grace_minutes = 15                  # so much later counts as in time
"""

import datetime
import tomllib
import zoneinfo
from dataclasses import dataclass, field
from pathlib import Path

from autograder import unit

FILE = "course.toml"


class BadSettings(ValueError):
    """A course file that can't be used; the message says what is wrong where."""


@dataclass(frozen=True)
class Rule:
    """What a late notebook loses. per_day, cap: shares of its points; grace: seconds that count as in time."""

    per_day: float = 0.0
    cap: float = 1.0
    grace: float = 0.0

    def __post_init__(self):
        for name in ("per_day", "cap"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadSettings(f"late.{name} is a share between 0 and 1 (0.1 for ten per cent)")
        if self.grace < 0:
            raise BadSettings("late.grace_minutes is 0 or more")

    def share(self, seconds):
        """The share of the points that is lost `seconds` after the due date."""
        if seconds <= self.grace or not self.per_day:
            return 0.0
        return min(self.cap, self.per_day * (int(seconds // 86400) + (seconds % 86400 > 0)))

    def __str__(self):
        grace = f", {self.grace / 60:g} minutes' grace" if self.grace else ""
        return f"{self.per_day:.3g} of a notebook's points for each day begun, at most {self.cap:.3g}{grace}"


@dataclass(frozen=True)
class Settings:
    """zone: a time zone; due: {assignment or notebook: time in UTC}; rule: for late work, or None."""

    zone: datetime.tzinfo
    due: dict = field(default_factory=dict)
    rule: Rule | None = None

    def due_of(self, assignment, notebook=""):
        """When a notebook is due, or None."""
        return self.due.get(notebook) or self.due.get(assignment)


def read(course, timezone=None, late=None, due=()):
    """The Settings of a course. timezone, late ({"per_day": 0.1, …}) and due ("2=2026-03-01 23:59") come before the
    file's. Raises BadSettings."""
    path = Path(course, FILE)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}
    except (tomllib.TOMLDecodeError, UnicodeError) as problem:
        raise BadSettings(f"{path}: {problem}") from None
    unknown = sorted(set(found) - {"timezone", "due", "late"})
    if unknown:
        raise BadSettings(f"{path}: there is no setting called {unknown[0]!r} (known: timezone, due, late)")
    try:
        zone = find_zone(timezone or found.get("timezone"))
        dates = {_place(key): _time(value, zone, key) for key, value in found.get("due", {}).items()}
        dates |= {_place(key): _time(value.strip(), zone, key) for key, value in map(_split, due)}
        return Settings(zone, dates, _rule({**found.get("late", {}), **(late or {})}))
    except BadSettings as problem:
        raise BadSettings(f"{path}: {problem}" if path.is_file() else str(problem)) from None


def find_zone(name=None):
    """The time zone called `name`, or the one of this machine."""
    if not name:
        try:
            key = Path("/etc/localtime").resolve().as_posix().partition("zoneinfo/")[2]
            return zoneinfo.ZoneInfo(key or "UTC")
        except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
            return datetime.datetime.now().astimezone().tzinfo
    try:
        return zoneinfo.ZoneInfo(str(name))
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        raise BadSettings(f"there is no time zone called {name!r}; write one such as Europe/London or UTC") from None


def _split(text):
    key, equals, value = text.partition("=")
    if not equals:
        raise BadSettings(f"a due date is written as 2=2026-03-01 23:59, not {text!r}")
    return key, value


def _place(word):
    """The assignment or the notebook that is meant by "2" or "3.5" or a whole name."""
    word = str(word).strip()
    books = [book for book in unit.notebooks() if book.assignment]
    found = [book.name for book in books if book.name == word or (book.name.startswith(f"{word}_") and "." in word)]
    if found:
        return found[0]
    try:
        return unit.find_assignment(word)
    except KeyError as problem:
        raise BadSettings(f"due: {problem.args[0]}") from None


def _time(value, zone, key):
    if isinstance(value, str):
        try:
            value = datetime.datetime.fromisoformat(value)
        except ValueError:
            raise BadSettings(f"due {key}: {value!r} is no time; write 2026-03-01 23:59") from None
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
    if not isinstance(value, datetime.datetime):
        raise BadSettings(f"due {key}: {value!r} is no time; write 2026-03-01 23:59:00")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(datetime.UTC)


def _rule(found):
    unknown = sorted(set(found) - {"per_day", "cap", "grace_minutes"})
    if unknown:
        raise BadSettings(f"there is no setting called late.{unknown[0]} (known: per_day, cap, grace_minutes)")
    if not found:
        return None
    try:
        numbers = {name: float(found.get(name, default)) for name, default in (("per_day", 0), ("cap", 1))}
        grace = 60 * float(found.get("grace_minutes", 0))
    except (TypeError, ValueError):
        raise BadSettings("late: per_day, cap and grace_minutes are numbers") from None
    return Rule(**numbers, grace=grace)
