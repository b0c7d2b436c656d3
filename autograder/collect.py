"""From what was handed in, in whatever archive or folder, to nbgrader's folder `submitted/`.

    archives: entries  →  layouts: whose they are  →  roster: ids  →  here: which notebook, which version, written down

A notebook is known by its content, else by its name. Of several versions the last counts, or the first where the
notebook is handed in once (see `unit`). Word documents are read for answers to 3.6, which go into its notebook.
Nothing is overwritten in silence: what gives way is kept in `earlier/`, and every file gets a line that says what
became of it. When each notebook was handed in is kept in `collected.json`.
"""

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from autograder import archives, layouts, submission, unit, written
from autograder.archives import DAMAGE, FILE_LIMIT, FILE_TIME, Entry, Refused
from autograder.layouts import Handed
from autograder.roster import Person, Roster

STUDENT_LIMIT = 200 * 2**20  # bytes of all files of one student
RECORD, EARLIER, TIMESTAMP = "collected.json", "earlier", "timestamp.txt"
DOCUMENTS = {".docx", ".doc", ".odt", ".pdf", ".rtf", ".pages"}
TYPED = re.compile(r"(onlinetext|text|link)\.html$", re.IGNORECASE)  # what was typed into the platform
VERSION = re.compile(r"(?:-(\d+)|[ _-]*\((\d+)\))$")  # as platforms and browsers number files of the same name
DUPLICATE = re.compile(r"(?:-Copy\d+|[ _-]+copy(?:[ _-]*\d+)?)$", re.IGNORECASE)  # a copy that somebody made
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))*$", re.IGNORECASE)
STUDENT = r"""[^\x00-\x1f/\\:*?"<>|.][^\x00-\x1f/\\:*?"<>|]{0,99}"""  # a plain folder name on every system
TAKEN, KNOWN, NEEDLESS, OTHER, LEFT = "taken", "already there", "not needed", "not counted", "left out"


@dataclass(frozen=True)
class Outcome:
    """What became of a file. target: from the student's folder on; answers: what a document was found to answer."""

    handed: Handed
    state: str
    target: str = ""
    notes: tuple = ()
    answers: written.Answers | None = None

    @property
    def complete(self):
        """True when nothing of the file was left out; an unanswered question is the student's own choice."""
        return self.state != LEFT and not (self.answers and self.answers.lost)


@dataclass(frozen=True)
class Options:
    """How to collect. replace: take what differs from what was collected before; score: a function that gives the
    points of (book, content), so that the best version counts and not the last; zone: of times that name none."""

    replace: bool = False
    score: Callable | None = None
    zone: datetime.tzinfo = datetime.UTC


def collect(paths, course, student=None, replace=False, roster=None, score=None, zone=datetime.UTC):
    """Put what was handed in into `course/submitted/`; returns an Outcome for every file.

    student: whose files these all are, where nothing says it; roster: a roster.Roster; the rest as in Options.
    Raises Refused for a path that does not exist.
    """
    options = Options(replace, score, zone)
    handed, outcomes = [], []
    for path in map(Path, paths):
        if not path.exists():
            raise Refused(f"There is no file or folder {path}.")
    for path in map(Path, paths):
        try:
            handed += layouts.sort(archives.entries(path, zone), str(path), student)
        except Refused as problem:
            outcomes.append(Outcome(_whole(path), LEFT, notes=(str(problem).removeprefix(f"{path}: "),)))
    named = _name_students(handed, Path(course), roster, outcomes)
    record = Record(course)
    for name in sorted({h.student for h in named}):
        mine = [h for h in named if h.student == name]
        outcomes += _Student(Path(course), name, options, record).collect(mine)
    record.save()
    return sorted(outcomes, key=lambda o: (o.handed.student, o.handed.source))


def _whole(path):
    return Handed(PurePosixPath(path.name), str(path), Entry(PurePosixPath(path.name), bytes))


# --- whose it is -------------------------------------------------------------------------------------------


def _name_students(files, course, roster, outcomes):
    """The files with their students' ids; those of nobody known go to the outcomes."""
    there = {path.name.casefold(): path.name for path in Path(course, "submitted").glob("*") if path.is_dir()}
    named = []
    for handed in files:
        name, why = _student_of(handed, roster)
        name = there.setdefault(name.casefold(), name) if name else ""  # "Ada" is "ada" on many systems
        if not why and not re.fullmatch(STUDENT, name):
            why = f"a student can't be called {name!r}" if name else "it lies in no student's folder; use --student"
        if why:
            outcomes.append(Outcome(replace(handed, student=name or handed.person.label), LEFT, notes=(why,)))
        elif handed.problem:
            outcomes.append(Outcome(replace(handed, student=name), LEFT, notes=(handed.problem,)))
        else:
            named.append(replace(handed, student=name))
    return named


