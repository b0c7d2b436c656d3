"""The written submission as a Word document: the template, what programs do to it, and the way into the notebook."""

import html
import io
import json
import random
import re
import shutil
import subprocess
import zipfile
from copy import deepcopy

import docx
import nbformat
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder import unit, written
from autograder.cli_collect import written_app
from autograder.submission import rebuild
from autograder.tasks.written import PLACEHOLDER, flags
from autograder.word import Unreadable

TASKS = [f"written_{number}" for number in range(1, 7)]
TEXTS = {
    "written_1": "A linear model predicts with a weighted sum of the features plus an intercept, z = w·x + b.",
    "written_2": "When the label is binary, such as “voted or not”; rows are voters, features age and income.",
    "written_3": "The mean log loss is minimised: start at zeros, step against the gradient, stop when it is small.",
    "written_4": "It scales the step. The matrix of second derivatives can take its place, which costs k³.",
    "written_5": "It keeps the weights small. L1 makes some of them exactly 0, L2 shrinks all of them.",
    "written_6": "Logistic regression with log loss for labels; least squares for numbers, judged by RMSE.",
}


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.docx"
    written.write_template(path)
    return path.read_bytes()


def opened(template):
    return docx.Document(io.BytesIO(template))


def boxes(document):
    """The boxes for the six answers; the first table is for the name."""
    return [table.cell(0, 0) for table in document.tables[1:]]


def filled(template, texts=TEXTS):
    """The template as a tidy student fills it in: over the prompt, paragraph by paragraph."""
    document = opened(template)
    for task, box in zip(TASKS, boxes(document), strict=True):
        if task in texts:
            first, *others = texts[task].split("\n\n")
            box.paragraphs[0].runs[0].text = first
            for text in others:
                box.add_paragraph(text)
    return document


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def answers_of(document):
    return written.read_answers(saved(document))


def plain(markdown):
    """Markdown as the text that was typed."""
    text = re.sub(r"&(lt|amp);", lambda found: html.unescape(found[0]), markdown)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


def squeeze(text):
    return "".join(text.split())


def assert_all_found(answers, texts=TEXTS):
    assert {task: squeeze(plain(text)) for task, text in answers.found.items()} == {
        task: squeeze(text) for task, text in texts.items()
    }
    assert set(answers.missing) == set(TASKS) - set(texts)


# --- the template ------------------------------------------------------------------------------------------


def test_the_questions_stand_in_one_place():
    source = "\n".join(cell.source for cell in written.notebook().cells)
    assert [q.task for q in written.questions()] == TASKS
    for question in written.questions():
        assert question.heading == f"Question {question.number}" and f"({question.points:g} points)" in question.text
        assert question.text in " ".join(source.split())


def test_the_template_is_a_well_made_document(template):
    document = opened(template)
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[-6:] == [q.heading for q in written.questions()]
    assert document.core_properties.title == written.notebook().title
    assert document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val")) == written.LANGUAGE
    assert [box.text for box in boxes(document)] == [PLACEHOLDER] * 6
    titles = [caption.get(qn("w:val")) for caption in document.element.iter(qn("w:tblCaption"))]
    assert titles == ["Your name", *(f"Answer to question {n}" for n in range(1, 7))]


def test_the_template_gives_nothing_away(template):
    text = " ".join(p.text for p in opened(template).paragraphs)
    assert "Rubric" not in text and "Watch for" not in text
    for task in TASKS:
        answer = written.tasks.find(task).rubric.split("## What a full answer says")[1].strip()[:60]
        assert answer not in text


def test_the_untouched_template_answers_nothing(template):
    answers = written.read_answers(template)
    assert answers.found == {} and answers.notes == ()
    assert answers.missing == dict.fromkeys(TASKS, written.NOT_ANSWERED) and answers.lost == []


def test_a_filled_template_is_read_back(template):
    answers = answers_of(filled(template))
    assert_all_found(answers)
    assert answers.notes == ()


