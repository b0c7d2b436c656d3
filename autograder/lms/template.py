"""A table that a platform exported, to be filled in and given back: every other cell stays as it is, byte for byte."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from autograder.roster import decode

BOM = "\ufeff"
SOME = 8


class BadTemplate(ValueError):
    """A template that can't be filled in; the message says why and what to do."""


@dataclass
class Template:
    """header and rows of a table, and how it was written."""

    header: list
    rows: list
    delimiter: str = ","
    newline: str = "\n"
    bom: bool = False

    def column(self, *names):
        """The place of the first column with one of these names, whatever its capitals; or None."""
        wanted = [name.casefold() for name in names]
        return next((i for i, title in enumerate(self.header) if title.strip().casefold() in wanted), None)

    def write(self, file):
        """Write the table to a text file that was opened with newline=""."""
        file.write(BOM * self.bom)
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerows([self.header, *self.rows])


@dataclass
class Filled:
    """What became of an export. filled: grades written; notes: what a person should know, in words."""

    filled: int = 0
    notes: list = field(default_factory=list)


def some(names):
    """Names for a note, the first SOME of them: what everybody shares is not a reason to list everybody."""
    names = list(names)
    return ", ".join(names[:SOME]) + (f" and {len(names) - SOME} more" if len(names) > SOME else "")


def read(path):
    """The Template in a CSV file. Raises BadTemplate."""
    try:
        content = Path(path).read_bytes()
    except OSError as problem:
        raise BadTemplate(f"{path} can't be read: {problem.strerror}.") from None
    text = decode(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise BadTemplate(f"{path} is no CSV file: {problem}.") from None
    if not rows or len(rows[0]) < 2:
        raise BadTemplate(f"{path} is not a table with columns.")
    width = len(rows[0])
    body = [row + [""] * (width - len(row)) for row in rows[1:] if row]
    return Template(rows[0], body, delimiter, "\r\n" if "\r\n" in text else "\n", content[:3] == b"\xef\xbb\xbf")