def _student_of(handed, roster):
    """(id, "") of the student who handed a file in, or ("", why there is none)."""
    person = handed.person
    if not (person.name or person.ids):
        if roster:  # the archive may be called after the student
            student, _ = roster.find(Person(layouts.stem(handed.source.partition(".zip")[0])))
            if student:
                return student.id, ""
        return "", handed.problem
    if isinstance(roster, Roster):
        student, why = roster.find(person)
        return (student.id, "") if student else ("", why)
    return layouts.student_id(person), ""


class Record:
    """When each notebook was handed in, and by what name a platform knows each student: `collected.json`."""

    def __init__(self, course):
        self.path = Path(course, RECORD)
        try:
            saved = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            saved = {}
        saved = saved if isinstance(saved, dict) else {}
        self.notebooks, self.students = saved.get("notebooks", {}), saved.get("students", {})

    def find(self, student, assignment, notebook):
        """What is known of a collected notebook: {"time": …, "clock": …, "late": …, "number": …, "source": …} or {}."""
        return self.notebooks.get(f"{student}/{assignment}/{notebook}", {})

    def time(self, student, assignment, notebook):
        """When a notebook was handed in, in UTC, or None."""
        row = self.find(student, assignment, notebook)
        return _time(row)

    def knows(self, student, assignment):
        """True when a file of the assignment was collected here, and not by nbgrader's exchange."""
        return any(name.startswith(f"{student}/{assignment}/") for name in self.notebooks)

    def note(self, handed, target):
        """Remember a file that was taken."""
        time = handed.time.isoformat() if handed.time else None
        self.notebooks[f"{handed.student}/{target.removesuffix('.ipynb')}"] = {
            "time": time,
            "clock": handed.clock,
            "late": handed.late,
            "number": handed.number,
            "source": handed.source,
        }
        known = self.students.setdefault(handed.student, {})
        known |= {key: value for key, value in (("name", handed.person.name), *handed.person.ids.items()) if value}

    def save(self):
        """Write the file, when there is something to write."""
        if self.notebooks:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"students": self.students, "notebooks": self.notebooks}, indent=1, ensure_ascii=False)
            _write(self.path, text.encode())


# --- where it belongs --------------------------------------------------------------------------------------


def find_book(name, content):
    """The unit's notebook that a file is, by the marks in its content, else by its name; or None."""
    stem = stem_of(name)
    named = next(
        (book for book in unit.notebooks() if book.assignment and book.name.casefold() == stem.casefold()), None
    )
    shares = {book: _share(book, content) for book in unit.notebooks() if book.assignment}
    best = max(shares, key=shares.get)
    if named and (shares[named] or shares[best] <= 0.5):
        return named
    return best if shares[best] > 0.5 else None


def _share(book, content):
    """The share of a notebook's own cells that are marked in the content of a file."""
    names = [cell.id for cell in book.cells if cell.role in ("answer", "check", "written")]
    checks = [cell.name for cell in book.cells if cell.role == "check"]
    ids = sum(f'"{name}"'.encode() in content for name in names) / max(len(names), 1)
    asked = sum(f'check(\\"{name}\\")'.encode() in content for name in checks) / max(len(checks), 1)
    return max(ids, asked)


def stem_of(name):
    """The name of a file without its endings and the numbers of its versions."""
    stem = NOTEBOOK.sub("", PurePosixPath(name).name)
    stem = PurePosixPath(stem).stem if stem == PurePosixPath(name).name else stem
    while (shorter := DUPLICATE.sub("", VERSION.sub("", stem))) != stem:
        stem = shorter
    return stem


def version_of(name):
    """The number that was put behind a file's name: 0 where there is none."""
    found = VERSION.search(NOTEBOOK.sub("", name).removesuffix(PurePosixPath(name).suffix))
    return int(found[1] or found[2]) if found else 0