TEXT = st.text(st.characters(exclude_categories=["C"], exclude_characters="$"), min_size=1, max_size=300)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXT.filter(lambda text: text.strip()))
def test_any_text_survives(template, text):
    assert_all_found(answers_of(filled(template, {"written_3": text})), {"written_3": text})


# --- what students and programs do -------------------------------------------------------------------------


def drop(element):
    element.getparent().remove(element)


def without_bookmarks(document):
    for element in [*document.element.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:tblCaption"))]:
        drop(element)


def with_other_styles(document):
    for number, style in enumerate(document.styles.element.iter(qn("w:style"))):
        style.set(qn("w:styleId"), f"berschrift{number}")
        style.find(qn("w:name")).set(qn("w:val"), f"Überschrift {number}")


def without_styles(document):
    for element in [*document.element.iter(qn("w:pStyle"))]:
        drop(element)


def with_split_runs(document):
    for run in [*document.element.iter(qn("w:r"))]:
        text = run.find(qn("w:t"))
        if text is not None and text.text:
            for letter in reversed(text.text):
                copy = deepcopy(run)
                copy.find(qn("w:t")).text = letter
                copy.find(qn("w:t")).set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                run.addnext(copy)
            drop(run)


def without_boxes(document):
    for table in document.tables[1:]:
        for paragraph in table.cell(0, 0).paragraphs:
            table._tbl.addprevious(paragraph._p)
        drop(table._tbl)


def with_content_controls(document):
    for paragraph in [*document.element.body.iter(qn("w:p"))]:
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        control.append(content)
        paragraph.addprevious(control)
        content.append(paragraph)
        if control.getparent().tag == qn("w:tc"):
            control.addnext(OxmlElement("w:p"))


def with_labels_lost(document):
    for paragraph in [p for p in document.paragraphs if p.text.startswith("Question ")]:
        drop(paragraph._p)


def with_wording_lost(document):
    wordings = {question.wording for question in written.questions()}
    for paragraph in [p for p in document.paragraphs if p.text in wordings]:
        drop(paragraph._p)


def only_boxes(document):
    with_labels_lost(document)
    with_wording_lost(document)


def with_translated_labels(document):
    for paragraph in document.paragraphs:
        paragraph.text = re.sub(r"^Question (\d)$", r"Frage Nr. \1:", paragraph.text)


def with_empty_paragraphs(document):
    for paragraph in [*document.element.body.iter(qn("w:p"))]:
        paragraph.addnext(OxmlElement("w:p"))
        paragraph.addprevious(OxmlElement("w:p"))


def with_typographers_quotes(document):
    for text in document.element.iter(qn("w:t")):
        text.text = (text.text or "").replace("'", "\u2019").replace(", such", ",\u00a0such")


def in_another_order(document):
    body = document.element.body
    headings = [p._p for p in document.paragraphs if p.text.startswith("Question ")]
    children = list(body)
    starts = [children.index(heading) for heading in headings]
    groups = [children[a:b] for a, b in zip(starts, [*starts[1:], len(children) - 1], strict=True)]
    for group in random.Random(3).sample(groups, len(groups)):
        for element in group:
            body.insert(len(body) - 1, element)


def strict(content):
    """The document as Word writes it in the strict format, with other namespaces."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith((".xml", ".rels")):
                data = data.replace(b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/")
            new.writestr(name, data)
    return result.getvalue()


DAMAGES = [
    without_bookmarks,
    with_other_styles,
    without_styles,
    with_split_runs,
    without_boxes,
    with_content_controls,
    with_labels_lost,
    with_wording_lost,
    only_boxes,
    with_translated_labels,
    with_empty_paragraphs,
    with_typographers_quotes,
    in_another_order,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_answers_survive(template, damage):
    document = filled(template)
    damage(document)
    assert_all_found(answers_of(document))


def test_the_strict_format_is_read(template):
    assert_all_found(written.read_answers(strict(saved(filled(template)))))


@pytest.mark.parametrize("seed", range(12))
def test_answers_survive_several_damages_at_once(template, seed):
    document = filled(template)
    gentle = [d for d in DAMAGES if d not in (with_labels_lost, with_wording_lost, only_boxes, in_another_order)]
    for damage in random.Random(seed).sample(gentle, 4):
        damage(document)
    assert_all_found(answers_of(document))


def put(document, number, where, text):
    """Type an answer where students type it."""
    box = boxes(document)[number - 1]
    question = next(p for p in document.paragraphs if p.text == written.questions()[number - 1].wording)
    heading = next(p for p in document.paragraphs if p.text == f"Question {number}")
    table = document.tables[number]._tbl
    if where == "above the box":
        question._p.addnext(document.add_paragraph(text)._p)
    elif where == "below the box":
        table.addnext(document.add_paragraph(text)._p)
    elif where == "after the prompt":
        box.paragraphs[0].add_run(" " + text)
    elif where == "before the prompt":
        box.paragraphs[0].runs[0].text = f"{text} {PLACEHOLDER}"
    elif where == "below the prompt":
        box.add_paragraph(text)
    elif where == "after the question":
        question.add_run(" " + text)
    elif where == "after the heading, with a line break":
        heading.add_run("\n" + text)


PLACES = ["above the box", "below the box", "after the prompt", "before the prompt", "below the prompt"]
PLACES += ["after the question", "after the heading, with a line break"]


@pytest.mark.parametrize("where", PLACES)
def test_answers_are_found_wherever_they_were_typed(template, where):
    document = opened(template)
    for number, task in enumerate(TASKS, 1):
        put(document, number, where, TEXTS[task])
    assert_all_found(answers_of(document))


def test_a_deleted_question_is_named_and_the_others_are_found(template):
    document = filled(template)
    children = list(document.element.body)
    heading = next(p._p for p in document.paragraphs if p.text == "Question 4")
    for element in children[children.index(heading) : children.index(heading) + 3]:
        drop(element)
    answers = answers_of(document)
    assert_all_found(answers, {task: text for task, text in TEXTS.items() if task != "written_4"})
    assert answers.missing == {"written_4": written.NOT_FOUND} and answers.lost == ["written_4"]


def typed(*lines):
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    return document


@pytest.mark.parametrize("label", ["Question {}", "Q{}:", "Answer {}.", "QUESTION {} (5 points)", "Task #{}", "{}."])
def test_documents_that_are_not_the_template(label):
    lines = [line for n, task in enumerate(TASKS, 1) for line in (label.format(n), TEXTS[task])]
    if label == "{}.":
        lines = [f"{n}. {TEXTS[task]}" for n, task in enumerate(TASKS, 1)]
    assert_all_found(answers_of(typed("Ada Example", *lines)))


def test_labels_before_the_answer_in_one_paragraph():
    assert_all_found(answers_of(typed(*(f"Question {n}: {TEXTS[task]}" for n, task in enumerate(TASKS, 1)))))


def test_a_numbered_list_of_answers():
    document = docx.Document()
    for text in TEXTS.values():
        document.add_paragraph(text, style="List Number")
    answers = answers_of(document)
    assert_all_found(answers)
    assert "bare numbers" in answers.notes[0]


def test_a_table_of_questions_and_answers():
    document = docx.Document()
    table = document.add_table(rows=6, cols=2)
    for n, (row, task) in enumerate(zip(table.rows, TASKS, strict=True), 1):
        row.cells[0].text, row.cells[1].text = f"Question {n}", TEXTS[task]
    assert_all_found(answers_of(document))


def test_a_mention_of_a_question_is_no_place_of_its_answer(template):
    texts = {**TEXTS, "written_6": "Question 1 and 3 say why.\n\nQuestion 2: there I said more.\n\nThat is all."}
    assert_all_found(answers_of(filled(template, texts)), texts)


def test_text_before_the_questions_is_told():
    answers = answers_of(typed("My answers follow below " + "word " * 20, "Question 1", "A weighted sum."))
    assert answers.found == {"written_1": "A weighted sum."}
    assert any("before the first question" in note for note in answers.notes)


def test_other_documents_have_no_answers():
    assert answers_of(typed("Dear Sir or Madam,", "please find my invoice.")).found == {}


# --- what stands in an answer ------------------------------------------------------------------------------


def in_answer(template, xml):
    """The Markdown of an answer with this XML in the place of the prompt's run."""
    document = opened(template)
    run = boxes(document)[0].paragraphs[0].runs[0]._r
    spaces = nsdecls("w", "m", "r", "wp", "a", "pic") + ' xmlns:mc="http://mc" xmlns:wps="http://wps"'
    for element in parse_xml(f"<w:p {spaces}>{xml}</w:p>"):
        run.addprevious(element)
    drop(run)
    answers = answers_of(document)
    return answers.found.get("written_1"), answers.notes


def r(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (r("one ") + r("bold", "<w:b/>") + r(" two", '<w:b w:val="0"/>'), "one **bold** two"),
        (r("a ") + r("b ", "<w:i/>") + r("c"), "a *b* c"),
        (r("x") + r("2", '<w:vertAlign w:val="superscript"/>'), "x<sup>2</sup>"),
        (f"<w:ins>{r('kept')}</w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>", "kept"),
        (f"<w:moveFrom>{r('gone')}</w:moveFrom><w:moveTo>{r('kept')}</w:moveTo>", "kept"),
        (r("seen") + r(" unseen", "<w:vanish/>"), "seen"),
        (f'<w:hyperlink w:anchor="x">{r("a link")}</w:hyperlink>', "a link"),
        (f'<w:fldSimple w:instr="DATE">{r("a field")}</w:fldSimple>', "a field"),
        ("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:t>three</w:t></w:r>", "one  \ntwo three"),
        (r("&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;"), "&lt;script>alert(1)&lt;/script> &amp;lt;"),
        (r("snake_case, 2 * 3 * 4, [x](y), # no"), r"snake_case, 2 \* 3 \* 4, \[x\](y), # no"),
        (r("# not a heading"), r"\# not a heading"),
        (r("1. not a list"), r"1\. not a list"),
        (r("the loss $-y \\log(p_i) &lt; 1$ costs $5"), "the loss $-y \\log(p_i) \\lt  1$ costs \\$5"),
        ('<w:r><w:sym w:font="Symbol" w:char="F062"/></w:r>', "β"),
        (
            "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>n</m:t></m:r></m:den></m:f>"
            "<m:sSup><m:e><m:r><m:t>w</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>",
            r"$\frac{1}{n}{w}^{2}$",
        ),
        (
            '<m:oMath><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i</m:t></m:r></m:sub><m:sup/>'
            "<m:e>"
            "<m:d><m:dPr><m:begChr m:val='|'/><m:endChr m:val='|'/></m:dPr><m:e><m:r><m:t>w</m:t></m:r></m:e></m:d>"
            "</m:e></m:nary></m:oMath>",
            r"$\sum_{i} \left|w\right|$",
        ),
        (
            "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>in a box</w:t>"
            "</w:r></w:p></w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r>"
            "<w:t>in a box</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
            "in a box",
        ),
    ],
)
def test_what_stands_in_an_answer(template, xml, expected):
    assert in_answer(template, xml)[0] == expected


