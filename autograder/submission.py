"""From a file that a student handed in to a notebook that can be graded, with a list of what was repaired.

The result has the cells of the release in the release's order: locked cells as they were released, answers as the
student wrote them, and the student's own extra cells after the cell they followed. Nothing that a student wrote as
code is dropped.
"""

import ast
import difflib
import json
import re
from dataclasses import dataclass, field

from workbook import plain

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252", "latin-1")
MARKED = ("answer", "check", "given", "written")  # roles of cells that carry nbgrader's marks
CELL_LIMIT = 2_000  # cells of one file that are kept; those with nbgrader's marks always are
PARSED = 100_000  # characters of a cell up to which it is parsed and not only searched
LIKENESS = 0.75  # how alike two texts must be to count as the same cell


@dataclass(frozen=True)
class Work:
    """A cell of the rebuilt notebook. id: that of the release, or a new one for a student's own cell."""

    id: str
    kind: str
    source: str
    role: str = "own"
    name: str = ""


@dataclass(frozen=True)
class Submission:
    """A rebuilt notebook. repairs: what had to be mended, in words; readable: False when nothing could be read."""

    cells: tuple
    repairs: tuple = ()
    readable: bool = True


@dataclass
class _Found:
    """A cell as it was handed in."""

    kind: str
    source: str
    grade_id: str
    id: str
    marks: dict = field(default_factory=dict)


def rebuild(content, book):
    """The Submission for the bytes of a handed-in notebook; `book` is the unit.Notebook that was released.

    Never raises for any content: what can't be read becomes an unreadable Submission with the reason.
    """
    repairs: list = []
    found = _read_cells(content, repairs)
    if found is None:
        blank = tuple(Work(cell.id, cell.kind, cell.released, cell.role, cell.name) for cell in book.cells)
        return Submission(blank, tuple(repairs), readable=False)
    places = _match(found, book, repairs)
    return Submission(_arrange(found, places, book, repairs), _in_short(repairs))


def trouble(content):
    """Why nothing can be read in the bytes of a handed-in notebook, in words; "" where something can."""
    repairs: list = []
    return "" if _read_cells(content, repairs) else repairs[-1]


def _in_short(repairs):
    """The repairs with cells of the same fate in one line."""
    fates: dict = {}
    for text in dict.fromkeys(repairs):
        cell, colon, fate = text.partition(": ")
        if colon and cell.startswith("cell "):
            fates.setdefault(fate, []).append(cell.removeprefix("cell "))
        else:
            fates[text] = []
    return tuple(
        f"{'cells' if len(cells) > 1 else 'cell'} {', '.join(cells)}: {fate}" if cells else fate
        for fate, cells in fates.items()
    )


# --- reading -----------------------------------------------------------------------------------------------


def _read_cells(content, repairs):
    """The cells of a notebook file as _Found, or None when there are none to be had."""
    text = _decode(content, repairs)
    if not text.strip():
        repairs.append("the file is empty")
        return None
    try:
        book = json.loads(text, strict=False)
        raw = book.get("cells") if isinstance(book, dict) else None
        if raw is None and isinstance(book, dict) and book.get("worksheets"):  # notebook format 3
            raw = [cell for sheet in book["worksheets"] for cell in sheet.get("cells", [])]
            repairs.append("an old notebook format was converted")
    except (ValueError, RecursionError, AttributeError, TypeError) as problem:
        raw = _salvage(text)
        if raw:
            repairs.append(f"broken JSON: {len(raw)} cells before the damage were saved ({str(problem)[:80]})")
    if not isinstance(raw, list) or not raw:
        repairs.append("the file is not a notebook")
        return None
    cells = [_read_cell(cell) for cell in raw]
    if None in cells:
        repairs.append("cells without a source were left out")
    kept = [cell for cell in cells if cell is not None]
    return _bounded(kept, repairs) or None


def _bounded(cells, repairs):
    """At most CELL_LIMIT cells, those with marks first."""
    if len(cells) <= CELL_LIMIT:
        return cells
    marked = [index for index, cell in enumerate(cells) if cell.grade_id][:CELL_LIMIT]
    others = [index for index, cell in enumerate(cells) if not cell.grade_id][: CELL_LIMIT - len(marked)]
    repairs.append(f"{len(cells):,} cells: all but {CELL_LIMIT:,} were left out")
    return [cells[index] for index in sorted(marked + others)]


def _decode(content, repairs):
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" in content[:200]:
        ends_low = content[1:2] == b"\x00"
        repairs.append("the file was in UTF-16")
        return content.decode("utf-16-le" if ends_low else "utf-16-be", "replace")
    for encoding in ENCODINGS:
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig" or content[:3] == b"\xef\xbb\xbf":
            repairs.append(f"the file was in {'UTF-8 with a mark' if encoding == 'utf-8-sig' else encoding.upper()}")
        return text
    return content.decode("utf-8", "replace")  # latin-1 decodes everything; kept for completeness


def _salvage(text):
    """The complete cells of a damaged notebook file, read one by one."""
    start = text.find('"cells"')
    position = text.find("[", start) + 1 if start >= 0 else 0
    decoder, cells = json.JSONDecoder(strict=False), []
    while 0 < position < len(text):
        opening = text.find("{", position)
        if opening < 0:
            break
        try:
            cell, position = decoder.raw_decode(text, opening)
        except (ValueError, RecursionError):
            position = _next_cell(text, opening + 1)
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            cells.append(cell)
    return cells


def _next_cell(text, position):
    """Where the next cell may begin after a damaged one, or -1."""
    found = re.compile(r'\{\s*"(?:cell_type|attachments|execution_count|id)"').search(text, position)
    return found.start() if found else -1


