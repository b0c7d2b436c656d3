"""Paragraphs and tables of a document, and how they look as simple Markdown."""

import re
from dataclasses import dataclass, replace

PICTURE = "*(a picture stands here in the document)*"


@dataclass(frozen=True)
class Span:
    """Text of one look. style: letters of b(old), i(talic), s(truck), ^ and _; "raw" when it is Markdown already."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Paragraph:
    """heading: its level or 0. bullet: "-" or "3." in a list, at a depth. marks: names of its bookmarks."""

    spans: tuple = ()
    heading: int = 0
    bullet: str = ""
    depth: int = 0
    marks: tuple = ()

    @property
    def text(self):
        return "".join(span.text for span in self.spans)

    def without(self, ranges):
        """The paragraph with these (start, end) ranges of its text cut out."""
        keep = bytearray(b"\x01") * len(self.text)
        for start, end in ranges:
            keep[start:end] = bytes(len(keep[start:end]))
        place = iter(keep)
        spans = tuple(Span("".join(letter for letter in span.text if next(place)), span.style) for span in self.spans)
        return replace(self, spans=spans)


@dataclass(frozen=True)
class Table:
    """rows: lists of cells, each a list of blocks. marks: its title and description."""

    rows: tuple
    marks: tuple = ()


@dataclass(frozen=True)
class Document:
    blocks: tuple
    notes: tuple = ()


def markdown(blocks):
    """Blocks as simple Markdown; what looks like Markdown or HTML in the text is escaped, formulas in $…$ are kept."""
    pieces: list = []
    for block in blocks:
        text = _table_text(block) if isinstance(block, Table) else _paragraph_text(block)
        if text.strip():
            in_list = isinstance(block, Paragraph) and bool(block.bullet)
            pieces.append(("\n" if in_list and pieces and pieces[-1][2] else "\n\n", text, in_list))
    return "".join(gap + text for gap, text, _ in pieces).strip("\n")


def _paragraph_text(paragraph):
    text = "".join(_span_text(span, paragraph.heading) for span in paragraph.spans).strip()
    if not text:
        return ""
    if paragraph.heading:
        return "#" * min(6, paragraph.heading + 2) + " " + " ".join(text.split())
    lines = [_line_start(line.strip()) for line in text.split("\n")]
    indent = "    " * paragraph.depth
    if paragraph.bullet:
        lines[0] = f"{indent}{paragraph.bullet} {lines[0]}"
    return f"  \n{indent}{'  ' if paragraph.bullet else ''}".join(line for line in lines if line.strip())


def _line_start(line):
    """A line that begins as a heading, list, quotation, rule or table does, with that sign escaped."""
    line = re.sub(r"^(#{1,6}(?=\s|$)|[-+=](?=[\s=+-]|$)|>|~~~)", r"\\\1", line)
    return re.sub(r"^(\d{1,9})([.)])(?=\s|$)", r"\1\\\2", line)


def _span_text(span, heading=0):
    if span.style == "raw":
        return span.text
    parts = re.split(r"(?<!\\)(\$(?=\S)[^$\n]*[^$\s\\]\$(?!\d))", span.text)
    text = "".join(_formula(part) if place % 2 else _escape(part) for place, part in enumerate(parts))
    core = text.strip()
    if not core:
        return text
    for letter, before, after in (
        ("^", "<sup>", "</sup>"),
        ("_", "<sub>", "</sub>"),
        ("s", "~~", "~~"),
        ("i", "*", "*"),
        ("b", "**", "**"),
    ):
        if letter in span.style and not (letter == "b" and heading):
            core = "  \n".join(f"{before}{line.strip()}{after}" if line.strip() else "" for line in core.split("\n"))
    start = len(text) - len(text.lstrip())
    return text[:start] + core + text[len(text.rstrip()) :]


def _escape(text):
    text = re.sub(r"([\\`*\[\]|~$])|(?<!\w)_|_(?!\w)", lambda found: "\\" + found[0], text)
    return re.sub(r"&(?=[#\w])", "&amp;", text).replace("<", "&lt;")


def _formula(text):
    return text.replace("<", r"\lt ").replace(">", r"\gt ")


def _table_text(table):
    rows = [[_cell_text(cell) for cell in row] for row in table.rows]
    if not any(any(row) for row in rows):
        return ""
    width = max(len(row) for row in rows)
    rows[0] += [""] * (width - len(rows[0]))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cell_text(blocks):
    """A cell on one line: its paragraphs, and those of tables inside of it."""
    texts = []
    for block in blocks:
        if isinstance(block, Table):
            texts += [_cell_text(cell) for row in block.rows for cell in row]
        else:
            texts += [f"{block.bullet} {_paragraph_text(Paragraph(block.spans))}".strip()]
    return "<br>".join(filter(None, (re.sub(r"\s*\n", "<br>", text) for text in texts)))
