"""Whose a file is and what it was called, from the way in which platforms and people lay out what was handed in.

Canvas       lovelaceada_12345_67890_name.ipynb, _LATE_ after the name, anon_… for anonymous ones; flat
Moodle       Ada Lovelace_123456_assignsubmission_file_/name.ipynb, or flat …_assignsubmission_file_name.ipynb
Gradescope   submission_12345/name.ipynb beside submission_metadata.yml
folders      ada/name.ipynb, ada/<assignment>/name.ipynb, <assignment>/ada/name.ipynb, ada.zip

The first three are as these platforms' own code and documentation have them.
"""

import datetime
import re
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import yaml

from autograder import unit
from autograder.archives import ARCHIVE, JUNK, Entry
from autograder.roster import Person, safe_id

CANVAS = re.compile(
    r"(?:(?P<anonymous>anon(?:ymous)?)_(?P<code>[0-9a-z]+)|(?P<name>[\w'\u2019.-]+?)(?P<late>_late)?_(?P<user>\d+))"
    r"(?P<late2>_late)?_(?:question_\d+_)?(?P<file>\d+)_(?P<rest>.+)",
    re.IGNORECASE,
)
CANVAS_TEXT = re.compile(
    r"(?P<name>[\w'\u2019.-]+?)(?P<late>_late)?_(?P<user>\d+)_(?P<rest>(?:\d+_)?(?:text|link)\.html)", re.I
)
MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?", re.DOTALL
)
METADATA = "submission_metadata.yml"
WRAPPERS = ("submitted", "submissions", "notebooks")
EXPORT_SPAN = datetime.timedelta(minutes=15)  # a platform writes an archive of many students within that time


@dataclass(frozen=True)
class Handed:
    """A file that was handed in.

    student: the id in nbgrader, once it is known; path: from the student's folder on; source: where it comes from,
    to be shown; person: whose it is, as the platform says it; time, clock: when it was handed in (UTC or None) and
    whose clock says so; late: what the platform says of that, or None; number: higher for later uploads, or None.
    """

    path: PurePosixPath
    source: str
    entry: Entry
    person: Person = field(default_factory=Person)
    platform: str = ""
    student: str = ""
    time: datetime.datetime | None = None
    clock: str = ""
    late: bool | None = None
    number: int | None = None
    problem: str = ""

    def read(self):
        """The content in bytes."""
        return self.entry.read()

    @property
    def place(self):
        """The path from the assignment's folder on, or None where no folder has an assignment's name."""
        parts = self.path.parts
        return next((parts[i:] for i, part in enumerate(parts[:-1]) if part in unit.assignments()), None)


def sort(entries, source, student=None):
    """The Handed files of one source (a path that entries were read from); `student`: whose they all are."""
    files = [entry for entry in entries if not JUNK.search(entry.path.as_posix())]
    if student:
        return [_own(entry, source, Person(ids={"id": student})) for entry in files]
    metadata = {entry.path.parent: entry for entry in files if entry.path.name == METADATA}
    canvas = _canvas_folders(files)
    direct = {entry.path.parent for entry in files}
    found = []
    for entry in files:
        parents = entry.path.parents
        home = next((parent for parent in parents if parent in metadata), None)
        moodle = next((i for i, part in enumerate(entry.path.parts) if MOODLE.fullmatch(part)), None)
        flat = next((i for i in range(len(entry.path.parts)) if PurePosixPath(*entry.path.parts[:i]) in canvas), None)
        if home is not None:
            if entry is not metadata[home]:
                found += _gradescope(entry, source, home, metadata[home])
        elif moodle is not None:
            found.append(_moodle(entry, source, moodle))
        elif flat is not None and (handed := _canvas(entry, source, flat)):
            found.append(handed)
        else:
            found.append(_by_folder(entry, source, direct))
    return _times(found)


def _handed(entry, source, path, person, **more):
    where = source if PurePosixPath(source).name == entry.path.name else f"{source}/{entry.path}"
    values = {"time": entry.time, "clock": entry.clock, "problem": entry.problem} | more
    return Handed(PurePosixPath(path), where, entry, person, **values)


def _own(entry, source, person):
    return _handed(entry, source, _inside(entry.path.parts), person)


def _inside(parts):
    """A path without the folders that only wrap what a student handed in."""
    while len(parts) > 1 and (parts[0] in WRAPPERS or ARCHIVE.search(parts[0])):
        parts = parts[1:]
    return PurePosixPath(*parts)


# --- Canvas ------------------------------------------------------------------------------------------------


def _canvas_folders(files):
    """Folders in which most files, or archives, are called as Canvas calls them."""
    seen: dict = {}
    for entry in files:
        for i, part in enumerate(entry.path.parts):
            if i == len(entry.path.parts) - 1 or ARCHIVE.search(part):
                match = CANVAS.fullmatch(part) or CANVAS_TEXT.fullmatch(part)
                seen.setdefault(PurePosixPath(*entry.path.parts[:i]), {})[part] = bool(match)
    return {folder for folder, parts in seen.items() if sum(parts.values()) * 2 >= len(parts)}