class _Student:
    """The files of one student on their way into `submitted/`."""

    def __init__(self, course, name, options, record):
        self.course, self.name, self.options, self.record = course, name, options, record
        self.folder = course / "submitted" / name
        self.outcomes: list = []

    def collect(self, files):
        """The Outcomes of the files: notebooks and others first, then documents, which fill a notebook."""
        targets, documents, stamps = {}, [], {}
        for handed, content in self._read(files):
            suffix = handed.path.suffix.lower()
            due = handed.place is None or handed.place[0] == written.notebook().assignment
            if handed.path.name == TIMESTAMP:
                stamps[handed.path.parent] = content
            elif suffix == ".docx" or (suffix in DOCUMENTS and due):
                documents.append((handed, content))
            else:
                target, state, why = _target(handed, content)
                if state == TAKEN:
                    targets.setdefault(target.casefold(), (target, []))[1].append((handed, content))
                else:
                    self._tell(handed, state, target, why)
        wanted = {}
        for target, versions in targets.values():
            wanted[target] = self._choose(target, [(_stamped(h, stamps), content) for h, content in versions])
        self._take_documents(documents, wanted)
        for target, chosen in wanted.items():
            if chosen:
                self._put(*chosen, target)
        self._stamp()
        return self.outcomes

    def _tell(self, handed, state, target="", *notes, answers=None):
        self.outcomes.append(Outcome(handed, state, target, tuple(filter(None, notes)), answers))

    def _read(self, files):
        size = 0
        for handed in sorted(files, key=lambda h: h.path):
            try:
                content = handed.read()
                size += len(content)
                if size > STUDENT_LIMIT:
                    raise Refused(f"the student's files are larger than {STUDENT_LIMIT // 2**20} MB together")
            except DAMAGE as problem:
                self._tell(handed, LEFT, "", f"it can't be read: {problem}")
            else:
                yield handed, content

    # --- versions ---

    def _choose(self, target, versions):
        """The version of a file that counts, as (handed, content), or None; the others are told of."""
        versions = self._without_copies(target, versions)
        book = book_of(target)
        if len(versions) > 1 and book:
            versions = self._readable(target, versions)
        if len(versions) == 1:
            return versions[0]
        ordered = sorted(versions, key=_in_time([h for h, _ in versions]))
        if book and self.options.score and book.submissions != "once":
            best = max(ordered, key=lambda version: self.options.score(book, version[1]))
            ordered = [*(v for v in ordered if v is not best), best]
            rule = "the best version counts"
        elif book and book.submissions == "once":
            ordered.reverse()
            rule = "it is handed in once: the first one counts"
        else:
            rule = "the last version counts"
        chosen = ordered[-1]
        for handed, _ in ordered[:-1]:
            self._tell(handed, OTHER, target, f"{rule}, {chosen[0].path.name}{_at(chosen[0])}")
        return chosen

    def _readable(self, target, versions):
        """The versions that can be read; all of them where none can, so that there is something to look at."""
        troubles = [submission.trouble(content) for _, content in versions]
        if all(troubles):
            return versions
        for (handed, _), why in zip(versions, troubles, strict=True):
            if why:
                self._tell(handed, LEFT, target, f"{why}, and another version can be read")
        return [version for version, why in zip(versions, troubles, strict=True) if not why]

    def _without_copies(self, target, versions):
        """Versions without repeats, and without copies that somebody made beside the file itself."""
        kept: list = []
        by_hand = [v for v in versions if DUPLICATE.search(NOTEBOOK.sub("", v[0].path.name))]
        first = [v for v in versions if v not in by_hand] or by_hand[:1]
        for handed, content in (*first, *(v for v in by_hand if v not in first)):
            same = next((h for h, other in kept if other == content), None)
            if same:
                self._tell(handed, NEEDLESS, target, f"the same as {same.path}")
            elif (handed, content) not in first:
                self._tell(handed, LEFT, target, f"{first[0][0].path} was taken for it")
            else:
                kept.append((handed, content))
        return kept

    def _against(self, handed, content, target):
        """What becomes of a file where another one was collected before, as (state, why): TAKEN when it replaces it."""
        book = book_of(target)
        before = self.record.find(self.name, *PurePosixPath(target).with_suffix("").parts) if book else {}
        if self.options.replace:
            return TAKEN, "it replaces the one collected before"
        old = (self.folder / target).read_bytes() if book else b""
        broken, was_broken = (submission.trouble(content), submission.trouble(old)) if book else ("", "")
        if broken and not was_broken:
            return LEFT, f"{broken}; the one collected before counts"
        if was_broken and not broken:
            return TAKEN, "the one collected before can't be read"
        if _is_once(target):
            if _order(handed, before) < 0:
                return TAKEN, f"it was handed in before the one collected{_said(before)}, and the first one counts"
            return OTHER, f"it is handed in once: the one collected before counts{_said(before)}; --replace takes this"
        if book and self.options.score:
            better = self.options.score(book, content) >= self.options.score(book, old)
            told = (TAKEN, "it earns more than the one before"), (OTHER, "the one collected before is better")
            return told[0] if better else told[1]
        if book and _order(handed, before) > 0:
            return TAKEN, f"it is later than the one collected before{_said(before)}"
        return LEFT, f"another one was collected before{_said(before)}; --replace takes this one"

    # --- writing ---

    def _put(self, handed, content, target, *notes, record=True):
        """Write one file, unless another one is there already that counts."""
        path = self.folder / target
        try:
            if path.is_file() and path.read_bytes() == content:
                self._tell(handed, KNOWN, target, *notes)
                return True
            if path.is_dir():
                self._tell(handed, LEFT, target, "a folder has its name")
                return False
            if path.exists():
                state, why = self._against(handed, content, target)
                if state != TAKEN:
                    self._tell(handed, state, target, why)
                    return False
                notes = (*notes, f"{why}, which is kept in {self._keep(target)}")
            _write(path, content)
        except OSError as problem:
            self._tell(handed, LEFT, target, f"it can't be written: {problem.strerror}")
            return False
        if target.endswith(".ipynb"):
            self.record.note(handed, target)
        marked = "marked as late" if handed.late else ""
        again = version_of(handed.path.name) if handed.platform == "Canvas" and _is_once(target) else 0
        first = f"upload number {again + 1} by its name: earlier ones are not in the archive" if again else ""
        book, called = book_of(target), ""
        if handed.path.name != path.name:
            other = book and stem_of(handed.path.name).casefold() != book.name.casefold()
            by_content = f"; its content is that of {book.name.partition('_')[0]}" if other else ""
            called = f"it was called {handed.path.name}{by_content}"
        unreadable = submission.trouble(content) if book else ""
        broken = f"{unreadable}: it will get no points; ask for it again" if unreadable else ""
        self._tell(handed, TAKEN, target, *notes, called, broken, marked, first)
        return True

    def _keep(self, target):
        """Move the file that gives way into `earlier/`; returns where it lies then, from the course on."""
        before = self.folder / target
        time = datetime.datetime.fromtimestamp(before.stat().st_mtime, datetime.UTC)
        for number in range(1000):
            name = f"{before.stem}.{time:%Y%m%dT%H%M%SZ}{f'-{number}' if number else ''}{before.suffix}"
            kept = self.course / EARLIER / self.name / PurePosixPath(target).parent / name
            if not kept.exists():
                break
        kept.parent.mkdir(parents=True, exist_ok=True)
        before.replace(kept)
        return kept.relative_to(self.course).as_posix()

    def _stamp(self):
        """nbgrader's timestamp.txt of each assignment: when its last notebook was handed in, in UTC."""
        for assignment in {o.target.partition("/")[0] for o in self.outcomes if o.state == TAKEN and o.target}:
            key = f"{self.name}/{assignment}/"
            times = [_time(row) for name, row in self.record.notebooks.items() if name.startswith(key)]
            if any(times):
                last = max(filter(None, times))
                _write(self.folder / assignment / TIMESTAMP, f"{last:%Y-%m-%d %H:%M:%S.%f} UTC".encode())

    # --- documents ---

    def _take_documents(self, documents, wanted):
        """Put the answers of documents into the notebook of 3.6, and the documents beside it."""
        book = written.notebook()
        target = f"{book.assignment}/{book.name}.ipynb"
        before = self.folder / target
        handed_in = wanted.get(target)
        content = handed_in[1] if handed_in else before.read_bytes() if before.is_file() else None
        filled = None
        for copy, handed, document in self._first_documents(documents, book.assignment):
            try:
                answers = written.read_answers(document)
                again = self.options.replace and (self.folder / copy).is_file()
                previous = written.read_answers(self.folder / copy) if again else None
            except written.Unreadable as problem:
                self._tell(handed, LEFT, "", str(problem))
                continue
            if not answers.found:
                self._tell(handed, LEFT, "", "no answer to a question of 3.6 was found", answers=answers)
                continue
            if self._put(handed, document, copy):
                told = self.outcomes.pop()
                content, notes = written.insert(answers, content, previous)
                self._tell(handed, told.state, target, *answers.notes, *notes, *told.notes, answers=answers)
                filled = handed
        if handed_in:
            wanted[target] = (handed_in[0], content)
        elif filled and (not before.is_file() or before.read_bytes() != content):
            _write(before, content)  # what was collected before is only added to
            self.record.note(filled, target)

    def _first_documents(self, documents, assignment):
        """(target, handed, content) of the documents that count: of several versions of one, the first."""
        groups: dict = {}
        for handed, content in documents:
            name = f"{stem_of(handed.path.name)}{handed.path.suffix.lower()}"
            groups.setdefault(name.casefold(), (f"{assignment}/{name}", []))[1].append((handed, content))
        for target, versions in groups.values():
            ordered = sorted(versions, key=_in_time([h for h, _ in versions]))
            for handed, content in ordered[1:]:
                same = content == ordered[0][1]
                why = "the same as" if same else "it is handed in once: the first one counts,"
                self._tell(handed, NEEDLESS if same else OTHER, target, f"{why} {ordered[0][0].path.name}")
            yield target, *ordered[0]


