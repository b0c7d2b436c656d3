"""The written submission 3.6 as a Word document: the template, reading it back, and its place in the notebook.

    write_template("3.6.docx")  →  a student fills it in  →  read_answers("3.6.docx")  →  insert(answers, notebook)

The questions stand in one place, the notebook's source. Rubrics are for markers: `rubric_cell` is shown beside an
answer in autograded/ and nowhere else.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docx
import nbformat
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import build, tasks, unit
from autograder.answers import Question, locate
from autograder.submission import rebuild
from autograder.tasks.written import PLACEHOLDER
from autograder.word import FILE_LIMIT, PICTURE, Unreadable, markdown, read

LANGUAGE = "en-GB"
INK, FRAME = RGBColor(0x1F, 0x3A, 0x5F), "5B6B7F"
NOT_FOUND = "neither its heading nor its wording was found"
NOT_ANSWERED = "nothing is written there"
HOW_TO = {
    "Filling in": (
        "Write your name below, and each answer into the box under its question. The boxes grow as you write.",
        "Leave the headings “Question 1” to “Question {last}” as they are: your answers are found by them.",
        "Lists, tables and formulas are welcome. Eight to twelve sentences a question will do.",
    ),
    "Handing in": (
        "Save the document as a Word document (.docx), from Word, LibreOffice, Pages or Google Docs alike.",
        "Hand that file in once, as your course asks. A PDF or an .odt file cannot be read back.",
    ),
}


@dataclass(frozen=True)
class Answers:
    """What a document answers. found: {task: Markdown}; missing: {task: why}; notes: what a person should know."""

    found: dict
    missing: dict
    notes: tuple = ()

    @property
    def lost(self):
        """Tasks whose place in the document was not found, as opposed to those that were left unanswered."""
        return [task for task, why in self.missing.items() if why == NOT_FOUND]


@cache
def notebook():
    """The unit's notebook that may be handed in as a document."""
    return next(book for book in unit.notebooks() if "written_1" in book.tasks("written"))


@cache
def questions():
    """The Questions of the written submission, read from the notebook: the text cell before each answer."""
    found = []
    for before, cell in zip(notebook().cells, notebook().cells[1:], strict=False):
        if cell.role == "written":
            heading, _, text = before.source.strip().partition("\n")
            points = tasks.find(cell.name).max_score
            found.append(Question(len(found) + 1, cell.name, heading.lstrip("# "), " ".join(text.split()), points))
    return tuple(found)


# --- the template ------------------------------------------------------------------------------------------


def write_template(path):
    """Write the Word document that students fill in to a path or a binary file."""
    document = docx.Document()
    _set_styles(document)
    title = notebook().title
    document.core_properties.title, document.core_properties.language = title, LANGUAGE
    document.core_properties.author = document.core_properties.comments = ""
    document.add_paragraph(title, style="Title")
    for heading, steps in HOW_TO.items():
        document.add_heading(heading, level=1)
        for step in steps:
            document.add_paragraph(step.format(last=len(questions())), style="List Bullet")
    _add_box(document, "Your name", "Name: ", Cm(0.9))
    for question in questions():
        _mark(document.add_heading(question.heading, level=1), f"{question.task}_question", question.number)
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        for place, part in enumerate(question.text.split("**")):
            paragraph.add_run(part).bold = place % 2 == 1
        box = _add_box(document, f"Answer to question {question.number}", PLACEHOLDER, Cm(8))
        _mark(box, question.task, 100 + question.number)
    _add_page_number(document.sections[0].footer.paragraphs[0], f"{title}, page ")
    document.save(path if hasattr(path, "write") else str(path))


def _set_styles(document):
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.3)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    sizes = {"Normal": 11, "Title": 24, "Heading 1": 16}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size = "Calibri", Pt(size)
        fonts = style.element.rPr.rFonts
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]
        if name != "Normal":
            style.font.color.rgb, style.font.bold, style.font.italic = INK, True, False
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(4)
    document.styles["Title"].paragraph_format.space_before = Pt(0)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)


def _add_box(document, title, text, height):
    """A table of one cell with a frame and a title for screen readers; returns the paragraph in it."""
    table = document.add_table(rows=1, cols=1)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.style = "Table Grid"
    table.rows[0].height, table.rows[0].height_rule = height, WD_ROW_HEIGHT_RULE.AT_LEAST
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right"):
        borders.append(_element(side, val="single", sz="8", space="0", color=FRAME))
    properties = table._tbl.tblPr
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption")
    properties.append(_element("tblCaption", val=title))
    paragraph = table.cell(0, 0).paragraphs[0]
    paragraph.add_run(text)
    paragraph.paragraph_format.space_before = Pt(3)
    return paragraph


