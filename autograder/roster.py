"""The class list: which student a file, a name or a number of a learning platform belongs to.

A roster is any CSV file with a row for each student: one's own, nbgrader's, Canvas's gradebook export or Moodle's
grading worksheet. Its columns are known by their usual names.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

# What a column holds, by its name in small letters without spaces and signs. The first kinds make the better name.
COLUMNS = {
    "id": "studentid nbgraderid id",
    "login": "sisloginid loginid login username userid netid unikey user account",
    "sis": "sisuserid sisid sid idnumber studentnumber matriculationnumber matrikelnummer universityid orgdefinedid",
    "email": "emailaddress email mail studentemail",
    "canvas": "canvasid canvasuserid lmsuserid",
    "moodle": "identifier moodleid participant participantid",
    "name": "fullname name student studentname displayname sortablename",
    "first": "firstname first givenname forename vorname",
    "last": "lastname last surname familyname nachname",
}
KINDS = {word: kind for kind, words in COLUMNS.items() for word in words.split()}
IDENTIFIERS = ("id", "login", "sis", "email", "canvas", "moodle")
NUMBERS = ("canvas", "moodle")  # a platform's own: they say nothing where the roster has no column of theirs
STABLE = "canvas"  # Moodle's are other ones in each assignment
NAME_LIMIT = 100
APOSTROPHES = {ord(c): None for c in "'\u2019\u02bc`"}
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,99}")


class BadRoster(ValueError):
    """A class list that can't be used; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Person:
    """Whom a file or a row belongs to, as a platform says it. ids: {kind: value}, kinds as in IDENTIFIERS."""

    name: str = ""
    ids: dict = field(default_factory=dict, hash=False)

    @property
    def label(self):
        """How the person is shown."""
        return self.name or next(iter(self.ids.values()), "")


@dataclass(frozen=True)
class Student:
    """A student of the course: the id in nbgrader, the name, and the other ids."""

    id: str
    name: str = ""
    ids: dict = field(default_factory=dict, hash=False)


class Roster:
    """Students, to be found by any id or by name."""

    def __init__(self, students):
        self.students = list(students)
        self._ids: dict = {}
        self._names: dict = {}
        for student in self.students:
            for value in {student.id, *student.ids.values(), *_local_part(student.ids.get("email"))}:
                self._ids.setdefault(fold(value), set()).add(student.id)
            for key in name_keys(student.name):
                self._names.setdefault(key, set()).add(student.id)
        self._by_id = {student.id: student for student in self.students}

    def find(self, person):
        """(Student, "") for a Person, or (None, why not)."""
        kinds = [("id", person.name), *person.ids.items()]
        for kind, value in sorted(kinds, key=lambda item: IDENTIFIERS.index(item[0])):
            same_kind = [s for s in self.students if value and fold(s.ids.get(kind, "")) == fold(value)]
            if len(same_kind) == 1:
                return same_kind[0], ""
        for kind, value in kinds:
            found = self._ids.get(fold(value), set()) if value and kind not in NUMBERS else set()
            if len(found) == 1:
                return self._by_id[next(iter(found))], ""
        called = set().union(*(self._names.get(key, set()) for key in name_keys(person.name)))
        found = {i for i in called if _may_be(self._by_id[i], person)}
        if len(found) == 1:
            return self._by_id[next(iter(found))], ""
        for kind, value in person.ids.items():
            nameless = {i for i in self._ids.get(fold(value), ()) if kind in NUMBERS and not self._by_id[i].name}
            if len(nameless) == 1:
                return self._by_id[next(iter(nameless))], ""
        if found:
            several = f"{person.label!r} fits several students of the roster: {', '.join(sorted(found))}"
            return None, f"{several}; give them the platform's numbers there, or use --student"
        if called:
            return None, f"{person.label!r} has another number in the roster, where {', '.join(sorted(called))} is"
        return None, f"{person.label!r} is not in the roster; add a row, or use --student"


