"""What comes in is never what went out: every damage is mended, said, and loses nobody's code."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import sample_class, unit
from autograder.submission import rebuild


@pytest.fixture(scope="module")
def book():
    return next(book for book in unit.notebooks() if book.name == sample_class.NOTEBOOK)


def student(name):
    return next(s for s in sample_class.STUDENTS if s.name == name)


def code_of(submission):
    return "\n".join(work.source for work in submission.cells if work.kind == "code")


def test_an_undamaged_notebook_needs_no_repair(book):
    submission = rebuild(sample_class.notebook_of(student("bea_loops")), book)
    assert submission.repairs == ()
    assert [work.id for work in submission.cells] == [cell.id for cell in book.cells]


@pytest.mark.parametrize("one", [s for s in sample_class.STUDENTS if s.damage], ids=lambda s: s.name)
def test_damage_is_said_and_the_release_is_restored(book, one):
    submission = rebuild(sample_class.notebook_of(one), book)
    assert submission.repairs
    ids = [work.id for work in submission.cells]
    marked = [cell.id for cell in book.cells if cell.role != "code" and cell.role != "text"]
    assert [identity for identity in ids if identity in marked] == marked
    assert len(set(ids)) == len(ids)
    for work in submission.cells:
        if work.role in ("given", "check"):
            assert work.source == book.find(work.id).released


@pytest.mark.parametrize(
    "name", ["sami_copied_cell", "tom_split_cell", "vera_reordered", "wim_retyped", "xenia_ids_lost", "bo_utf16"]
)
def test_no_code_is_lost(book, name):
    one = student(name)
    text = code_of(rebuild(sample_class.notebook_of(one), book))
    for code in one.answers.values():
        for line in code.strip().splitlines():
            assert line in text


def test_a_copied_stub_does_not_hide_the_answer(book):
    content = json.loads(sample_class.notebook_of(student("abel_numpy")))
    stub = next(c for c in content["cells"] if c["id"] == "log_loss")
    copy = json.loads(json.dumps(stub)) | {"source": book.find("log_loss").released}
    content["cells"].append(copy)
    submission = rebuild(json.dumps(content).encode(), book)
    answer = next(work for work in submission.cells if work.id == "log_loss")
    assert "np.minimum" in answer.source


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_survived(content):
    book = next(book for book in unit.notebooks() if book.name == sample_class.NOTEBOOK)
    submission = rebuild(content, book)
    assert not submission.readable and submission.repairs


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.fixed_dictionaries({"cell_type": json_values, "source": json_values, "metadata": json_values})))
@settings(max_examples=200, deadline=None)
def test_any_json_in_cells_is_survived(cells):
    book = next(book for book in unit.notebooks() if book.name == sample_class.NOTEBOOK)
    submission = rebuild(json.dumps({"cells": cells}).encode(), book)
    assert len(submission.cells) >= len([c for c in book.cells if c.role not in ("code",)])


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8, 0.99])
def test_a_cut_off_file_keeps_the_cells_before_the_cut(book, cut):
    whole = sample_class.notebook_of(student("abel_numpy"))
    submission = rebuild(whole[: int(len(whole) * cut)], book)
    assert submission.readable
    assert any("broken JSON" in repair for repair in submission.repairs)
