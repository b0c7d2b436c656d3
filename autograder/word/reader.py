"""From the XML of a document to Paragraphs and Tables in reading order.

Deleted and hidden text is left out, inserted text is kept; lists, headings, links, footnotes, formulas and text boxes
are read, and what can't be shown is noted.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from autograder.word.blocks import PICTURE, Document, Paragraph, Span, Table
from autograder.word.formula import latex
from autograder.word.package import SAVE_AS, Package, Unreadable, attribute, below, kind_of, setting

GONE = {"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr"}
PICTURES = {"drawing", "pict", "object"}
FIXED = {"tab": " ", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
SYMBOLS = dict(zip("abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλμνξοπρστυφχψω", strict=True))  # of the font "Symbol"
UNKNOWN = "\ufffd"
DEEPEST = 8  # the depth of lists that Word knows
LONGEST = 12  # styles that are based on each other
SWITCHES = {"b": "b", "i": "i", "strike": "s", "dstrike": "s", "vanish": "h"}


def read(content):
    """The Document for the bytes of a .docx file; raises Unreadable."""
    try:
        return _read(Package(content))
    except RecursionError:
        raise Unreadable("The document is nested too deeply to be read.") from None


def _read(package):
    reader = _Reader(package)
    body = next((part for part in package.main if kind_of(part) == "body"), None)
    if body is None:
        raise Unreadable(f"The document has no text in it. {SAVE_AS}")
    blocks = tuple(reader.blocks(body))
    return Document(blocks, tuple(reader.notes))


def _is_on(switch):
    return (attribute(switch) or "1").lower() not in ("0", "false", "off", "none")


@dataclass
class _Reader:
    """Walks through a document. notes: what a person should know, in words, with no repeats."""

    package: Package
    notes: dict = field(default_factory=dict)

    def __post_init__(self):
        self.styles = {attribute(style, "styleId"): style for style in self._children("styles.xml", "style")}
        self.lists = _list_formats(list(self._children("numbering.xml")))
        self.remarks = {
            (kind, attribute(note, "id")): note
            for kind in ("footnote", "endnote")
            for note in self._children(f"{kind}s.xml", kind)
        }
        self.counts: dict = {}
        self.marks: list = []
        self.boxes: list = []

    def _children(self, part, name=None):
        root = self.package.beside(part)
        return (part for part in (() if root is None else root) if name in (None, kind_of(part)))

    def blocks(self, container):
        """Paragraphs and Tables below an element, in order."""
        for element in container:
            name = kind_of(element)
            if name in ("del", "moveFrom"):
                self.notes["tracked changes: deleted text was left out"] = True
            elif name == "p":
                yield self._paragraph(element)
                boxes, self.boxes = self.boxes, []
                for box in boxes:
                    yield from self.blocks(box)
            elif name == "tbl":
                yield self._table(element)
            elif name == "bookmarkStart":
                self.marks.append(attribute(element, "name") or "")
            elif name not in GONE:
                yield from self.blocks(_chosen(element))

    def _table(self, element):
        marks = (setting(element, "tblPr", name) for name in ("tblCaption", "tblDescription"))
        rows = (row for row in _rows(element) if below(row, "trPr", "del") is None)
        cells = tuple([list(self.blocks(cell)) for cell in _cells(row)] for row in rows)
        return Table(cells, tuple(filter(None, marks)))

    def _paragraph(self, element):
        spans = tuple(_merge(self._spans(element, "")))
        marks, self.marks = tuple(self.marks), []
        properties = below(element, "pPr")
        style = setting(element, "pPr", "pStyle")
        chain = [part for part in (properties, *self._style_chain(style)) if part is not None]
        heading = _heading(chain)
        bullet, depth = ("", 0) if heading else self._bullet(chain)
        return Paragraph(spans, heading, bullet, depth, marks)

    def _style_chain(self, identity):
        """A paragraph style and those that it is based on."""
        chain = []
        while identity in self.styles and len(chain) < LONGEST:
            chain.append(self.styles[identity])
            identity = setting(chain[-1], "basedOn")
        return chain

    def _bullet(self, chain):
        """The mark of a list item and its depth, or ("", 0)."""
        found = (below(properties, *path) for properties in chain for path in (["numPr"], ["pPr", "numPr"]))
        numbering = next((element for element in found if element is not None), None)
        if numbering is None:
            return "", 0
        number, level = setting(numbering, "numId"), setting(numbering, "ilvl") or "0"
        depth = min(int(level), DEEPEST) if level.isdecimal() else 0
        if number in (None, "0"):
            return "", 0
        if self.lists.get((number, level), "bullet") in ("bullet", "none"):
            return "-", depth
        counts = self.counts.setdefault(number, Counter())
        counts[depth] += 1
        for deeper in [d for d in counts if d > depth]:
            del counts[deeper]
        return f"{counts[depth]}.", depth

    def _spans(self, element, style):
        for child in element:
            name = kind_of(child)
            if name in ("del", "moveFrom"):
                self.notes["tracked changes: deleted text was left out"] = True
            elif name in GONE:
                continue
            elif name == "t":
                yield Span("".join(child.itertext()), style)
            elif name == "r":
                look = _look(child)
                if "h" in look:
                    self.notes["hidden text was left out"] = True
                else:
                    yield from self._spans(child, look)
            elif name == "br":
                yield Span("\n" if attribute(child, "type") in (None, "textWrapping") else " ", style)
            elif name in FIXED:
                yield Span(FIXED[name], style)
            elif name == "sym":
                yield Span(_symbol(child), style)
            elif name in ("footnoteReference", "endnoteReference"):
                yield from self._remark(name.removesuffix("Reference"), attribute(child, "id"))
            elif name == "oMath":
                yield Span(f"${latex(child).strip()}$", "raw")
            elif name == "bookmarkStart":
                self.marks.append(attribute(child, "name") or "")
            elif name in PICTURES:
                yield from self._picture(child)
            elif name == "hyperlink":
                yield from self._link(child, style)
            else:  # tracked insertions, fields, content controls, smart tags and what is to come
                yield from self._spans(_chosen(child), style)

    def _remark(self, kind, identity):
        note = self.remarks.pop((kind, identity), None)  # each is told once
        if note is not None:
            text = "".join(span.text for span in self._spans(note, ""))
            yield Span(f" ({kind}: {' '.join(text.split())})")

    def _link(self, element, style):
        spans = list(self._spans(element, style))
        target = self.package.links.get(attribute(element, "id"), "")
        yield from spans
        if re.match(r"https?://\S+$", target) and target.rstrip("/") not in "".join(s.text for s in spans):
            yield Span(f" ({target})")

    def _picture(self, element):
        boxes = list(_outermost(element, "txbxContent"))
        self.boxes += boxes
        if not boxes:
            yield Span(PICTURE, "raw")


def _outermost(element, kind):
    """Elements of a kind below an element that lie in no other one of it."""
    for part in element:
        if kind_of(part) == kind:
            yield part
        else:
            yield from _outermost(_chosen(part), kind)


def _chosen(element):
    """Word writes new things twice, for new and for old programs: the new one is read."""
    if kind_of(element) == "AlternateContent":
        for name in ("Choice", "Fallback"):
            if (choice := below(element, name)) is not None:
                return choice
    return element


def _rows(table):
    for element in table:
        if kind_of(element) == "tr":
            yield element
        elif kind_of(element) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(element)


def _cells(row):
    for element in row:
        if kind_of(element) == "tc":
            yield element
        elif kind_of(element) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(element)


def _heading(chain):
    """The level of a heading, by its outline level or by the style's built-in name, which no language changes."""
    for properties in chain:
        level = setting(properties, "outlineLvl") or setting(properties, "pPr", "outlineLvl") or ""
        if level.isdecimal():
            return int(level) + 1 if int(level) < 9 else 0
        named = re.fullmatch(r"heading (\d)", (setting(properties, "name") or "").lower())
        if named:
            return int(named[1])
    return 0