def _element(tag, **attributes):
    element = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def _mark(paragraph, name, number):
    """Put a bookmark around the text of a paragraph."""
    paragraph.runs[0]._r.addprevious(_element("bookmarkStart", id=number, name=name))
    paragraph._p.append(_element("bookmarkEnd", id=number))


def _add_page_number(paragraph, text):
    paragraph.add_run(text)
    field = _element("fldSimple", instr="PAGE")
    field.append(OxmlElement("w:r"))
    field[0].append(OxmlElement("w:t"))
    field[0][0].text = "1"
    paragraph._p.append(field)


# --- reading it back ---------------------------------------------------------------------------------------


def read_answers(source):
    """The Answers in a Word document, given as a path or as bytes; raises Unreadable with what to do."""
    if not isinstance(source, bytes):
        with Path(source).open("rb") as file:
            source = file.read(FILE_LIMIT + 1)
    document = read(source)
    located = locate(document.blocks, questions())
    found, missing, notes = {}, {}, [*document.notes, *located.notes]
    for question in questions():
        text = markdown(located.answers.get(question.number, ()))
        if text:
            found[question.task] = text
        else:
            missing[question.task] = NOT_ANSWERED if question.number in located.answers else NOT_FOUND
        if count := text.count(PICTURE):
            notes.append(f"question {question.number}: {count} picture{'s' * (count > 1)}, to be seen in the document")
    before = _own_words(located.before)
    if before:
        notes.append(f"before the first question stands what belongs to none: “{before}”")
    return Answers(found, missing, tuple(notes))


def _own_words(blocks, least=12):
    """The beginning of a text that is not the template's, or "" when it has next to no words."""
    ours = " ".join([notebook().title, "Name", *HOW_TO, *(step for steps in HOW_TO.values() for step in steps)])
    known = set(re.findall(r"\w+", ours))
    lines = [line for line in markdown(blocks).splitlines() if set(re.findall(r"\w+", line)) - known]
    words = " ".join(line for line in lines if not re.match(r"\W*Name\b", line)).split()
    return " ".join(words[:least]) + " …" if len(words) >= least else ""


# --- into the notebook -------------------------------------------------------------------------------------


def insert(answers, content=None, previous=None):
    """Put Answers into the notebook that was handed in (bytes), or into the release; returns (bytes, notes).

    What a student wrote in the notebook stays; where both answer, both are kept. previous: the Answers of an earlier
    version of the document, which are replaced.
    """
    book = notebook()
    submission = rebuild(content or b"", book)
    notes = list(submission.repairs) if content else []
    cells = []
    for work in submission.cells:
        released = book.find(work.id)
        source = work.source
        if work.role == "written" and work.name in answers.found:
            old = previous.found.get(work.name) if previous else None
            source, both = _join(source, answers.found[work.name], released.released, old)
            notes += [f"{work.name} is answered in the notebook too: both were kept"] * both
        make = new_code_cell if work.kind == "code" else new_markdown_cell
        cells.append(make(source, id=work.id, metadata=build.cell_metadata(released) if released else {}))
    text = nbformat.writes(new_notebook(cells=cells, metadata=build.KERNEL))
    return text.encode(), notes


def _join(own, answer, prompt, old):
    """The text of an answer cell, and True when there are two different answers."""
    addition = "\n\n---\n\n*From the Word document:*\n\n"
    if old:
        own = "" if own.strip() == old else own.removesuffix(addition + old)
    if own.strip() in ("", prompt.strip(), answer):
        return answer, False
    return own.rstrip().removesuffix(addition + answer) + addition + answer, True


# --- for the marker ----------------------------------------------------------------------------------------


def rubric_cell(task):
    """The rubric of a Task as the Markdown of a cell to stand below the answer, or "" when it has none.

    Its headings are lowered so that they stand below those of the notebook's questions.
    """
    text = re.sub(r"^# .*\n+", "", task.rubric.strip())
    text = re.sub(r"^(#+) ", r"##\1 ", text, flags=re.MULTILINE)
    return f"### Rubric for `{task.name}` ({task.max_score:g} points)\n\n{text}\n" if text else ""


__all__ = ["Answers", "Unreadable", "insert", "notebook", "questions", "read_answers", "rubric_cell", "write_template"]
