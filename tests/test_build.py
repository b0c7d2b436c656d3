"""The release is what the source builds, and no answer is in it."""

import json
import re

import nbformat
import pytest

from autograder import build, glossary, tasks, unit
from autograder.submission import rebuild

ROOT = unit.ROOT
LONG = 12  # characters from which a line of code says something
PUBLIC = [*sorted((ROOT / "notebooks").rglob("*.ipynb")), *sorted((ROOT / "workbook").rglob("*.py"))]
TABLES = sorted((ROOT / "workbook" / "tables").glob("*.json"))


def squeeze(text):
    return re.sub(r"\s+", "", text)


def tells(code):
    """Whether a squeezed line of code says how something is computed: long enough, with an operator or a call."""
    return (
        len(code) >= LONG
        and code[-1] not in "([,{"
        and re.search(r"[-+*/@(\[]", code.removeprefix("return")) is not None
    )


def answer_lines():
    """Every telling line of every model answer, without spaces."""
    for book in unit.notebooks():
        for cell in book.cells:
            for region in unit.REGION.finditer(cell.source):
                for line in region[0].splitlines()[1:-1]:
                    code = squeeze(line.split("#")[0])
                    if tells(code):
                        yield code, f"{book.name}, {cell.name}"


def wrong_version_lines():
    """Every telling line of a known mistake or a reference, but for what an answer cell gives on purpose."""
    given = squeeze("".join(cell.released for book in unit.notebooks() for cell in book.cells if cell.role == "answer"))
    for path in sorted((ROOT / "autograder" / "tasks").glob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            code = squeeze(line.split("#")[0])
            if code.startswith("return") and not code.startswith("return{") and tells(code) and code not in given:
                yield code, path.name


def test_nothing_drifted():
    assert build.drift() == []


def test_a_change_of_the_release_is_noticed(tmp_path, monkeypatch):
    import shutil

    copy = tmp_path / "notebooks"
    shutil.copytree(build.NOTEBOOKS, copy)
    victim = next(copy.rglob("2.3*.ipynb"))
    victim.write_text(victim.read_text(encoding="utf-8").replace("points", "marks"), encoding="utf-8")
    (copy / "stray.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(build, "NOTEBOOKS", copy)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "TABLES", tmp_path / "no_tables")
    drifted = build.drift()
    assert f"notebooks/{victim.relative_to(copy).as_posix()}" in drifted
    assert "notebooks/stray.ipynb" in drifted


@pytest.mark.parametrize("path", [*PUBLIC, *TABLES], ids=lambda path: path.name)
def test_no_answer_reaches_a_student(path):
    if path.suffix == ".ipynb":
        book = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in book.cells)
        assert not any(cell.get("outputs") for cell in book.cells)
    else:
        text = path.read_text(encoding="utf-8")
    for mark in ("BEGIN SOLUTION", "HIDDEN TESTS", "autograder.judge"):
        assert mark not in text
    squeezed = squeeze(text)
    found = [f"{code} ({where})" for code, where in answer_lines() if code in squeezed]
    found += [f"{code} ({where})" for code, where in wrong_version_lines() if code in squeezed]
    assert found == []


def test_released_stubs_are_nbgraders_own():
    for book in unit.notebooks():
        path = build.NOTEBOOKS / book.assignment / f"{book.name}.ipynb"
        released = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
        for cell in book.cells:
            assert released[cell.id] == cell.released
        assert rebuild(path.read_bytes(), book).repairs == ()


def test_points_come_from_the_tasks_and_add_up():
    for book in unit.notebooks():
        path = build.NOTEBOOKS / book.assignment / f"{book.name}.ipynb"
        marks = [c.metadata.get("nbgrader", {}) for c in nbformat.read(path, as_version=4).cells]
        in_notebook = sum(mark.get("points", 0) for mark in marks if mark.get("grade"))
        graded = [tasks.find(name) for name in (*book.tasks(), *book.tasks("written")) if tasks.find(name).graded]
        assert in_notebook == sum(task.max_score for task in graded)


def test_every_task_has_one_answer_one_check_and_three_hints():
    for book in unit.notebooks():
        assert book.tasks("answer") == book.tasks("check"), book.name
        hints = sum(cell.source.count("<summary>Hint") for cell in book.cells)
        assert hints == 3 * len(book.tasks("check")), book.name


def test_headings_are_in_order_and_links_lead_somewhere():
    for book in unit.notebooks():
        level = 0
        for cell in book.cells:
            if cell.kind != "markdown":
                continue
            for line in re.sub(r"```.*?```", "", cell.source, flags=re.S).splitlines():
                if heading := re.match(r"(#+) ", line):
                    assert len(heading[1]) <= level + 1, f"{book.name}: {line}"
                    level = len(heading[1])
            for link in re.findall(r"\]\(([^)#\s]+\.ipynb)", cell.source):
                assert (build.NOTEBOOKS / book.assignment / link).resolve().is_file(), f"{book.name}: {link}"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_tables_hold_numbers_and_words_only(path):
    table = json.loads(path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 150_000
    assert "lambda" not in json.dumps(table["mistakes"]) and "def " not in json.dumps(table)


def test_terms_link_to_the_glossary_once_a_notebook():
    linked = 0
    for book in unit.notebooks():
        links = [w.lower() for c in book.cells for w in re.findall(r"\[\*+([^*]+)\*+\]\([./]*glossary", c.source)]
        assert len(links) == len(set(links)), book.name
        linked += len(links)
    assert linked > 40
    text = glossary.link("A **weight** and a *weight*; *bold words*; **Tolerances**.", set(), "../")
    assert text.count("](../glossary.ipynb") == 2 and '"' in text and "*bold words*" in text


def test_every_notebook_says_what_comes_next():
    for book in unit.notebooks():
        last = book.cells[-1].source
        assert re.search(r"\]\([^)\s]+\.ipynb", last), book.name
        if book.assignment:
            assert "to think about" in last.lower(), book.name
