"""Grade a course: every submission is rebuilt, played in its own process, judged from outside and recorded."""

import errno
import hashlib
import itertools
import json
import os
import shutil
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field, replace
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from autograder import build, engine, gradebook, inert, judge, tasks, unit, written
from autograder.submission import rebuild
from workbook import plain
from workbook.card import Card
from workbook.ladder import Rung, Verdict

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # what fails for one submission fails for all
RESULTS = "verdicts.json"  # beside the executed notebooks: what the gradebook has no place for
LIMITS = engine.Limits()
NOT_HANDED_IN = "not handed in"
TIMESTAMP = "timestamp.txt"  # nbgrader's: when a submission was handed in
NOT_READ = (".ipynb", ".docx", ".doc", ".odt", ".pdf")  # files that no cell reads
FILE_LIMIT = 50 * 2**20  # bytes of a handed-in file that are read, and of all that are laid beside a notebook
FILES_LIMIT = 20  # files that are laid beside a notebook


class Stopped(RuntimeError):
    """The run can't go on; what was graded until then is recorded. The message says what to do."""


@dataclass(frozen=True)
class Folder:
    """What one student handed in for one assignment."""

    student: str
    assignment: str
    path: Path


@dataclass
class Graded:
    """The result of one Folder. books: {notebook name: BookResult}. unchanged: it was graded before as it is.

    mark: the fingerprint of what it was graded from; before: the (Graded, mark) of the last time, where it was graded
    anew.
    """

    folder: Folder
    books: dict = field(default_factory=dict)
    seconds: float = 0.0
    unchanged: bool = False
    failure: str = ""
    mark: dict | None = None
    before: tuple | None = None

    @property
    def score(self):
        return sum(v.score for book in self.books.values() for v in book.verdicts.values())

    @property
    def points(self):
        return sum(v.points for book in self.books.values() for v in book.verdicts.values())

    def notes(self):
        """What a person should know: repairs and limits, with the notebook where there are several."""
        several = len(self.books) > 1
        return [
            f"{name.split('_')[0]}: {text}" if several else text
            for name, book in self.books.items()
            for text in (*book.repairs, *book.events)
        ]


@dataclass
class BookResult:
    """One notebook: verdicts by task, repairs and events in words, and the executed notebook."""

    verdicts: dict
    repairs: list
    events: list
    written: dict
    executed: dict | None = None


# --- what there is to grade --------------------------------------------------------------------------------


def find_folders(course, assignments=None):
    """The submissions in `course/submitted/<student>/<assignment>/`, sorted."""
    wanted = list(unit.assignments()) if not assignments else [unit.find_assignment(name) for name in assignments]
    root = Path(course, "submitted")
    if not root.is_dir():
        raise FileNotFoundError(
            f"There is no folder {root}. A course folder holds submitted/<student>/<assignment>/<notebook>.ipynb: "
            "name it with --course, or fill it from a download with `autograder collect`."
        )
    folders = [Folder(path.parent.name, path.name, path) for path in root.glob("*/*") if _is_own_folder(path)]
    return sorted((f for f in folders if f.assignment in wanted), key=lambda f: (f.assignment, f.student))


def _is_own_folder(path):
    """True for a real folder of a student with a legal name: one behind a link may be another student's."""
    linked = path.is_symlink() or path.parent.is_symlink()
    return path.is_dir() and not linked and plain.legal(path) == str(path)


def unknown_folders(course):
    """Folders in submitted/ that belong to no assignment of the unit or are links: nobody should overlook them."""
    known = set(unit.assignments())
    every = (path for path in Path(course, "submitted").glob("*/*") if path.is_dir())
    return sorted(path for path in every if path.name not in known or not _is_own_folder(path))


def graded_books(assignment):
    """Notebooks of an assignment that carry points."""
    return [book for book in unit.assignments()[assignment] if scored_tasks(book) or book.tasks("written")]


def scored_tasks(book):
    """The tasks of a notebook that are graded automatically."""
    return [tasks.find(name) for name in book.tasks() if tasks.find(name).graded]


def fingerprint(folder, seed, limits):
    """Hashes of everything that a grade depends on: the files, the unit, the program, and the settings."""
    digest = hashlib.sha256()
    for path in _files(folder.path):
        digest.update(os.fsencode(path.relative_to(folder.path)))
        digest.update(_read(path))
    settings = hashlib.sha256(f"{seed}|{limits}".encode()).hexdigest()
    return {"submission": digest.hexdigest(), **_product_hashes(), "settings": settings}


def product_hash():
    """A hash of everything in this product that a grade depends on."""
    return hashlib.sha256(json.dumps(_product_hashes(), sort_keys=True).encode()).hexdigest()


