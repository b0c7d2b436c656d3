"""A class with hostile students in it: honest grades stay as they are, nothing outside changes, cheats earn nothing.

The submissions are in tests/hostile/. All of them are graded in one run, beside honest ones that are also graded alone.
"""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import threading
import time
from pathlib import Path

import pytest

from autograder import engine, feedback, grade, gradebook, report, sample_class, unit
from tests.hostile import attack, breaks, cheat, harm
from tests.inert import harmful_markup

A = sample_class.ASSIGNMENT
LIMITS = engine.Limits(cell_seconds=8, notebook_seconds=30, probe_seconds=4)
HONEST = ("abel_numpy", "dana_series", "emre", "jun", "pia_blank", "quinn_half")
ATTACKS = {one.name: one for module in (harm, cheat, breaks) for one in module.attacks()}
PROJECT = Path(engine.__file__).parents[2]

pytestmark = pytest.mark.skipif(
    bool(engine.missing_walls()), reason=f"walls are missing here: {', '.join(engine.missing_walls())}"
)


def hand_in_honestly(folder):
    sample_class.make(folder, [s for s in sample_class.STUDENTS if s.name in HONEST])


def scores(folder, students):
    """{(student, task): score} in the gradebook."""
    return {(r["student"], r["task"]): r["score"] for r in gradebook.rows(folder) if r["student"] in students}


def fingerprints(folder):
    """Every file below `folder` with its content, so that any change shows."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            found[path] = os.readlink(path)
        elif path.is_file() and status.st_size < 10**7:
            found[path] = (hashlib.sha256(path.read_bytes()).hexdigest(), status.st_mode)
    return found


@contextlib.contextmanager
def listening(folder, spoken):
    """Servers that note whatever reaches them; yields (ports, what was heard)."""
    heard = []
    sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
    sockets[1].bind(("127.0.0.1", 0))
    for address in (str(folder / "listener"), "\0" + spoken):
        sockets.append(socket.socket(socket.AF_UNIX))
        sockets[-1].bind(address)
        sockets[-1].listen()

    def wait(server):
        with contextlib.suppress(OSError):
            heard.append(server.recv(100) if server.type == socket.SOCK_DGRAM else server.accept())

    threads = [threading.Thread(target=wait, args=(server,), daemon=True) for server in sockets]
    for thread in threads:
        thread.start()
    yield {"port": sockets[0].getsockname()[1], "datagrams": sockets[1].getsockname()[1]}, heard
    for server in sockets:
        server.close()


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The honest students' scores when nobody else is there."""
    folder = tmp_path_factory.mktemp("clean")
    hand_in_honestly(folder)
    grade.grade_course(folder, limits=LIMITS)
    return scores(folder, HONEST)


