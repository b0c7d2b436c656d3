"""From what was handed in, as folders, single files or zip archives, to nbgrader's folder `submitted/`.

    <student>/<file>  or  <student>/<assignment>/<file>   →   submitted/<student>/<assignment>/<file>

Notebooks are known by their name, else by their content. Word documents are read for answers to 3.6, which go into its
notebook. Nothing is overwritten unless it is asked for, and every file gets a line that says what became of it.
"""

import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder import unit, written
from autograder.word import DAMAGE

FILE_LIMIT = 50 * 2**20  # bytes of a file
STUDENT_LIMIT = 200 * 2**20  # bytes of all files of one student
TOTAL_LIMIT = 2 * 2**30  # bytes of an archive, unpacked
COUNT_LIMIT = 20_000  # files of a folder or an archive
DOCUMENTS = {".docx", ".doc", ".odt", ".pdf", ".rtf", ".pages"}
ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"}
JUNK = re.compile(r"(^|/)(\.|~\$|__MACOSX/|Thumbs\.db$|desktop\.ini$)")  # made by systems, not by students
COPY = re.compile(r"(?:[ _-]*\(\d+\)|[ _-]+copy(?:[ _-]*\d+)?)+$", re.IGNORECASE)
STUDENT = r"""[^\x00-\x1f/\\:*?"<>|.][^\x00-\x1f/\\:*?"<>|]{0,99}"""  # a plain folder name on every system
TAKEN, KNOWN, NEEDLESS, LEFT = "taken", "already there", "not needed", "left out"


class Refused(ValueError):
    """A source that nothing is taken from; the message says why."""


@dataclass(frozen=True)
class Handed:
    """A file that was handed in. path: from the student's folder on; source: where it comes from, to be shown."""

    student: str
    path: PurePosixPath
    source: str
    read: Callable

    @property
    def place(self):
        """The path from the assignment's folder on, or None where no folder has an assignment's name."""
        parts = self.path.parts
        return next((parts[i:] for i, part in enumerate(parts[:-1]) if part in unit.assignments()), None)


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


def collect(paths, course, student=None, replace=False):
    """Put what was handed in into `course/submitted/`; returns an Outcome for every file. Raises Refused."""
    files = [handed for path in paths for handed in find(Path(path), student)]
    outcomes = []
    for name in sorted({handed.student for handed in files}):
        mine = [handed for handed in files if handed.student == name]
        if re.fullmatch(STUDENT, name):
            outcomes += _collect_student(mine, Path(course, "submitted", name), replace)
        else:
            why = f"a student can't be called {name!r}" if name else "it lies in no student's folder; use --student"
            outcomes += [Outcome(handed, LEFT, notes=(why,)) for handed in mine]
    return outcomes


# --- what there is -----------------------------------------------------------------------------------------


def find(path, student=None):
    """The files that were handed in at a path: a folder, a zip archive, or one file of the `student`."""
    if path.is_dir():
        listed = _in_folder(path)
    elif path.suffix.lower() == ".zip":
        listed = _in_archive(path)
    elif path.is_file():
        if not student:
            raise Refused(f"Whose file is {path}? Name the student with --student, or collect a folder of students.")
        listed = [(PurePosixPath(path.name), lambda: _read_limited(path.open("rb")))]
    else:
        raise Refused(f"There is no file or folder {path}.")
    found = []
    for inner, read in listed:
        parts = inner.parts
        while not student and len(parts) > 2 and parts[0] in ("submitted", path.stem):
            parts = parts[1:]
        owner, rest = (student, parts) if student else (parts[0], parts[1:])
        if JUNK.search(inner.as_posix()):
            continue
        if not rest:
            owner, rest = "", parts
        source = path if path.is_file() and inner.name == path.name else path / inner
        found.append(Handed(owner, PurePosixPath(*rest), str(source), read))
    return found


def _in_folder(folder):
    """Regular files below a folder; links are not followed, since they may point anywhere."""
    listed = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            listed.append(
                (PurePosixPath(path.relative_to(folder).as_posix()), lambda p=path: _read_limited(p.open("rb")))
            )
        if len(listed) > COUNT_LIMIT:
            raise Refused(f"{folder} holds more than {COUNT_LIMIT} files. Is it the right folder?")
    return listed


def _in_archive(path):
    """The files of a zip archive; one with unsafe paths, links or a suspicious size is refused as a whole."""
    try:
        archive = zipfile.ZipFile(path)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except DAMAGE as problem:
        raise Refused(f"{path} can't be read as a zip archive: {problem}.") from None
    if len(entries) > COUNT_LIMIT or sum(entry.file_size for entry in entries) > TOTAL_LIMIT:
        raise Refused(f"{path} is refused: it unpacks to more than {COUNT_LIMIT} files or {TOTAL_LIMIT // 2**30} GB.")
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        unsafe = name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\x00" in name
        if unsafe or stat.S_ISLNK(entry.external_attr >> 16):
            kind = "an unsafe path" if unsafe else "a link"
            raise Refused(f"{path} is refused: it holds {kind}, {entry.orig_filename!r}. Nothing was taken from it.")
    return [
        (PurePosixPath(entry.filename.replace("\\", "/")), lambda e=entry: _read_limited(archive.open(e)))
        for entry in sorted(entries, key=lambda entry: entry.filename)
    ]