@cache
def _product_hashes():
    """Hashes of the unit (tasks, solutions, rubrics, data) and of the program that grades it."""
    package = Path(__file__).parent
    unit_files = [*unit.SOLUTIONS.rglob("*.py"), *(package / "tasks").rglob("*.py")]
    unit_files += [*(unit.ROOT / "docs" / "rubrics").glob("*.md"), *(unit.ROOT / "data").glob("*.csv")]
    program = {*package.rglob("*.py"), *(unit.ROOT / "workbook").rglob("*.py")} - set(unit_files)
    return {"unit": _hash_of(unit_files), "program": _hash_of(program)}


def _hash_of(paths):
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(path):
    """Regular files of a submission; links are not followed, since they may point anywhere."""
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())


def _read(path):
    with path.open("rb") as file:
        return file.read(FILE_LIMIT)


def _find_file(folder, book, books):
    """The handed-in file for a notebook: by its name, else the one notebook whose content fits best; or None."""
    exact = folder.path / f"{book.name}.ipynb"
    if exact.is_file() and not exact.is_symlink():
        return exact
    names = {f"{other.name}.ipynb" for other in books}
    marks = [cell.id.encode() for cell in book.cells if cell.role in ("answer", "check", "written")]
    fits = {
        path: sum(mark in content for mark in marks)
        for path in _files(folder.path)
        if path.suffix == ".ipynb" and path.name not in names and (content := _read(path))
    }
    best = max(fits, key=fits.get, default=None)
    return best if best is not None and fits[best] > len(marks) / 2 else None


# --- one submission ----------------------------------------------------------------------------------------


def prepare(folder):
    """The rebuilt notebooks of a submission: {notebook name: Submission}. Never raises for what was handed in."""
    rebuilt = {}
    everything = unit.assignments()[folder.assignment]
    for book in graded_books(folder.assignment):
        path = _find_file(folder, book, everything)
        submission = rebuild(b"" if path is None else _read(path), book)
        if path is None:
            submission = replace(submission, repairs=(NOT_HANDED_IN,))
        elif path.name != f"{book.name}.ipynb":
            submission = replace(submission, repairs=(*submission.repairs, f"handed in as {plain.legal(path.name)}"))
        rebuilt[book.name] = submission
    return rebuilt


def conclude(folder, rebuilt, played, seed=judge.SEED):
    """The Graded of a submission from its rebuilt and its played notebooks ({notebook name: Played})."""
    result = Graded(folder)
    for book in graded_books(folder.assignment):
        result.books[book.name] = _judge(book, rebuilt[book.name], played.get(book.name), seed)
        result.seconds += played[book.name].seconds if book.name in played else 0.0
    return result


def grade_folder(folder, seed=judge.SEED, limits=LIMITS):
    """Grade one submission from start to end, without recording it."""
    rebuilt = prepare(folder)
    jobs = make_jobs(folder, rebuilt, seed, limits)
    return conclude(folder, rebuilt, {name: engine.play(job) for name, job in jobs.items()}, seed)


def score_of(book, content, seed=judge.SEED, limits=LIMITS):
    """The points that the bytes of a notebook earn automatically, without recording anything."""
    submission = rebuild(content, book)
    if not submission.readable or not scored_tasks(book):
        return 0.0
    played = engine.play(make_job(book, submission, seed, limits))
    return sum(verdict.score for verdict in _judge(book, submission, played, seed).verdicts.values())


def make_jobs(folder, rebuilt, seed, limits):
    """The engine's jobs for the notebooks of a submission that can be read: {notebook name: Job}."""
    books = {book.name: book for book in graded_books(folder.assignment)}
    return {
        name: make_job(books[name], submission, seed, limits, folder)
        for name, submission in rebuilt.items()
        if submission.readable and scored_tasks(books[name])
    }


def make_job(book, submission, seed, limits, folder=None):
    """The engine's job for a rebuilt notebook: check cells become questions."""
    questions = {f"test_{task.name}": _question(task.name, seed) for task in scored_tasks(book)}
    cells = tuple(
        {"id": work.id, "cell_type": work.kind, "source": work.source}
        for work in submission.cells
        if work.role != "check" or work.id in questions
    )
    files = {}
    if folder is not None:
        beside = (path for path in _files(folder.path) if path.parent == folder.path)
        beside = (path for path in beside if path.suffix not in NOT_READ and path.name != TIMESTAMP)
        for path in itertools.islice(beside, FILES_LIMIT):
            if path.stat().st_size + sum(map(len, files.values())) <= FILE_LIMIT:
                files[path.name] = _read(path)
    return engine.Job(cells, questions, files, limits)