class Run:
    """What the run with hostile students came to. results: {student: Graded}."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder, outside = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("outside")
    found = Run()
    found.folder, found.outside, found.mark = folder, outside, f"mk{secrets.token_hex(4)}"
    found.secret = f"secret-{secrets.token_hex(16)}"
    (outside / "kept.txt").write_text(found.secret, encoding="utf-8")
    home = Path.home() / f".{found.mark}"
    hand_in_honestly(folder)
    gradebook.prepare(folder, [A])
    os.environ["INSTRUCTORS_TOKEN"] = found.secret
    home.mkdir()
    (home / "kept.txt").write_text(found.secret, encoding="utf-8")
    try:
        with listening(outside, found.mark) as (ports, found.heard):
            places = ports | {
                "course": str(folder),
                "project": str(PROJECT),
                "home": str(home),
                "outside": str(outside),
                "listener": str(outside / "listener"),
                "spoken": found.mark,
                "mark": found.mark,
                "family": os.readlink("/proc/self/ns/pid"),
            }
            for one in ATTACKS.values():
                one.write(folder / "submitted" / one.name / A, places)
            kept = [folder / "submitted", outside, home, PROJECT / "workbook", PROJECT / "solutions"]
            found.before = {place: fingerprints(place) for place in kept}
            found.results = {r.folder.student: r for r in grade.grade_course(folder, limits=LIMITS)}
            found.after = {place: fingerprints(place) for place in kept}
    finally:
        del os.environ["INSTRUCTORS_TOKEN"]
        (home / "kept.txt").unlink()
        home.rmdir()
    return found


def test_honest_students_have_the_grades_of_a_clean_run(run, clean):
    assert scores(run.folder, HONEST) == clean and len(clean) == 5 * len(HONEST)


def test_every_submission_was_recorded(run):
    assert {name: result.failure for name, result in run.results.items() if result.failure} == {}
    assert set(run.results) == {*HONEST, *ATTACKS}
    assert len(scores(run.folder, ATTACKS)) == 5 * len(ATTACKS)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_submission_earns_what_it_computed(run, name):
    one = ATTACKS[name]
    found = {task: score for (_, task), score in scores(run.folder, [name]).items()}
    bound = attack.FULL if one.scores is None else one.scores
    assert all(found[task] <= bound[task] for task in bound), found
    assert one.scores is None or found == one.scores, run.results[name].notes()
    assert one.noted in " ".join(run.results[name].notes())


def test_nothing_outside_was_changed(run):
    for place, before in run.before.items():
        assert run.after[place] == before
    assert [path.name for path in run.outside.iterdir() if path.name not in ("kept.txt", "listener")] == []
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
        assert not Path(place, run.mark).exists()


def test_nothing_was_reached_over_the_network(run):
    assert run.heard == []


def test_nothing_was_read_that_is_not_the_students(run):
    hidden = (run.secret, "in sight", "SQLite format", "BEGIN SOLUTION", "abel_numpy")
    for path in (run.folder / "autograded").rglob("*.ipynb"):
        if path.parts[-3] in ATTACKS:
            shown = "".join(json.dumps(cell.get("outputs", "")) for cell in json.loads(path.read_text())["cells"])
            assert [word for word in hidden if word in shown] == [], path


def test_nothing_survived(run):
    time.sleep(0.5)
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            said = (process / "comm").read_text() + (process / "cmdline").read_bytes().decode("utf-8", "replace")
            left += [said] if run.mark in said else []
    assert left == []


def test_pages_are_inert(run):
    """No script, handler, frame, harmful link or remote load in what an instructor or a student opens."""
    pages = [*(page.path for page in feedback.write_all(run.folder)), report.write(run.folder)]
    assert len(pages) > len(ATTACKS)
    assert {path: found for path in pages if (found := harmful_markup(path.read_text(encoding="utf-8")))} == {}


def test_executed_notebooks_are_inert_in_formgrader(run):
    """nbconvert renders HTML outputs and markdown as they are, so none of them may hold anything that runs."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic")
    for name in ("runs_scripts", "shows_an_odd_mimetype", "shows_control_characters", "markup_in_cells"):
        path = run.folder / "autograded" / name / A / attack.FILE
        assert harmful_markup(exporter.from_filename(str(path))[0]) == [], name


def test_the_command_names_the_hostile_ones(run):
    """The class table holds every name and every note, whatever markup they hold."""
    from typer.testing import CliRunner

    from autograder.cli import app

    done = CliRunner().invoke(app, ["grade", "2", "--course", str(run.folder), "--json"])
    assert done.exit_code == 0, done.output[-2000:]
    table = CliRunner().invoke(app, ["grade", "2", "--course", str(run.folder)])
    assert table.exit_code == 0 and "[red] <img src=x onerror=alert(1)>" in table.output


def test_names_of_students_are_inert(tmp_path):
    name = "<img src=x onerror=alert(1)> [red] '\"`"
    folder = tmp_path / "submitted" / name / A
    folder.mkdir(parents=True)
    (folder / attack.FILE).write_bytes(sample_class.notebook_of(sample_class.STUDENTS[0]))
    (tmp_path / "submitted" / "a_link").symlink_to(tmp_path / "submitted" / name)
    (result,) = grade.grade_course(tmp_path, limits=LIMITS)
    assert result.score == 10
    pages = [*(page.path for page in feedback.write_all(tmp_path)), report.write(tmp_path)]
    assert [harmful_markup(path.read_text(encoding="utf-8")) for path in pages] == [[], []]
    assert [path.parent.name for path in grade.unknown_folders(tmp_path)] == ["a_link"]


def test_the_suite_is_as_large_as_promised():
    counts = {module.__name__: len(list(module.attacks())) for module in (harm, cheat, breaks)}
    assert min(counts.values()) >= 25 and unit.find_assignment("2") == A, counts