def test_pictures_are_noted(template):
    text, notes = in_answer(template, "<w:r><w:drawing/></w:r>" + r("see above"))
    assert "picture" in text and "see above" in text
    assert notes == ("question 1: 1 picture, to be seen in the document",)


def test_tracked_changes_and_hidden_text_are_noted(template):
    assert "deleted text" in in_answer(template, "<w:del/>" + r("text"))[1][0]
    assert "hidden text" in in_answer(template, r("x", "<w:vanish/>") + r("text"))[1][0]


def test_lists_tables_and_headings_within_an_answer(template):
    document = opened(template)
    box = boxes(document)[1]
    box.paragraphs[0].text = "First:"
    for text in ("tall", "small"):
        box.add_paragraph(text, style="List Bullet")
    for text in ("one", "two"):
        box.add_paragraph(text, style="List Number")
    box.add_paragraph("In short", style="Heading 2")
    table = box.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["L1", "L2", "|w|", "w²"], strict=True):
        cell.text = text
    expected = (
        "First:\n\n- tall\n- small\n1. one\n2. two\n\n#### In short\n\n| L1 | L2 |\n| --- | --- |\n| \\|w\\| | w² |"
    )
    found = answers_of(document).found["written_2"]
    assert squeeze(found) == squeeze(expected) and "\n- small" in found and "\n2. two" in found