@lru_cache(maxsize=64)  # the same for all submissions
def _question(task_name, seed):
    return engine.Question(tuple(judge.questions(tasks.find(task_name), seed)))


def _judge(book, submission, played, seed):
    verdicts = {task.name: _verdict(task, submission, played, seed) for task in scored_tasks(book)}
    written = {}
    for work in submission.cells:
        released = book.find(work.id)
        if work.role in ("answer", "written") and released:
            written[work.id] = work.source.strip() not in ("", released.released.strip())
    events = [*played.events, *_slow_cells(played)] if played else []
    note = _marker_note((*events, *submission.repairs))
    executed = executed_notebook(book, submission, played, verdicts, note)
    return BookResult(verdicts, list(submission.repairs), events, written, executed)


def _slow_cells(played):
    """Cells that were stopped by the clock, in words."""
    late = [cell for cell, error in played.errors.items() if error["type"] == "TimeLimit"]
    late += [cell for cell, answers in played.answers.items() if any(a and a.state == "timeout" for a in answers)]
    return [f"cells {', '.join(late)}: stopped by the time limit"] if late else []


def _verdict(task, submission, played, seed):
    if played is None:
        reason = submission.repairs[-1] if submission.repairs else "nothing to read"
        return judge.no_answer(task, f"Nothing could be graded: {reason}.", "not attempted")
    return judge.from_play(task, played, f"test_{task.name}", seed)


def _marker_note(noticed):
    """What a marker should know before reading a submission, as Markdown; "" when nothing was noticed."""
    title = "**For the marker: this submission needs a look.** Students do not see this note."
    return "\n".join([title, "", *(f"- {escape(text)}" for text in noticed)]) if noticed else ""


def executed_notebook(book, submission, played, verdicts, note=""):
    """The notebook as it was played, with the judge's card as the output of each check and a note to the marker."""
    cells = [new_markdown_cell(note, id="marker_note", metadata={"tags": ["rubric"]})] if note else []
    for work in submission.cells:
        released = book.find(work.id)
        metadata = build.cell_metadata(released) if released else {}
        if work.kind != "code":
            own = released is None or work.source != released.released
            text = inert.markdown(work.source) if own else work.source
            cells.append(new_markdown_cell(text, id=work.id, metadata=metadata))
            if work.role == "written" and (rubric := written.rubric_cell(tasks.find(work.name))):
                cells.append(new_markdown_cell(rubric, id=f"rubric_{work.name}", metadata={"tags": ["rubric"]}))
            continue
        outputs = inert.outputs(played.outputs.get(work.id, ())) if played else []
        if work.role == "check" and work.name in verdicts:
            card = Card(verdicts[work.name], graded=True)
            data = {"text/html": card._repr_html_(), "text/plain": repr(card)}
            outputs = [{"output_type": "display_data", "data": data, "metadata": {}}]
        count = played.counts.get(work.id) if played else None
        more = {"metadata": metadata, "outputs": outputs, "execution_count": count}
        cells.append({"cell_type": "code", "source": work.source, "id": work.id, **more})
    return {"cells": cells, "metadata": build.KERNEL, "nbformat": 4, "nbformat_minor": 5}


def new_markdown_cell(source, id, metadata):
    """A Markdown cell. nbformat's own maker checks the whole schema each time; a test does that for us."""
    return {"cell_type": "markdown", "source": source, "id": id, "metadata": metadata}


# --- a course ----------------------------------------------------------------------------------------------


def grade_course(
    course,
    assignments=None,
    workers=None,
    force=False,
    seed=judge.SEED,
    limits=LIMITS,
    progress=lambda *_: None,
    playing=lambda *_: None,
    executor: Executor | None = None,
):
    """Grade every submission of a course that changed since it was graded; returns a list of Graded in order.

    Workers only play notebooks; `workers` tells how many there are, in `executor` too. This thread alone judges and
    writes, one submission at a time. A submission that can't be graded for a reason of our own is reported with its
    failure and keeps no stale score. progress is called with each Graded, playing with the Folders in work, and with []
    before the first is played.
    """
    folders = find_folders(course, assignments)
    gradebook.prepare(course, sorted({folder.assignment for folder in folders}))
    marks = {folder: fingerprint(folder, seed, limits) for folder in folders}
    results, to_do = {}, []
    for folder in folders:
        known = None if force else load_results(course, folder, marks[folder])
        if known:
            results[folder] = replace(known, mark=marks[folder])
            progress(known)
        else:
            to_do.append(folder)
    before = {folder: _known_before(course, folder) for folder in to_do}
    workers = workers or os.cpu_count() or 1
    pool = executor or ThreadPoolExecutor(workers)
    try:
        with gradebook.Writer(course) as writer:
            _record_again(course, writer, results)
            for folder, rebuilt, played in _play_all(pool, to_do, seed, limits, 4 * workers, playing):
                result = _finish(course, writer, folder, rebuilt, played, marks[folder], seed)
                results[folder] = replace(result, mark=marks[folder], before=before.pop(folder))
                progress(results[folder])
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    return [results[folder] for folder in folders]