def _look(run):
    properties = below(run, "rPr")
    found = set()
    for switch in properties if properties is not None else ():
        if kind_of(switch) in SWITCHES and _is_on(switch):
            found.add(SWITCHES[kind_of(switch)])
        if kind_of(switch) == "vertAlign":
            found.add({"superscript": "^", "subscript": "_"}.get(attribute(switch), ""))
    return "".join(sorted(found))


def _symbol(element):
    """A character that was inserted by its place in a font; those of "Symbol" are Greek letters."""
    place = attribute(element, "char") or ""
    if "Symbol" in (attribute(element, "font") or "") and re.fullmatch(r"[0-9A-Fa-f]{1,4}", place):
        letter = chr(int(place, 16) & 0xFF)
        return SYMBOLS.get(letter, letter if letter.isprintable() else UNKNOWN)
    return UNKNOWN


def _list_formats(parts):
    """{(list, level): how it counts}, such as decimal or bullet."""
    kinds = {
        attribute(part, "abstractNumId"): {
            attribute(level, "ilvl"): setting(level, "numFmt") or "decimal" for level in part
        }
        for part in parts
        if kind_of(part) == "abstractNum"
    }
    lists = {attribute(part, "numId"): setting(part, "abstractNumId") for part in parts if kind_of(part) == "num"}
    return {(number, level): kind for number, key in lists.items() for level, kind in kinds.get(key, {}).items()}


def _merge(spans):
    """Neighbours of one look as one span: Word splits runs wherever the spelling checker stopped."""
    last = None
    for span in spans:
        if last and last.style == span.style != "raw":
            last = Span(last.text + span.text, span.style)
        else:
            if last and last.text:
                yield last
            last = span
    if last and last.text:
        yield last