def test_footnotes_stand_where_they_belong(template):
    content = saved(filled(template))
    notes = (
        b'<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:footnote w:id="2">'
        b"<w:p><w:r><w:t>Tibshirani 1996</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )

    def change(name, data):
        reference = b'L1 makes</w:t><w:footnoteReference w:id="2"/><w:t xml:space="preserve">'
        return data.replace(b"L1 makes", reference) if name == "word/document.xml" else data

    answers = written.read_answers(repacked(content, change, {"word/footnotes.xml": notes}))
    assert "L1 makes (footnote: Tibshirani 1996) some" in answers.found["written_5"]


def repacked(content, change=lambda name, data: data, extra=()):
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in extra:
                new.writestr(name, change(name, old.read(name)))
        for name in extra:
            new.writestr(name, extra[name])
    return result.getvalue()


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("way", [["docx"], ["odt", "docx"], ["doc", "docx"], ["rtf", "docx"]])
def test_a_round_trip_through_libreoffice(template, tmp_path, way):
    texts = {**TEXTS, "written_2": TEXTS["written_2"] + "\n\nA second paragraph with <tags> & *stars*."}
    path = tmp_path / "answers.docx"
    filled(template, texts).save(path)
    for place, kind in enumerate(way):
        out = tmp_path / str(place)
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", out, path]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        path = out / f"answers.{kind}"
        if kind != "docx":
            with pytest.raises(Unreadable, match=rf"\.{kind}\)"):
                written.read_answers(path)
    assert_all_found(written.read_answers(path), texts)


# --- bad files ---------------------------------------------------------------------------------------------

OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "a PDF.*save it as a Word document"),
        (OLD_WORD, "old Word format"),
        (OLD_WORD + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"{\\rtf1 hello}", "Rich Text"),
        (b'{"cells": []}', "notebook"),
        (b"<!DOCTYPE html><p>", "web page"),
        (b"hello", "not a Word document"),
        (b"PK\x03\x04 cut off", "damaged"),
        (zipped(content_xml="<x/>"), "OpenDocument"),
        (zipped(xl__workbook_xml="<x/>"), "Excel"),
        (zipped(readme="hello"), "not a Word document"),
        (zipped(word__document_xml="<w:document"), "damaged"),
        (zipped(word__document_xml="<document/>"), "no text"),
        (zipped(word__document_xml=b" " * (9 * 2**20)), "too large"),
        (
            zipped(word__document_xml='<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><document>&x;</document>'),
            "entit",
        ),
        (
            zipped(word__document_xml="<document><body>" + "<x>" * 2000 + "</x>" * 2000 + "</body></document>"),
            "nested|damaged",
        ),
    ],
)
def test_bad_files_are_refused_in_words(content, says):
    with pytest.raises(Unreadable, match=says):
        written.read_answers(content)