def _record_again(course, writer, results):
    """Write saved results into a gradebook that lost them, or that is new."""
    have = gradebook.recorded(course) if results else set()
    for folder, result in results.items():
        if (folder.assignment, folder.student) not in have:
            writer.record(folder.assignment, folder.student, _scores(result), _handed_in_at(folder))


def _play_all(pool, folders, seed, limits, ahead, playing):
    """Yield (folder, rebuilt, {notebook name: Future}) as submissions are done; at most `ahead` wait in memory."""
    waiting, queue = {}, iter(folders)
    if folders:
        playing([])
    while True:
        while len(waiting) < ahead and (folder := next(queue, None)) is not None:
            rebuilt = prepare(folder)
            jobs = make_jobs(folder, rebuilt, seed, limits)
            waiting[folder] = (rebuilt, {name: pool.submit(engine.play, job) for name, job in jobs.items()})
        if not waiting:
            return
        futures = {folder: list(played.values()) for folder, (_, played) in waiting.items()}
        done = next((folder for folder, mine in futures.items() if all(f.done() for f in mine)), None)
        if done:
            yield (done, *waiting.pop(done))
            continue
        playing([folder for folder, mine in futures.items() if any(f.running() for f in mine)])
        pending = [f for mine in futures.values() for f in mine if not f.done()]
        wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)


def _finish(course, writer, folder, rebuilt, futures, mark, seed):
    """Judge and save one submission: executed notebooks, then the gradebook, then the mark that it is done."""
    out = Path(course, "autograded", folder.student, folder.assignment)
    (out / RESULTS).unlink(missing_ok=True)  # from here on the old result does not count any more
    try:
        result = conclude(folder, rebuilt, {name: future.result() for name, future in futures.items()}, seed)
        _write_executed(out, result)
        writer.record(folder.assignment, folder.student, _scores(result), _handed_in_at(folder))
        for book in result.books.values():
            book.executed = None  # it is on the disk: the memory of a run does not grow with the class
        _write_atomically(out / RESULTS, json.dumps(_as_plain(result, mark), ensure_ascii=False))
        return result
    except gradebook.Unusable:
        raise
    except Exception as problem:  # our own fault: never a stale score, always a line in the summary
        writer.forget(folder.assignment, folder.student)
        if isinstance(problem, OSError) and problem.errno in NO_ROOM:
            raise Stopped(
                f"Nothing can be written any more ({problem}). Make room and run the same command again; it goes on "
                "where it stopped."
            ) from problem
        return Graded(folder, failure=f"{type(problem).__name__}: {problem}")


def regrade_task(
    course,
    name,
    workers=None,
    seed=judge.SEED,
    limits=LIMITS,
    progress=lambda *_: None,
    playing=lambda *_: None,
    executor: Executor | None = None,
):
    """Judge one task anew in every submission that was graded before; whatever else was graded stays as it is.

    Returns a list of Graded. Raises KeyError for a task that is not graded automatically.
    """
    book, task = unit.place_of(name), tasks.all_tasks().get(name)
    if book is None or task is None or not task.graded:
        known = ", ".join(task.name for books in unit.assignments().values() for b in books for task in scored_tasks(b))
        raise KeyError(f"No task called {name!r} is graded automatically. Those that are: {known}.")
    gradebook.prepare(course, [book.assignment])
    before = {folder: _known_before(course, folder) for folder in find_folders(course, [book.assignment])}
    before = {folder: known for folder, known in before.items() if known is not None}
    works = {folder: prepare(folder)[book.name] for folder in before}
    pool = executor or ThreadPoolExecutor(workers or os.cpu_count() or 1)
    results = []
    if works:
        playing([])
    try:
        plays = {
            folder: pool.submit(engine.play, _only(make_job(book, work, seed, limits, folder), f"test_{name}"))
            for folder, work in works.items()
            if work.readable
        }
        with gradebook.Writer(course) as writer:
            for folder, known in before.items():
                playing([folder])
                played = plays[folder].result() if folder in plays else None
                verdict = _verdict(task, works[folder], played, seed)
                results.append(_exchange(course, writer, book, works[folder], played, known, verdict))
                progress(results[-1])
    finally:
        if executor is None:
            pool.shutdown(cancel_futures=True)
    return results


