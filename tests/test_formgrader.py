"""Marking by hand in a real browser: nbgrader's formgrader on a course, started by `autograder mark`'s own command."""

import csv
import os
import socket
import subprocess
from concurrent.futures import Executor, Future

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from typer.testing import CliRunner

from autograder import engine, feedback, formgrader, grade, gradebook, sample_class
from autograder.cli import app
from tests.desk import wait_for
from tests.test_browser import browser, pytestmark  # noqa: F401
from tests.test_pages import EVIL, PNG, assert_inert, elements

ASSIGNMENT = "3_training"
BOOK = "3.6_written_submission"
HOSTILE = "mallory"


class Still(Executor):
    """Plays nothing: every notebook comes back with a picture and evil outputs, and without answers."""

    def submit(self, play, job):
        outputs = [
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"text/html": "<table><tr><td>kept</td></tr></table>" + EVIL},
            },
            {"output_type": "display_data", "metadata": {}, "data": {"image/png": PNG}},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"application/javascript": "alert(1)", "image/svg+xml": EVIL},
            },
        ]
        played = engine.Played(answers={cell: [None] * len(asked.probes) for cell, asked in job.questions.items()})
        played.outputs = {cell["id"]: outputs for cell in job.cells if cell["cell_type"] == "code"}
        future = Future()
        future.set_result(played)
        return future


def write(course, name, text):
    student = sample_class.Student(name, {"written_1": text, "written_2": "Two."}, assignment=ASSIGNMENT)
    folder = course / "submitted" / name / ASSIGNMENT
    folder.mkdir(parents=True)
    for book in grade.graded_books(ASSIGNMENT):
        (folder / f"{book.name}.ipynb").write_bytes(sample_class.notebook_of(student, book.name))


@pytest.fixture
def page(browser):  # noqa: F811 (the fixture of the browser tests)
    """A page; what is thrown in it is kept in `errors`. What formgrader asks of the network is cut off on purpose."""
    page = browser.new_page(viewport={"width": 1250, "height": 1000})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = tmp_path_factory.mktemp("desk")
    write(course, "ann", "The odds grow by $e^{w}$.")
    write(course, HOSTILE, f"{EVIL} <a href='javascript:alert(1)'>x</a>")
    (course / "submitted" / HOSTILE / ASSIGNMENT / f"{BOOK}.ipynb").rename(
        course / "submitted" / HOSTILE / ASSIGNMENT / "3.6 <img src=x onerror=alert(1)>.ipynb"
    )
    grade.grade_course(course, executor=Still())
    return course


@pytest.fixture(scope="module")
def desk(course, tmp_path_factory):
    """A server with formgrader on the course, as `autograder mark` starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [*formgrader.command(course, port, browser=False), "--allow-root", "--IdentityProvider.token="]
    places = {"JUPYTER_CONFIG_DIR": str(tmp_path_factory.mktemp("settings"))}
    server = subprocess.Popen(command, cwd=course, env={**os.environ, **places}, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}", seconds=120)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def test_points_and_a_comment_reach_export_and_feedback_and_survive_a_regrade(course, desk, page):
    page.set_default_timeout(90_000)
    page.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
    page.goto(desk)
    assert "/formgrader/gradebook" in page.url
    page.goto(f"{desk}/formgrader/gradebook/{ASSIGNMENT}/{BOOK}")
    page.locator("table a").first.wait_for()
    page.goto(f"{desk}/formgrader/submissions/{gradebook.submission_id(course, 'ann', ASSIGNMENT, BOOK)}/")
    page.locator("#written_1-comment").wait_for()
    assert page.locator("math").count() > 0 and "Rubric" in page.locator("body").inner_text()
    page.locator("#written_1").fill("4")
    page.locator("#written_1").press("Tab")
    page.locator("#written_1-comment").fill("Well said; give an **example**.")
    with page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT"):
        page.locator("#written_2-comment").click()
    page.wait_for_load_state("networkidle")
    assert page.errors == []
    for _ in range(2):
        pages = {p.path.parts[-3]: p.path for p in feedback.write_all(course)}
        text = pages["ann"].read_text(encoding="utf-8")
        assert "give an <strong>example</strong>" in text and "4 of 5" in text
        out = course / "grades.csv"
        assert CliRunner().invoke(app, ["export", "--course", str(course), "-o", str(out)]).exit_code == 0
        with out.open(encoding="utf-8", newline="") as file:
            marked = [row for row in csv.DictReader(file) if (row["student"], row["task"]) == ("ann", "written_1")]
        assert [(row["score"], row["state"]) for row in marked] == [("4", "marked by hand")]
        grade.grade_course(course, force=True, executor=Still())


def test_a_hostile_submission_does_nothing_to_its_marker(course, desk, page):
    page.set_default_timeout(90_000)
    page.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(f"{desk}/formgrader/submissions/{gradebook.submission_id(course, HOSTILE, ASSIGNMENT, BOOK)}/")
    page.locator("#written_1-comment").wait_for()
    page.wait_for_load_state("networkidle")
    assert "For the marker" in page.locator("body").inner_text() and "handed in as" in page.locator("body").inner_text()
    assert said == [] and page.errors == []
    assert (
        page.locator(
            "#notebook-container img[src=x], #notebook-container svg, #notebook-container script:not(#stand-in)"
        ).count()
        == 0
    )


def test_what_formgrader_shows_is_inert(course):
    for path in sorted((course / "autograded" / HOSTILE).rglob("*.ipynb")):
        book, _ = formgrader.Inert(enabled=True).preprocess(nbformat.read(path, as_version=4), {})
        text = HTMLExporter(template_name="basic").from_notebook_node(book)[0]
        every = elements(f'<!DOCTYPE html><html lang="en"><head><title>t</title></head><body>{text}</body></html>')
        assert_inert([e for e in every if isinstance(e.tag, str)])
        assert "kept" in text or path.stem.startswith(("3.6", "3.1", "3.3", "3.4", "3.7"))
