"""The start page, the glossary and the cheat sheet: they fit the unit, and their links lead somewhere."""

import re

import pytest

from autograder import build, unit

PAGES = ("0_start_here", "glossary", "cheat_sheet")


def page(name):
    return unit.read(unit.SOLUTIONS / f"{name}.py")


def text_of(book):
    return "\n".join(cell.source for cell in book.cells if cell.kind == "markdown")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_a_notebook_of_the_unit(name):
    text = text_of(page(name))
    targets = set(re.findall(r"\]\(([^)#\s]+)\.ipynb\)", text)) | set(
        re.findall(r"(?m)^\[[\d.]+\]: (\S+)\.ipynb$", text)
    )
    assert len(targets) > 2
    assert [target for target in targets if not (unit.SOLUTIONS / f"{target}.py").is_file()] == []


@pytest.mark.parametrize("name", PAGES)
def test_each_numbered_link_is_defined(name):
    for cell in page(name).cells:
        used = set(re.findall(r"(?:\]|\| )\[(\d\.\d)\]", cell.source))
        assert used == set(re.findall(r"(?m)^\[(\d\.\d)\]: ", cell.source))


def test_the_map_shows_every_notebook_with_its_minutes():
    rows = [line.split("|") for line in text_of(page("0_start_here")).splitlines() if re.match(r"\| \[\d", line)]
    shown = {re.search(r"\[(\d\.\d)\] \|?$", row[1] + "|")[1] for row in rows}
    assert shown == {path.stem[:3] for path in unit.SOLUTIONS.glob("*/*.py")}
    for row, book in zip(rows, [book for book in unit.notebooks() if book.assignment], strict=True):
        said = re.search(r"\*\*Time\*\* (?:about )?(\w+) (minutes|hours)", " ".join(book.cells[0].source.split()))
        minutes = int(said[1]) if said[2] == "minutes" else 60 * {"two": 2, "three": 3}[said[1]]
        assert int(row[4]) == minutes, book.name


def test_the_code_cells_run_where_only_the_folders_lie(capsys, monkeypatch):
    monkeypatch.chdir(build.NOTEBOOKS)
    for cell in page("0_start_here").cells:
        if cell.kind == "code":
            exec(cell.source, {"__name__": "__main__"})
    said = capsys.readouterr().out
    assert "All is there." in said and "graded tasks" in said and 'check("log_loss")' in said


def test_the_glossary_is_in_order_and_says_a_sentence_for_each_term():
    rows = re.findall(r"(?m)^\| \*\*(.+?)\*\* \| (.+) \| \[\d\.\d\] \|$", text_of(page("glossary")))
    terms = [term.lower() for term, _ in rows]
    assert len(terms) > 60 and terms == sorted(set(terms))
    assert all(meaning.endswith(".") for _, meaning in rows)