def _exchange(course, writer, book, work, played, known, verdict):
    """Record one new verdict in a submission that was graded before; returns the Graded."""
    result, mark = replace(known[0], books={**known[0].books}), known[1]
    folder, old = result.folder, result.books[book.name]
    result.books[book.name] = replace(old, verdicts={**old.verdicts, verdict.task: verdict})
    out = Path(course, "autograded", folder.student, folder.assignment)
    executed = executed_notebook(book, work, played, result.books[book.name].verdicts)
    _write_atomically(out / f"{book.name}.ipynb", _as_text(executed))
    writer.record(folder.assignment, folder.student, _scores(result), _handed_in_at(folder))
    _write_atomically(out / RESULTS, json.dumps(_as_plain(result, mark), ensure_ascii=False))
    return replace(result, unchanged=False, mark=mark, before=known)


def _only(job, cell):
    """A job that asks the questions of one check cell and of no other."""
    others = set(job.questions) - {cell}
    cells = tuple(part for part in job.cells if part["id"] not in others)
    return replace(job, cells=cells, questions={cell: job.questions[cell]})


def _known_before(course, folder):
    """(Graded, mark) of the last time that a submission was graded, or None."""
    known = load_results(course, folder)
    if known is None:
        return None
    path = Path(course, "autograded", folder.student, folder.assignment, RESULTS)
    return known, json.loads(path.read_text(encoding="utf-8")).get("mark")


def _scores(result):
    """What the gradebook records of a Graded."""
    return {
        name: {"scores": {t: v.score for t, v in book.verdicts.items()}, "written": book.written}
        for name, book in result.books.items()
    }


def _write_executed(out, result):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name, book in result.books.items():
        if book.executed is not None:
            (out / f"{name}.ipynb").write_text(_as_text(book.executed), encoding="utf-8")
    for other in unit.assignments()[result.folder.assignment]:  # lessons, so that formgrader finds every notebook
        if other.name not in result.books:
            path = result.folder.path / f"{other.name}.ipynb"
            text = _lesson(other.name, _read(path) if path.is_file() and not path.is_symlink() else b"")
            (out / f"{other.name}.ipynb").write_text(text, encoding="utf-8")


@lru_cache(maxsize=32)  # most students hand in lessons as they are, or not at all
def _lesson(name, content):
    book = next(book for book in unit.notebooks() if book.name == name)
    return _as_text(executed_notebook(book, rebuild(content, book), None, {}))


def _as_text(notebook):
    """A notebook as a file's text; what UTF-8 can't hold becomes a question mark."""
    text = json.dumps(notebook, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "replace").decode("utf-8")


def _write_atomically(path, text):
    scratch = path.with_suffix(".part")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)


def _handed_in_at(folder):
    """nbgrader's timestamp.txt of the submission, if it has one."""
    path = folder.path / TIMESTAMP
    if not path.is_file() or path.is_symlink() or path.stat().st_size > 200:
        return None
    from nbgrader.utils import parse_utc

    try:
        return parse_utc(path.read_text(encoding="utf-8").strip())
    except (ValueError, OverflowError, TypeError, AttributeError):
        return None


def _as_plain(result, mark):
    books = {
        name: {
            "verdicts": {task: asdict(verdict) for task, verdict in book.verdicts.items()},
            "repairs": book.repairs,
            "events": book.events,
            "written": book.written,
        }
        for name, book in result.books.items()
    }
    return {"mark": mark, "seconds": result.seconds, "books": books}


def load_results(course, folder, mark=None):
    """The saved result of a submission, or None when there is none or it was made from something else."""
    path = Path(course, "autograded", folder.student, folder.assignment, RESULTS)
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        if mark is not None and saved["mark"] != mark:
            return None
        return Graded(folder, _books_from(saved), saved["seconds"], unchanged=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or damaged: it is made again
        return None


def _books_from(saved):
    return {
        name: BookResult(
            {task: _verdict_from(v) for task, v in book["verdicts"].items()},
            book["repairs"],
            book["events"],
            book["written"],
        )
        for name, book in saved["books"].items()
    }


def _verdict_from(saved):
    rungs = tuple(Rung(**rung) for rung in saved["rungs"])
    return Verdict(**{**saved, "rungs": rungs, "remarks": tuple(saved["remarks"])})


def load_course(course):
    """Every saved result of a course, without grading anything."""
    return [result for folder in find_folders(course) if (result := load_results(course, folder))]