def _read_cell(raw):
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input"))
    if isinstance(source, list):
        source = "".join(str(line) for line in source)
    if not isinstance(source, str):
        return None
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    kind = str(raw.get("cell_type", "code"))
    source = plain.legal(source.replace("\r\n", "\n").replace("\r", "\n"))
    return _Found(kind, source, str(marks.get("grade_id", "")), str(raw.get("id", "")), marks)


# --- matching ----------------------------------------------------------------------------------------------


def _match(found, book, repairs):
    """For each handed-in cell the released cell that it is, or None for the student's own: {index: unit.Cell}."""
    places: dict = {}
    by_id = {cell.id: cell for cell in book.cells}
    graded = {cell.id for cell in book.cells if cell.role in MARKED}
    for index, cell in enumerate(found):
        if cell.grade_id in graded:
            places[index] = by_id[cell.grade_id]
    taken = {place.id for place in places.values()}
    for index, cell in enumerate(found):
        known = by_id.get(cell.id)
        if index not in places and known and known.id not in taken and _could_be(cell, known):
            places[index] = known
            taken.add(known.id)
            if known.id in graded:
                repairs.append(f"cell {known.id}: its mark was lost or renamed, put back")
    for released in book.cells:
        if released.id not in taken:
            index = _most_alike(released, found, places)
            if index is not None:
                places[index] = released
                if released.id in graded:
                    repairs.append(f"cell {released.id}: its mark was lost or renamed, put back")
    return places


def _could_be(cell, released):
    """A cell id alone may have been copied: the content must not contradict."""
    if released.role == "answer":
        wanted = _defined(released.source)
        return not wanted or bool(wanted & _defined(cell.source))
    return True


def _most_alike(released, found, places):
    """The index of the free handed-in cell that is the released one by its content, or None."""
    if released.role == "answer":
        wanted = _defined(released.source) or {released.name}
        free = [i for i, c in enumerate(found) if i not in places and wanted & _defined(c.source)]
        return free[-1] if free else None  # the last definition is the one that counts
    target = released.released.strip()
    best, likeness = None, LIKENESS
    for index, cell in enumerate(found):
        if index in places or abs(len(cell.source) - len(target)) > max(200, len(target)):
            continue
        matcher = difflib.SequenceMatcher(None, target, cell.source.strip(), autojunk=False)
        if matcher.real_quick_ratio() > likeness and matcher.quick_ratio() > likeness and matcher.ratio() > likeness:
            best, likeness = index, matcher.ratio()
    return best


def _defined(source):
    """Names that a piece of code defines at its top level; a text search where it does not parse."""
    if len(source) > PARSED:
        return _names_by_text(source)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _names_by_text(source)
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def _names_by_text(source):
    pairs = re.findall(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=", source, re.M)
    return {name for pair in pairs for name in pair if name}


# --- arranging ---------------------------------------------------------------------------------------------


def _arrange(found, places, book, repairs):
    """The rebuilt cells: the release's order, with the student's own cells after the cell they followed."""
    chosen, spare = _choose(found, places, book, repairs)
    followers: dict = {}
    anchor = ""
    for index, cell in enumerate(found):
        place = places.get(index)
        if place and chosen.get(place.id) == index:
            anchor = place.id
        elif cell.source.strip() and (index in spare or place is None):
            followers.setdefault(anchor, []).append(cell)
    counter = iter(range(1, len(found) + 1))

    def own(after):
        for cell in followers.get(after, ()):
            kind = cell.kind if cell.kind in ("code", "markdown") else "markdown"
            yield Work(f"own-{next(counter):02d}", kind, cell.source)

    cells = list(own(""))
    order = [index for released in book.cells if (index := chosen.get(released.id)) is not None]
    if order != sorted(order) and not spare:
        repairs.append("cells were in another order")
    for released in book.cells:
        if released.role != "code" or released.id in chosen:  # a deleted try-it cell stays deleted
            cells.append(_restore(released, found, chosen, repairs))
        cells += own(released.id)
    return tuple(cells)


def _choose(found, places, book, repairs):
    """Which of several cells with one mark stands for it: {released id: index}, and the others as the student's own.

    The last copy that answers wins the mark, as the last definition wins in a notebook; the others are played too.
    """
    copies: dict = {}
    for index, place in places.items():
        copies.setdefault(place.id, []).append(index)
    chosen, spare = {}, set()
    for identity, indices in copies.items():
        role = places[indices[0]].role
        blank = ("", book.find(identity).released.strip())
        answering = [i for i in sorted(indices) if role != "answer" or found[i].source.strip() not in blank]
        chosen[identity] = (answering or sorted(indices))[-1]
        if len(indices) > 1:
            repairs.append(f"cell {identity}: {len(indices)} copies")
            if role in ("answer", "code", "text", "written"):
                spare |= set(indices) - {chosen[identity]}
    return chosen, spare


def _restore(released, found, chosen, repairs):
    """One released cell as it will be played: locked ones from the release, the others as handed in."""
    index = chosen.get(released.id)
    text = released.released
    if index is None:
        if released.role in MARKED:
            repairs.append(f"cell {released.id}: missing, put back")
        return Work(released.id, released.kind, text, released.role, released.name)
    cell = found[index]
    if cell.kind != released.kind and released.role in MARKED:
        repairs.append(f"cell {released.id}: was turned into {cell.kind}, turned back into {released.kind}")
    if released.role in ("given", "check"):
        if cell.source.strip() != text.strip():
            repairs.append(f"cell {released.id}: changed, put back as released")
        return Work(released.id, released.kind, text, released.role, released.name)
    kind = released.kind if released.role in ("answer", "written") else cell.kind
    kind = kind if kind in ("code", "markdown") else "markdown"
    return Work(released.id, kind, cell.source, released.role, released.name)