def _may_be(student, person):
    """False for somebody of the same name: Canvas's numbers of people stay, and theirs is another one."""
    theirs = student.ids.get(STABLE)
    return not theirs or person.ids.get(STABLE, theirs) == theirs


def read(path):
    """The Roster in a CSV file. Raises BadRoster."""
    header, rows = read_table(path, BadRoster)
    kinds = [_kind(name, header) for name in header]
    if not any(kind in IDENTIFIERS for kind in kinds):
        raise BadRoster(
            f"{path} has no column that tells students apart. Its columns are: {', '.join(header) or 'none'}. "
            "Name one of them id, login, email, sis id or canvas id."
        )
    students = {}
    for number, row in rows:
        values = {k: v.strip() for k, v in zip(kinds, row, strict=False) if k and v.strip()}
        if not values or values.get("name", "").lower() in ("points possible", "student, test", "test student"):
            continue
        student = _student(values)
        if student is None:
            continue  # such as Canvas's row about posting
        if student.id in students:
            raise BadRoster(f"{path}, line {number}: {student.id!r} is there twice. Each student has one row.")
        students[student.id] = student
    if not students:
        raise BadRoster(f"{path} lists no students.")
    return Roster(students.values())


def _kind(name, header):
    word = re.sub(r"[^a-z0-9]", "", name.lower())
    canvas = any(re.sub(r"[^a-z0-9]", "", other.lower()) in ("sisloginid", "sisuserid") for other in header)
    return "canvas" if word == "id" and canvas else KINDS.get(word)


def _student(values):
    name = values.get("name") or " ".join(filter(None, (values.get("first"), values.get("last"))))
    ids = {kind: values[kind] for kind in IDENTIFIERS if kind in values}
    if "moodle" in ids:
        ids["moodle"] = re.sub(r"\D", "", ids["moodle"]) or ids["moodle"]
    for kind in ("id", "login", "sis", "email"):
        value = next(iter(_local_part(ids.get(kind))), ids.get(kind)) if kind == "email" else ids.get(kind)
        if value and SAFE.fullmatch(value):
            return Student(value, name, ids)
    number = ids.get("canvas") or ids.get("moodle")
    return Student(safe_id(name, number or next(iter(ids.values()))), name, ids) if ids else None


def _local_part(address):
    return {address.partition("@")[0]} if address and "@" in address else set()


def read_table(path, error=ValueError):
    """(header, [(line number, row)]) of a CSV file in any usual encoding, parted by commas, semicolons or tabs."""
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise error(f"{path} can't be read: {problem.strerror}.") from None
    if content[:2] == b"PK":
        raise error(f"{path} is a workbook or an archive. Save it as CSV (UTF-8) first.")
    text = decode(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise error(f"{path} is no CSV file: {problem}.") from None
    if not rows:
        raise error(f"{path} is empty.")
    return [cell.strip() for cell in rows[0][1]], rows[1:]


def decode(content):
    """Text from the bytes of a table, whatever program wrote it."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def fold(text):
    """Text for comparing: without accents, capitals, and the ways to write the same letter."""
    plain = unicodedata.normalize("NFKD", str(text))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()


def name_keys(name):
    """A name as platforms squeeze it ("Lovelace, Ada" → "lovelaceada"), in every order of its parts that they use."""
    words = re.findall(r"\w+", fold(name).translate(APOSTROPHES).replace("_", " "))
    return {"".join(words[i:] + words[:i]) for i in range(len(words))}


def safe_id(name, number=""):
    """A folder name that is the same for the same person each time: letters, digits and _ only."""
    words = re.sub(r"[^a-z0-9]+", "_", fold(name).encode("ascii", "ignore").decode()).strip("_")
    end = re.sub(r"[^A-Za-z0-9]+", "_", str(number)).strip("_")
    return "_".join(filter(None, (words[: NAME_LIMIT - len(end) - 1], end)))[:NAME_LIMIT]