def _target(handed, content):
    """Where a file belongs, from the student's folder on, whether it is taken, and if not, why."""
    name = handed.path.name
    if NOTEBOOK.search(name):
        book = find_book(name, content)
        if book:
            return f"{book.assignment}/{book.name}.ipynb", TAKEN, ""
        if stem_of(name) in {book.name for book in unit.notebooks()}:
            return "", NEEDLESS, "it is a page to read"
        return "", LEFT, "it is no notebook of the unit"
    if TYPED.search(name) and handed.platform in ("Canvas", "Moodle"):
        empty = not re.sub(rb"<[^>]*>|&nbsp;|\s", b"", content)
        why = f"it was typed into {handed.platform}: please read it there"
        return ("", NEEDLESS, "it is empty") if empty else ("", LEFT, why)
    if handed.place:  # a notebook may read what lies beside it
        return "/".join(handed.place), TAKEN, ""
    if handed.path.suffix.lower() in (".html", ".py", ".pdf"):
        return "", LEFT, "it belongs to no assignment; if it is an export of a notebook, ask for the .ipynb"
    return "", LEFT, "it belongs to no assignment"


def book_of(target):
    """The unit's notebook that lies at a target, or None."""
    assignment, _, name = target.partition("/")
    books = unit.assignments().get(assignment, ())
    return next((book for book in books if f"{book.name}.ipynb" == name), None)


