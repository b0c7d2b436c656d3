"""Whatever breaks in the middle of a run: no grade is lost or half-written, none is stale, and the next run goes on.

Each fault is really done: processes are killed with SIGKILL, a disk is full, a database is locked or damaged.
"""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder import engine, grade, gradebook, sample_class, unit
from autograder.cli import app
from tests.hostile.attack import ZERO

A = sample_class.ASSIGNMENT
LIMITS = engine.Limits(cell_seconds=20, notebook_seconds=90, probe_seconds=10)
NAMES = ("abel_numpy", "emre", "jun", "quinn_half")
EXPECTED = {(s.name, task): score for s in sample_class.STUDENTS if s.name in NAMES for task, score in s.scores.items()}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A course that knows its assignment and waits to be graded."""
    folder = tmp_path_factory.mktemp("fresh")
    sample_class.make(folder, [s for s in sample_class.STUDENTS if s.name in NAMES])
    gradebook.prepare(folder, [A])
    return folder


@pytest.fixture(scope="module")
def done(fresh, tmp_path_factory):
    """The same course, graded."""
    folder = tmp_path_factory.mktemp("done") / "course"
    shutil.copytree(fresh, folder)
    run(folder)
    return folder


@pytest.fixture
def course(fresh, tmp_path):
    return Path(shutil.copytree(fresh, tmp_path / "course"))


@pytest.fixture
def graded(done, tmp_path):
    return Path(shutil.copytree(done, tmp_path / "course"))


def run(folder, **how):
    return grade.grade_course(folder, limits=LIMITS, **how)


def scores(folder):
    return {(row["student"], row["task"]): row["score"] for row in gradebook.rows(folder)}


def changed(folder, student):
    """The student hands in the notebook of another one."""
    other = next(s for s in sample_class.STUDENTS if s.name != student and s.name in NAMES)
    path = folder / "submitted" / student / A / f"{sample_class.NOTEBOOK}.ipynb"
    path.write_bytes(sample_class.notebook_of(other))


# --- killed ------------------------------------------------------------------------------------------------


def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)


def die_in_the_middle(text_of):
    def write(path, text):
        path.with_suffix(".part").write_text(text[: len(text) // 2], encoding="utf-8")
        die()

    return write


def kill_during(folder, monkeypatch, place, name, killer):
    """Grade in a copy of this process that is killed at a place of its way; returns when it is dead."""
    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(place, name, killer)
            run(folder)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


PLACES = {
    "while it writes an executed notebook": (Path, "write_text", die),
    "before it records a grade": (gradebook, "_set_score", die),
    "after it recorded, while it writes the result": (grade, "_write_atomically", die_in_the_middle(str)),
}


@pytest.mark.parametrize("where", PLACES)
def test_the_main_process_is_killed(graded, monkeypatch, where):
    """A submission that changed is being graded anew; afterwards nothing is half-written and the next run ends it."""
    changed(graded, "emre")
    kill_during(graded, monkeypatch, *PLACES[where])
    others = {key: value for key, value in scores(graded).items() if key[0] != "emre"}
    assert others == {key: value for key, value in EXPECTED.items() if key[0] != "emre"}
    assert "emre" not in {result.folder.student for result in grade.load_course(graded)}
    again = run(graded)
    assert [result.folder.student for result in again if not result.unchanged] == ["emre"]
    assert scores(graded) == others | {("emre", task): EXPECTED["abel_numpy", task] for task in ZERO}
    assert not list(graded.rglob("*.part"))


def test_a_killed_run_goes_on_where_it_was(course):
    """The whole command is killed once the first result is there; the next run plays only what is left."""
    command = [sys.executable, "-m", "autograder.cli", "grade", "--course", str(course), "--workers", "1"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(course.glob(f"autograded/*/*/{grade.RESULTS}")) and first.poll() is None:
        time.sleep(0.02)
    first.kill()
    first.wait()
    finished = {path.parent.parent.name for path in course.glob(f"autograded/*/*/{grade.RESULTS}")}
    results = grade.grade_course(course)
    assert finished and {r.folder.student for r in results if r.unchanged} == finished
    assert scores(course) == EXPECTED


def descendants():
    """Processes below this one, by their ids."""
    children: dict = {}
    for process in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            identity, rest = process.read_text().split(" (", 1)
            children.setdefault(int(rest.rsplit(") ", 1)[1].split()[1]), []).append(int(identity))
    found, queue = [], [os.getpid()]
    while queue:
        below = children.get(queue.pop(), [])
        found, queue = found + below, queue + below
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of a run are found in /proc")
def test_zygotes_and_players_are_killed_in_the_middle_of_a_run(course):
    """They are replaced. A submission whose player died is played again, or marked and right after `--force`."""
    killed = []

    def kill_all(_):
        if not killed:
            for process in descendants():
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
                    killed.append(process)

    results = run(course, progress=kill_all)
    assert killed and not [result.failure for result in results if result.failure]
    if any("ended" in note for result in results for note in result.notes()):
        run(course, force=True)
    assert scores(course) == EXPECTED


# --- nowhere to write --------------------------------------------------------------------------------------

FULL_DISK = """
set -e
mount -t tmpfs -o size=$SIZE tmpfs "$DISK"
cp -r "$COURSE"/. "$DISK"
set +e
dd if=/dev/zero of="$DISK/other" bs=1k count=$FILL 2>/dev/null
"$PYTHON" -m autograder.cli grade --course "$DISK" 2>&1; echo "exit $?"
rm "$DISK/other"
"$PYTHON" -m autograder.cli grade --course "$DISK" --json > "$OUT" 2>&1; echo "exit $?"
cp "$DISK/gradebook.db" "$OUT.db"
"""


def test_the_disk_is_full(course, tmp_path):
    unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    probe = subprocess.run([*unshare, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"no small disk can be made here: {probe.stderr.strip()}")
    disk = tmp_path / "disk"
    disk.mkdir()
    used = sum(path.stat().st_size + 4096 for path in course.rglob("*")) // 1024
    places = {"DISK": disk, "COURSE": course, "PYTHON": sys.executable, "OUT": tmp_path / "second.json"}
    sizes = {"SIZE": f"{used + 20_000}k", "FILL": 20_000 - 200}
    environment = {**os.environ, **{key: str(value) for key, value in (places | sizes).items()}}
    told = subprocess.run([*unshare, "sh", "-c", FULL_DISK], env=environment, capture_output=True, text=True)
    first, _, second = told.stdout.partition("exit ")
    assert "goes on where it stopped" in " ".join(first.split()) and second.startswith("2"), told.stdout + told.stderr
    assert second.strip().endswith("exit 0"), (tmp_path / "second.json").read_text()
    shutil.copy(f"{tmp_path}/second.json.db", course / "gradebook.db")
    assert scores(course) == EXPECTED


# --- the gradebook -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(folder):
    """Another program that writes to the gradebook and does not end."""
    other = sqlite3.connect(folder / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_the_gradebook_is_locked_in_the_middle_of_a_run(course, monkeypatch):
    monkeypatch.setattr(gradebook, "LOCK_SECONDS", 1)
    recorded = []
    with contextlib.ExitStack() as stack:

        def lock(result):
            if not recorded:
                stack.enter_context(locked(course))
            recorded.append(result.folder.student)

        with pytest.raises(gradebook.Unusable, match=r"locked.*goes on where it stopped"):
            run(course, progress=lock)
    assert len(recorded) == 1
    results = run(course)
    assert [result.folder.student for result in results if result.unchanged] == recorded
    assert scores(course) == EXPECTED


def test_a_gradebook_that_is_busy_for_a_while_is_waited_for(course):
    release = threading.Timer(2, lambda: other.execute("ROLLBACK"))
    other = sqlite3.connect(course / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release.start()
    assert not [result.failure for result in run(course) if result.failure]
    release.join()
    assert scores(course) == EXPECTED


def cut(content):
    return content[: len(content) // 2 + 100]


def scribbled(content):
    return content[:5000] + os.urandom(len(content) - 5000)


def garbage(content):
    return b"this is no database " * 500


@pytest.mark.parametrize("damage", [cut, scribbled, garbage])
def test_a_damaged_gradebook_is_kept_and_made_anew(graded, monkeypatch, damage):
    from typer.testing import CliRunner

    book = graded / "gradebook.db"
    book.write_bytes(damage(book.read_bytes()))
    before = book.read_bytes()
    told = CliRunner().invoke(app, ["grade", "--course", str(graded)])
    said = " ".join(told.output.split())
    assert told.exit_code == 2 and "is damaged" in said and "Move it aside" in said, told.output
    assert book.read_bytes() == before
    book.rename(graded / "damaged-gradebook.db")
    monkeypatch.setattr(grade.engine, "play", lambda job: pytest.fail("played again"))
    assert all(result.unchanged for result in run(graded))
    assert scores(graded) == EXPECTED


def test_a_gradebook_of_another_time_or_program_is_left_alone(graded, tmp_path):
    with contextlib.closing(sqlite3.connect(graded / "gradebook.db")) as book, book:
        book.execute("UPDATE alembic_version SET version_num = '50a4d84c131a'")
    with pytest.raises(gradebook.Unusable, match="nbgrader db upgrade"):
        run(graded)
    (graded / "gradebook.db").unlink()
    with contextlib.closing(sqlite3.connect(graded / "gradebook.db")) as other, other:
        other.execute("CREATE TABLE recipes (name)")
    with pytest.raises(gradebook.Unusable, match="not a gradebook of nbgrader"):
        run(graded)
    with contextlib.closing(sqlite3.connect(graded / "gradebook.db")) as other:
        assert [row[0] for row in other.execute("SELECT name FROM sqlite_master")] == ["recipes"]


def test_marks_by_hand_outlive_a_failure_of_ours(graded, monkeypatch):
    with contextlib.closing(sqlite3.connect(graded / "gradebook.db")) as book, book:
        book.execute("UPDATE grade SET manual_score = 1.5 WHERE id = (SELECT min(id) FROM grade WHERE auto_score > 0)")
        (student,) = book.execute(
            "SELECT student_id FROM submitted_assignment a JOIN submitted_notebook n ON n.assignment_id = a.id "
            "JOIN grade g ON g.notebook_id = n.id WHERE g.manual_score = 1.5"
        ).fetchone()
    changed(graded, student)

    def broken(*_):
        raise ValueError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(grade, "_write_executed", broken)
        assert [r.folder.student for r in run(graded) if r.failure] == [student]
    kept = [row for row in gradebook.rows(graded) if row["student"] == student]
    assert sorted(row["score"] for row in kept)[-2:] == [0.0, 1.5] and sum(row["score"] for row in kept) == 1.5
    run(graded)
    assert 1.5 in [row["manual_score"] for row in gradebook.rows(graded) if row["student"] == student]


def test_a_damaged_result_is_made_again(graded):
    path = graded / "autograded" / "emre" / A / grade.RESULTS
    for content in ('{"mark": 5}', path.read_text(encoding="utf-8")[:-40], '{"mark": null, "books": []}'):
        path.write_text(content, encoding="utf-8")
        assert grade.load_results(graded, next(f for f in grade.find_folders(graded) if f.student == "emre")) is None
    assert [r.folder.student for r in run(graded) if not r.unchanged] == ["emre"]
    assert scores(graded) == EXPECTED and unit.find_assignment("2") == A
