"""Collecting: folders, single files, archives, documents, and what is hostile in them."""

import io
import json
import os
import stat
import zipfile

import docx
import nbformat
import pytest
import typer
from typer.testing import CliRunner

from autograder import archives, collect, unit, written
from autograder.cli_collect import collect_command

WRITTEN = "3_training/3.6_written_submission.ipynb"
MODULE = "2_inverse_logit_and_log_loss"
GRADED = f"{MODULE}/2.3_assignment_predict_and_evaluate.ipynb"
STAMPED = (GRADED, f"{MODULE}/timestamp.txt")
ANSWER = "A weighted sum of the features."


def released(name):
    return (unit.ROOT / "notebooks" / name).read_bytes()


def document(*lines):
    book = docx.Document()
    for line in lines:
        book.add_paragraph(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


DOCUMENT = document("Question 1", ANSWER, "Question 2", "Write your answer here.")


@pytest.fixture
def inbox(tmp_path):
    """A function that writes files into a folder as students hand them in, and returns the folder."""

    def write(files, folder="inbox"):
        for name, content in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path / folder

    return write


@pytest.fixture
def archive(tmp_path):
    def write(files, name="class.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as file:
            for entry, content in files.items():
                file.writestr(entry, content)
        return tmp_path / name

    return write


def states(outcomes):
    return {(o.handed.student, o.handed.path.as_posix()): o.state for o in outcomes}


def tree(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def written_cell(course, student, task="written_1"):
    book = nbformat.read(course / "submitted" / student / WRITTEN, as_version=4)
    return next(cell.source for cell in book.cells if cell.id == task)


def test_folders_with_and_without_assignments(inbox, tmp_path):
    name = GRADED.split("/")[1]
    folder = inbox(
        {
            f"ada/{GRADED}": released(GRADED),
            f"bo/{name}": released(GRADED),
            f"cleo/my work/{name.replace('.ipynb', ' (1).ipynb')}": released(GRADED),
            "dana/Untitled.ipynb": released(GRADED),
            f"ada/{MODULE}/own.csv": b"1,2",
            f"ada/{MODULE}/.ipynb_checkpoints/x.ipynb": b"",
        }
    )
    outcomes = collect.collect([folder], tmp_path / "course")
    assert {outcome.state for outcome in outcomes} == {collect.TAKEN}
    expected = {f"{student}/{GRADED}" for student in ("ada", "bo", "cleo", "dana")} | {f"ada/{MODULE}/own.csv"}
    assert tree(tmp_path / "course" / "submitted") == expected
    assert (tmp_path / "course" / "submitted" / "dana" / GRADED).read_bytes() == released(GRADED)


def test_what_does_not_belong_is_left_with_a_reason(inbox, tmp_path):
    folder = inbox(
        {
            "stray.ipynb": released(GRADED),
            "ada/other.ipynb": json.dumps({"cells": []}).encode(),
            "ada/photo.png": b"x",
            "ada/all.zip": b"x",
            "ada/all.rar": b"Rar!",
            "ada/answers.pdf": b"%PDF-1.7",
            "ada/letter.docx": document("Dear Sir or Madam"),
            "ada/glossary.ipynb": released("glossary.ipynb"),
        }
    )
    outcomes = collect.collect([folder], tmp_path / "course")
    notes = {outcome.handed.path.name: outcome.notes[0] for outcome in outcomes}
    assert not (tmp_path / "course" / "submitted").exists()
    assert "--student" in notes["stray.ipynb"] and "no notebook of the unit" in notes["other.ipynb"]
    assert "damaged" in notes["all.zip"] and "unpack it" in notes["all.rar"]
    assert "no assignment" in notes["photo.png"]
    assert "PDF" in notes["answers.pdf"] and "no answer" in notes["letter.docx"]
    assert [outcome.handed.path.name for outcome in outcomes if outcome.complete] == ["glossary.ipynb"]


def test_the_last_one_counts_and_the_one_before_is_kept(inbox, tmp_path):
    course = tmp_path / "course"
    folder = inbox({f"ada/{GRADED}": b"first", f"ada/{MODULE}/own.csv": b"1"})
    assert states(collect.collect([folder], course))["ada", GRADED] == "taken"
    assert states(collect.collect([folder], course))["ada", GRADED] == "already there"
    inbox({f"ada/{GRADED}": b"second", f"ada/{MODULE}/own.csv": b"2"})
    os.utime(folder / "ada" / GRADED, (2e9, 2e9))
    outcomes = collect.collect([folder], course)
    assert states(outcomes) == {("ada", GRADED): "taken", ("ada", f"{MODULE}/own.csv"): "left out"}
    assert (course / "submitted" / "ada" / GRADED).read_bytes() == b"second"
    kept = list((course / "earlier").rglob("*.ipynb"))
    assert [path.read_bytes() for path in kept] == [b"first"]
    assert kept[0].name in next(note for o in outcomes for note in o.notes if "kept in" in note)


def test_nothing_older_or_undated_overwrites_unless_asked(inbox, tmp_path):
    course = tmp_path / "course"
    folder = inbox({f"ada/{GRADED}": b"first"})
    collect.collect([folder], course)
    inbox({f"ada/{GRADED}": b"older"})
    os.utime(folder / "ada" / GRADED, (1e9, 1e9))
    assert states(collect.collect([folder], course)) == {("ada", GRADED): "left out"}
    assert (course / "submitted" / "ada" / GRADED).read_bytes() == b"first"
    assert states(collect.collect([folder], course, replace=True)) == {("ada", GRADED): "taken"}
    assert (course / "submitted" / "ada" / GRADED).read_bytes() == b"older"


def test_one_that_is_handed_in_once_keeps_the_first(inbox, tmp_path):
    assert {book.name[:3] for book in unit.notebooks() if book.submissions == "once"} == {"3.5", "3.6", "4.3"}
    once = "3_training/3.5_assignment_optimizing_logistic_regression.ipynb"
    folder = inbox({f"ada/{once}": b"first"})
    os.utime(folder / "ada" / once, (1.5e9, 1.5e9))
    collect.collect([folder], tmp_path)
    inbox({f"ada/{once}": b"second"})
    outcomes = collect.collect([folder], tmp_path)
    assert outcomes[0].state == "not counted" and "handed in once" in outcomes[0].notes[0] and outcomes[0].complete
    inbox({f"ada/{once}": b"zeroth"})
    os.utime(folder / "ada" / once, (1.4e9, 1.4e9))
    assert collect.collect([folder], tmp_path)[0].state == "taken"
    assert (tmp_path / "submitted" / "ada" / once).read_bytes() == b"zeroth"


def test_two_files_for_one_notebook(inbox, tmp_path):
    name = GRADED.split("/")[1]
    copy = name.replace(".ipynb", "-Copy1.ipynb")
    folder = inbox({f"ada/{name}": b"one", f"ada/{copy}": b"two", f"bo/{name}": b"one", f"bo/{copy}": b"one"})
    found = states(collect.collect([folder], tmp_path / "course"))
    assert found["ada", name] == "taken" and found["ada", copy] == "left out"
    assert found["bo", name] == "taken" and found["bo", copy] == "not needed"


def test_single_files_need_a_student(inbox, tmp_path):
    path = inbox({"work.ipynb": released(GRADED)}) / "work.ipynb"
    outcomes = collect.collect([path], tmp_path / "course")
    assert outcomes[0].state == "left out" and "--student" in outcomes[0].notes[0]
    outcomes = collect.collect([path], tmp_path / "course", student="ada")
    assert outcomes[0].state == "taken" and outcomes[0].handed.source == str(path)
    outcomes = collect.collect([path], tmp_path / "course", student="../ada")
    assert outcomes[0].state == "left out" and "can't be called" in outcomes[0].notes[0]


def test_a_document_fills_the_notebook(inbox, tmp_path):
    course = tmp_path / "course"
    outcomes = collect.collect([inbox({"ada/answers.docx": DOCUMENT})], course)
    assert len(outcomes) == 1 and outcomes[0].state == "taken" and outcomes[0].target == WRITTEN
    assert outcomes[0].answers.missing["written_2"] == written.NOT_ANSWERED
    assert outcomes[0].answers.lost == [f"written_{n}" for n in (3, 4, 5, 6)] and not outcomes[0].complete
    assert written_cell(course, "ada") == ANSWER
    assert tree(course / "submitted") == {f"ada/{WRITTEN}", "ada/3_training/answers.docx"}


def test_a_document_and_a_notebook_together(inbox, tmp_path):
    book = json.loads(released(WRITTEN))
    for cell in book["cells"]:
        if cell["id"] in ("written_1", "written_6"):
            cell["source"] = ["My own words."]
    folder = inbox({"ada/answers.docx": DOCUMENT, f"ada/{WRITTEN}": json.dumps(book).encode()})
    for _ in range(2):  # a second run changes nothing
        collect.collect([folder], tmp_path)
        assert written_cell(tmp_path, "ada", "written_6") == "My own words."
        assert written_cell(tmp_path, "ada").startswith("My own words.") and ANSWER in written_cell(tmp_path, "ada")
    assert set(states(collect.collect([folder], tmp_path)).values()) == {"already there"}


def test_a_later_document_adds_to_what_was_collected(inbox, tmp_path):
    book = json.loads(released(WRITTEN))
    next(cell for cell in book["cells"] if cell["id"] == "written_6")["source"] = ["My own words."]
    collect.collect([inbox({f"ada/{WRITTEN}": json.dumps(book).encode()})], tmp_path)
    collect.collect([inbox({"ada/answers.docx": DOCUMENT}, "second")], tmp_path)
    better = inbox({"ada/answers.docx": document("Question 1", "Better.")}, "third")
    assert collect.collect([better], tmp_path)[0].state == "not counted"
    assert written_cell(tmp_path, "ada") == ANSWER
    assert collect.collect([better], tmp_path, replace=True)[0].state == "taken"
    assert written_cell(tmp_path, "ada") == "Better."
    assert written_cell(tmp_path, "ada", "written_6") == "My own words."


def test_archives(archive, tmp_path):
    files = {f"submitted/ada/{GRADED}": released(GRADED), "submitted/bo/answers.docx": DOCUMENT, "__MACOSX/x": b""}
    outcomes = collect.collect([archive(files)], tmp_path / "course")
    assert {outcome.handed.student: outcome.state for outcome in outcomes} == {"ada": "taken", "bo": "taken"}
    assert written_cell(tmp_path / "course", "bo") == ANSWER
    files = {"work/2.3_assignment_predict_and_evaluate.ipynb": released(GRADED)}
    outcomes = collect.collect([archive(files, "work.zip")], tmp_path / "course", student="dana")
    assert outcomes[0].state == "taken" and (tmp_path / "course" / "submitted" / "dana" / GRADED).is_file()


@pytest.mark.parametrize(
    "name", ["../evil.ipynb", "ada/../../evil.ipynb", "/etc/evil.ipynb", "C:/evil.ipynb", "ada\\..\\..\\evil.ipynb"]
)
def test_what_is_unsafe_is_left_and_the_rest_goes_on(archive, tmp_path, name):
    outcomes = collect.collect([archive({f"ada/{GRADED}": b"x", name: b"x"})], tmp_path / "course")
    assert sorted(o.state for o in outcomes) == ["left out", "taken"]
    assert "unsafe path" in next(o.notes[0] for o in outcomes if o.state == "left out")
    assert tree(tmp_path) == {"class.zip", "course/collected.json", *(f"course/submitted/ada/{f}" for f in STAMPED)}


def test_links_are_left(archive, inbox, tmp_path):
    link = zipfile.ZipInfo("ada/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    outcomes = collect.collect([archive({link: "/etc/passwd"})], tmp_path / "course")
    assert [o.state for o in outcomes] == ["left out"] and "a link" in outcomes[0].notes[0]
    folder = inbox({f"ada/{GRADED}": b"x"})
    (folder / "ada" / "3.6_written_submission.ipynb").symlink_to("/etc/passwd")
    outcomes = collect.collect([folder], tmp_path / "course")
    assert sorted(o.state for o in outcomes) == ["left out", "taken"]
    assert not (tmp_path / "course" / "submitted" / "ada" / WRITTEN).exists()


def test_sizes_are_bounded(archive, inbox, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FILE_LIMIT", 10)
    outcomes = collect.collect([archive({"ada/x.ipynb": b"x" * 11, "bo/y.ipynb": b"x"})], tmp_path / "course")
    assert "larger" in outcomes[0].notes[0] and "no notebook" in outcomes[1].notes[0]
    monkeypatch.setattr(archives, "TOTAL_LIMIT", 20)
    outcomes = collect.collect([archive({"ada/x.ipynb": b"x" * 21})], tmp_path / "course")
    assert [o.state for o in outcomes] == ["left out"] and "unpacks to more" in outcomes[0].notes[0]
    monkeypatch.setattr(archives, "COUNT_LIMIT", 1)
    outcomes = collect.collect([inbox({"ada/a": b"", "ada/b": b""})], tmp_path / "course")
    assert "more than 1 files" in outcomes[0].notes[0]


def test_bombs_are_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"ada/{GRADED}", bytes(20 * 2**20))
        file.writestr(f"bo/{GRADED}", released(GRADED))
    outcomes = collect.collect([tmp_path / "class.zip"], tmp_path / "course")
    assert [o.state for o in outcomes] == ["left out", "taken"] and "times its size" in outcomes[0].notes[0]


def test_damaged_encrypted_and_missing_sources(archive, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    good = archive({f"ada/{GRADED}": b"x"})
    outcomes = collect.collect([tmp_path / "broken.zip", good], tmp_path / "course")
    assert [o.state for o in outcomes] == ["left out", "taken"] and "damaged" in outcomes[0].notes[0]
    locked = bytearray(archive({f"bo/{GRADED}": b"x", f"cleo/{GRADED}": b"x"}, "locked.zip").read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):  # the flag of the first file, in both places
        locked[locked.index(mark) + offset] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    outcomes = collect.collect([tmp_path / "locked.zip"], tmp_path / "course")
    assert [o.state for o in outcomes] == ["left out", "taken"] and "password" in outcomes[0].notes[0]
    with pytest.raises(collect.Refused, match="no file or folder"):
        collect.collect([tmp_path / "nothing"], tmp_path)


def test_a_folder_in_the_place_of_a_notebook(inbox, tmp_path):
    folder = inbox({f"ada/{MODULE}/{GRADED.split('/')[1]}/x.csv": b"x", "ada/work.ipynb": released(GRADED)})
    outcomes = collect.collect([folder], tmp_path / "course")
    assert sorted(outcome.state for outcome in outcomes) == ["left out", "taken"]


def run(*arguments):
    app = typer.Typer()
    app.command()(collect_command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_prints_what_it_took_and_what_not(inbox, tmp_path):
    folder = inbox({f"ada/{GRADED}": released(GRADED)})
    result = run(folder, "--course", tmp_path)
    assert result.exit_code == 0 and "taken" in result.output
    inbox({"bo/answers.docx": DOCUMENT, "bo/[red]x.pdf": b"%PDF"})
    result = run(folder, "--course", tmp_path)
    assert result.exit_code == 1 and "left out" in result.output
    assert "bo, answers.docx: written_2 (nothing is written there); written_3, written_4" in result.output
    assert run(tmp_path / "nothing").exit_code == 2
