"""Every notebook runs from top to bottom without an error or a warning: solved, and the lessons unsolved too."""

import re

import nbformat
import pytest
from nbclient import NotebookClient

from autograder import build, unit

ALL = [book for book in unit.notebooks() if book.cells]
LESSONS = [book for book in ALL if not re.search("assignment|lab|written", book.name)]
REAL = {
    "load_churn": "Cell2Cell_data.csv",
    "load_airbnb": "airbnb_superhost_minimal.csv",
    "load_whr": "WHR2018Chapter2OnlineData.csv",
}
LOADING = [
    (book, loader)
    for book in ALL
    for loader in REAL
    if any(f"{loader}(" in c.source for c in book.cells if c.kind == "code")
]


def run(notebook, folder):
    """Execute a notebook; returns the texts that went to stderr or were warnings."""
    for cell in notebook.cells:
        cell.source = re.sub(r"\n### BEGIN HIDDEN TESTS.*", "", cell.source, flags=re.S)
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    texts = [output.text for output in outputs if output.output_type == "stream"]
    noise = [output.text for output in outputs if output.get("name") == "stderr"]
    return noise + [text for text in texts if "Warning:" in text]


@pytest.mark.parametrize("book", ALL, ids=lambda book: book.name)
def test_solved_notebooks_run_and_every_check_passes(book, tmp_path):
    notebook = build.source_notebook(book)
    assert run(notebook, tmp_path) == []
    for cell in notebook.cells:
        if cell.source.startswith("check("):
            (card,) = cell.outputs
            assert card["data"]["text/plain"].startswith("✓ Passed"), card["data"]["text/plain"]


@pytest.mark.parametrize("book", LESSONS, ids=lambda book: book.name)
def test_lessons_run_unsolved_and_every_check_says_not_attempted(book, tmp_path):
    path = build.NOTEBOOKS / book.assignment / f"{book.name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert run(notebook, tmp_path) == []
    for cell in notebook.cells:
        if cell.source.startswith("check("):
            assert cell.outputs[0]["data"]["text/plain"].startswith("○ Not attempted yet")


@pytest.mark.parametrize(("book", "loader"), LOADING, ids=lambda value: getattr(value, "name", value))
def test_notebooks_run_on_the_real_tables(book, loader, tmp_path, real_table):
    path = str(real_table(REAL[loader]))
    notebook = build.source_notebook(book)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = re.sub(rf"{loader}\([^()]*\)", f"{loader}({path!r})", cell.source)
    assert run(notebook, tmp_path) == []
    assert path in nbformat.writes(notebook)


def test_figures_have_alt_texts(tmp_path):
    (book,) = [book for book in ALL if book.name == "2.2_prediction_from_scratch"]
    notebook = build.source_notebook(book)
    run(notebook, tmp_path)
    figures = [
        output["data"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert len(figures) >= 3
    for data in figures:
        alt = re.search(r'<img alt="([^"]{20,})"', data["text/html"])
        assert alt and re.search(r"\d", alt[1])