def test_a_damaged_part_is_refused(template):
    content = bytearray(saved(filled(template)))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 80
    content[start : start + 200] = bytes(200)
    with pytest.raises(Unreadable, match="damaged"):
        written.read_answers(bytes(content))


# --- into the notebook -------------------------------------------------------------------------------------


@pytest.fixture
def answers(template):
    return answers_of(filled(template))


def released():
    book = written.notebook()
    return (unit.ROOT / "notebooks" / book.assignment / f"{book.name}.ipynb").read_bytes()


def cells_of(content):
    book = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(book)
    return {cell.id: cell.source for cell in book.cells}


def test_answers_go_into_the_release(answers):
    content, notes = written.insert(answers)
    assert notes == [] and rebuild(content, written.notebook()).repairs == ()
    cells = cells_of(content)
    assert {task: cells[task] for task in TASKS} == answers.found
    assert "Rubric" not in content.decode() and "Watch for" not in content.decode()


def test_answers_of_the_notebook_stay(answers):
    book = json.loads(released())
    next(cell for cell in book["cells"] if cell["id"] == "written_2")["source"] = ["My own", " words."]
    content, notes = written.insert(answers, json.dumps(book).encode())
    cells = cells_of(content)
    assert cells["written_2"].startswith("My own words.") and answers.found["written_2"] in cells["written_2"]
    assert cells["written_1"] == answers.found["written_1"]
    assert [note for note in notes if "both were kept" in note] == [
        "written_2 is answered in the notebook too: both were kept"
    ]