def _canvas(entry, source, depth):
    part, rest = entry.path.parts[depth], entry.path.parts[depth + 1 :]
    match = CANVAS.fullmatch(part) or CANVAS_TEXT.fullmatch(part)
    if not match:
        return None
    found = match.groupdict()
    late = bool(found.get("late") or found.get("late2"))
    if found.get("anonymous"):
        person = Person(f"anonymous {found['code']}")
    else:
        person = Person(found["name"], {"canvas": found["user"]})
    number = int(found["file"]) if found.get("file") else None
    path = _inside((found["rest"], *rest))
    return _handed(entry, source, path, person, platform="Canvas", late=late, number=number)


# --- Moodle ------------------------------------------------------------------------------------------------


def _moodle(entry, source, depth):
    match = MOODLE.fullmatch(entry.path.parts[depth])
    rest = entry.path.parts[depth + 1 :]
    if match["rest"]:
        rest = (match["rest"], *rest)
    person = Person(match["name"].strip(), {"moodle": match["id"]} if match["id"] else {})
    return _handed(entry, source, _inside(rest or (entry.path.name,)), person, platform="Moodle")


# --- Gradescope --------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """YAML as Ruby writes it: its own kinds of values are read as plain ones."""


def _plain(loader, _, node):
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!ruby/", _plain)
_metadata_of: dict = {}


def _gradescope(entry, source, home, metadata):
    """One Handed file for each submitter, since groups hand in together."""
    parts = entry.path.relative_to(home).parts
    record = _submissions(metadata).get(parts[0])
    if len(parts) < 2 or not isinstance(record, dict):
        why = f"{METADATA} does not say whose it is; collect it alone, with --student"
        return [_handed(entry, source, parts[-1], Person(), platform="Gradescope", problem=entry.problem or why)]
    time = record.get("created_at")
    more = {"platform": "Gradescope"}
    if isinstance(time, datetime.datetime):
        time = time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
        more |= {"time": time.astimezone(datetime.UTC), "clock": "Gradescope's time"}
    people = [
        Person(
            str(who.get("name") or ""),
            {kind: str(who[key]) for kind, key in (("sis", "sid"), ("email", "email")) if who.get(key)},
        )
        for who in record.get("submitters") or ()
        if isinstance(who, dict)
    ]
    return [_handed(entry, source, _inside(parts[1:]), person, **more) for person in people or [Person()]]


def _submissions(entry):
    """{folder: record} of the metadata, with keys as plain text."""
    key = id(entry)
    if key not in _metadata_of:
        _metadata_of.clear()
        try:
            loaded = yaml.load(entry.read(), _Loader)
        except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
            loaded = None
        _metadata_of[key] = _without_colons(loaded) if isinstance(loaded, dict) else {}
    return _metadata_of[key]


def _without_colons(value):
    if isinstance(value, dict):
        return {str(key).lstrip(":"): _without_colons(item) for key, item in value.items()}
    return [_without_colons(item) for item in value] if isinstance(value, list) else value


# --- folders -----------------------------------------------------------------------------------------------


def _by_folder(entry, source, direct):
    """A file in the folder of a student, whose name is the student's id. direct: folders with files in them."""
    parts = entry.path.parts
    known = unit.assignments()
    while len(parts) > 1 and (parts[0] in WRAPPERS or parts[0] == stem(source)) and parts[0] not in known:
        parts = parts[1:]
    if len(parts) > 1 and parts[0] in known:
        own = PurePosixPath(*entry.path.parts[: len(entry.path.parts) - len(parts) + 1])
        if len(parts) > 2 and own not in direct:
            parts = (parts[1], parts[0], *parts[2:])  # <assignment>/<student>/<file>
        else:
            return _handed(entry, source, PurePosixPath(*parts), Person())
    if len(parts) == 1:
        return _handed(entry, source, PurePosixPath(*parts), Person())
    owner = stem(parts[0])
    if owner in known:  # an archive of one assignment that lies in nobody's folder
        return _handed(entry, source, _inside(parts), Person())
    return _handed(entry, source, _inside(parts[1:]), Person(ids={"id": owner}), platform="folder")


def stem(path):
    return ARCHIVE.sub("", PurePosixPath(path).name)


def student_id(person):
    """The id of a person where there is no roster: that of the folder, else one made from the name and the number."""
    if "id" in person.ids:
        return person.ids["id"]
    number = next((person.ids[kind] for kind in ("sis", "canvas", "moodle") if kind in person.ids), "")
    if not number and "email" in person.ids:
        return safe_id(person.ids["email"].partition("@")[0])
    return safe_id(person.name, number)


# --- times -------------------------------------------------------------------------------------------------


def _times(found):
    """Times as far as they tell when something was handed in, and Canvas's marks as far as they mean something.

    Platforms may write every file of an archive with the time of the download: such times say nothing. Where Canvas
    marks no file as late, it may just not know when the work was due.
    """
    for platform in ("Canvas", "Moodle"):
        mine = [h for h in found if h.platform == platform]
        times = [h.time for h in mine if h.time]
        people = {(h.person.name, *h.person.ids.values()) for h in mine}
        if len(people) > 2 and times and max(times) - min(times) <= EXPORT_SPAN:
            why = "unknown: the archive has only the time of its download"
            found = [replace(h, time=None, clock=why) if h.platform == platform else h for h in found]
    if not any(h.late for h in found):
        found = [replace(h, late=None) for h in found]
    return found