def _is_once(target):
    """True for notebooks that are handed in once, and for documents, which stand for one of them."""
    book = book_of(target)
    return target.endswith(".docx") or bool(book and book.submissions == "once")


# --- times -------------------------------------------------------------------------------------------------


def _in_time(files):
    """A sort key of (handed, content): by the platform's number of the upload, else by time and by the name's."""
    if all(h.number is not None for h in files):
        return lambda version: (version[0].number, version[0].path.name)
    start = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    return lambda version: (version[0].time or start, version_of(version[0].path.name), version[0].path.name)


def _order(handed, before):
    """1 when a file was handed in after the one of a record, -1 when before it, 0 when nobody can tell."""
    if handed.number is not None and before.get("number") is not None:
        here, there = handed.number, before["number"]
    elif handed.time and before.get("time"):
        here, there = handed.time, datetime.datetime.fromisoformat(before["time"])
    else:
        return 0
    return (here > there) - (here < there)


def _stamped(handed, stamps):
    """A file with the time that nbgrader's timestamp.txt beside it says, where there is one."""
    content = stamps.get(handed.path.parent)
    if content is None:
        return handed
    from nbgrader.utils import parse_utc

    try:
        time = parse_utc(content.decode("utf-8", "replace").strip())
    except (ValueError, OverflowError):
        return handed
    return replace(handed, time=time.replace(tzinfo=datetime.UTC), clock=TIMESTAMP)


def _time(row):
    """When a notebook of the record was handed in; the time of a file that lay about in a folder does not say it."""
    known = row.get("time") and row.get("clock") != FILE_TIME
    return datetime.datetime.fromisoformat(row["time"]) if known else None


def _at(handed):
    return f" on {handed.time:%Y-%m-%d %H:%M:%S} UTC ({handed.clock})" if handed.time else ""


def _said(before):
    return f" ({before['time'][:16].replace('T', ' ')} UTC)" if before.get("time") else ""


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_bytes(content)
    scratch.replace(path)


__all__ = ["FILE_LIMIT", "Outcome", "Record", "Refused", "collect", "find_book"]