def test_inserting_twice_changes_nothing(answers):
    once = written.insert(answers, released())[0]
    assert written.insert(answers, once)[0] == once
    other = written.Answers({"written_1": "Another answer."}, {})
    twice = written.insert(other, once)[0]
    assert written.insert(other, twice)[0] == twice and written.insert(other, once, previous=answers)[0] != twice
    assert cells_of(written.insert(other, once, previous=answers)[0])["written_1"] == "Another answer."


def test_a_broken_notebook_is_repaired_on_the_way(answers):
    content, notes = written.insert(answers, released()[:3000])
    assert {task: cells_of(content)[task] for task in TASKS} == answers.found
    assert any("broken JSON" in note for note in notes)


def test_flags_see_what_a_document_says(template):
    document = filled(template, {"written_5": "The best C = -2, because log_10 is taken."})
    assert "log10 C reported as C" in flags(answers_of(document).found["written_5"])


# --- rubrics -----------------------------------------------------------------------------------------------


def test_rubrics_are_for_the_marker_only():
    for task in TASKS:
        text = written.rubric_cell(written.tasks.find(task))
        assert text.startswith(f"### Rubric for `{task}` (5 points)") and "| points | for |" in text
        assert not re.search(r"^#{1,2} ", text, flags=re.MULTILINE)
    assert written.rubric_cell(written.tasks.find("log_loss")) == ""
    for path in (unit.ROOT / "notebooks").rglob("*.ipynb"):
        assert "For markers; not part of what students receive" not in path.read_text(encoding="utf-8")


# --- the commands ------------------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(written_app, [str(argument) for argument in arguments])


def test_the_commands_write_and_read(tmp_path):
    path = tmp_path / "form.docx"
    assert run("template", "-o", path).exit_code == 0
    assert run("template", "-o", path).exit_code == 2
    document = filled(path.read_bytes(), {"written_1": TEXTS["written_1"]})
    document.save(path)
    result = run("read", path, "--json")
    assert result.exit_code == 1 and json.loads(result.stdout)["found"] == {"written_1": TEXTS["written_1"]}
    text = run("read", path)
    assert "written_2, written_3" in text.output and "could not be found" in text.output
    filled(path.read_bytes(), TEXTS | {"written_1": TEXTS["written_1"]}).save(path)
    assert run("read", path).exit_code == 0


def test_the_commands_refuse_in_words(tmp_path):
    path = tmp_path / "form.docx"
    path.write_bytes(b"%PDF-1.7")
    result = run("read", path)
    assert result.exit_code == 2 and "PDF" in result.output
    assert run("read", tmp_path / "nothing.docx").exit_code == 2