def _read_limited(file):
    with file:
        content = file.read(FILE_LIMIT + 1)
    if len(content) > FILE_LIMIT:
        raise Refused(f"larger than {FILE_LIMIT // 2**20} MB")
    return content


# --- where it belongs --------------------------------------------------------------------------------------


def find_book(name, content):
    """The unit's notebook that a file is, by its name, else by the marks in its content; or None."""
    stem = COPY.sub("", PurePosixPath(name).stem)
    named = [book for book in unit.notebooks() if book.assignment and book.name == stem]
    if named:
        return named[0]
    shares = {}
    for book in unit.notebooks():
        marks = [f'"{cell.id}"'.encode() for cell in book.cells if cell.role in ("answer", "check", "written")]
        if book.assignment and marks:
            shares[book] = sum(mark in content for mark in marks) / len(marks)
    best = max(shares, key=shares.get)
    return best if shares[best] > 0.5 else None


def _collect_student(files, folder, replace):
    """The Outcomes of one student's files: notebooks and others first, then documents, which fill a notebook."""
    outcomes, wanted, documents, size = [], {}, [], 0
    for handed in sorted(files, key=lambda handed: (COPY.search(handed.path.stem) is not None, handed.path)):
        try:
            content = handed.read()
            size += len(content)
            if size > STUDENT_LIMIT:
                raise Refused(f"the student's files are larger than {STUDENT_LIMIT // 2**20} MB together")
        except DAMAGE as problem:
            outcomes.append(Outcome(handed, LEFT, notes=(f"it can't be read: {problem}",)))
            continue
        if _is_document(handed):
            documents.append((handed, content))
            continue
        target, state, why = _target(handed, content)
        if target in wanted:
            same = wanted[target][1] == content
            first = wanted[target][0].path
            state, why = (NEEDLESS, f"the same as {first}") if same else (LEFT, f"{first} was taken for it")
        if state == TAKEN:
            wanted[target] = (handed, content)
        else:
            outcomes.append(Outcome(handed, state, target, (why,)))
    outcomes += _take_documents(documents, wanted, folder, replace)
    outcomes += [_put(handed, content, folder, target, replace) for target, (handed, content) in wanted.items()]
    return sorted(outcomes, key=lambda outcome: outcome.handed.source)


def _is_document(handed):
    """True for what may hold the answers to 3.6: Word documents, and other documents where those are due."""
    suffix = handed.path.suffix.lower()
    due = handed.place is None or handed.place[0] == written.notebook().assignment
    return suffix == ".docx" or (suffix in DOCUMENTS and due)


def _target(handed, content):
    """Where a file belongs, from the student's folder on, whether it is taken, and if not, why."""
    suffix = handed.path.suffix.lower()
    if suffix == ".ipynb":
        book = find_book(handed.path.name, content)
        if book:
            return f"{book.assignment}/{book.name}.ipynb", TAKEN, ""
        if handed.path.stem in {book.name for book in unit.notebooks()}:
            return "", NEEDLESS, "it is a page to read"
        return "", LEFT, "it is no notebook of the unit"
    if handed.place and suffix not in ARCHIVES:  # a notebook may read what lies beside it
        return "/".join(handed.place), TAKEN, ""
    return "", LEFT, "it is an archive in an archive or folder" if suffix in ARCHIVES else "it belongs to no assignment"


def _take_documents(documents, wanted, folder, replace):
    """Put the answers of documents into the notebook of 3.6, and the documents beside it."""
    book = written.notebook()
    target = f"{book.assignment}/{book.name}.ipynb"
    before = folder / target
    handed_in = wanted.pop(target, None)
    content = handed_in[1] if handed_in else before.read_bytes() if before.is_file() else None
    outcomes = []
    for handed, document in documents:
        copy = f"{book.assignment}/{handed.path.name}"
        try:
            answers = written.read_answers(document)
            previous = written.read_answers(folder / copy) if replace and (folder / copy).is_file() else None
        except written.Unreadable as problem:
            outcomes.append(Outcome(handed, LEFT, notes=(str(problem),)))
            continue
        if not answers.found:
            outcomes.append(Outcome(handed, LEFT, notes=("no answer to a question of 3.6 was found",), answers=answers))
            continue
        outcome = _put(handed, document, folder, copy, replace)
        if outcome.state != LEFT:
            content, notes = written.insert(answers, content, previous)
            outcome = Outcome(handed, outcome.state, target, (*answers.notes, *notes), answers)
        outcomes.append(outcome)
    if handed_in:
        outcomes.append(_put(handed_in[0], content, folder, target, replace))
    elif content is not None:  # what was collected before is only added to
        _put(None, content, folder, target, replace=True)
    return outcomes


def _put(handed, content, folder, target, replace):
    """Write one file, unless another one is there already."""
    path = folder / target
    try:
        if path.is_file() and path.read_bytes() == content:
            return Outcome(handed, KNOWN, target)
        if path.exists() and not replace:
            return Outcome(handed, LEFT, target, ("another one was collected before; --replace takes this one",))
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.part")
        scratch.write_bytes(content)
        scratch.replace(path)
    except OSError as problem:
        return Outcome(handed, LEFT, target, (f"it can't be written: {problem.strerror}",))
    return Outcome(handed, TAKEN, target)
