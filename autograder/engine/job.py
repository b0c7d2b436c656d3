"""What goes into the engine and what comes out."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from workbook.probe import Probe

LOST = "Stopped"  # the type of error of a cell that ended the process, or that had to be killed


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission. Seconds are wall time; memory and processes are those of all its processes together."""

    cell_seconds: float = 30.0
    notebook_seconds: float = 180.0
    probe_seconds: float = 10.0
    memory_bytes: int = 3 * 2**30
    file_bytes: int = 100 * 2**20
    output_bytes: int = 20 * 2**20
    scratch_bytes: int = 200 * 2**20
    processes: int = 64


@dataclass(frozen=True)
class Question:
    """Probes to ask when the notebook arrives at a cell. names: what must exist for a probe to be asked."""

    probes: tuple  # of (names, Probe)

    @cached_property
    def as_json(self):
        """The probes as a player reads them. A class is asked the same questions, which hold large tables."""
        return json.dumps([{"names": list(names), **vars(probe)} for names, probe in self.probes])


@dataclass(frozen=True)
class Job:
    """One notebook to play.

    cells: [{id, cell_type, source}], in order. questions: {cell id: Question}; a cell with a question is not played
    but asked. files: {name: bytes}, laid beside the notebook.
    """

    cells: tuple
    questions: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass
class Played:
    """What became of a job.

    outputs: {cell id: [nbformat outputs]}. answers: {cell id: [Answer, or None where none came]}. errors: {cell id:
    {type, message}} of cells that stopped with an error. events: what was limited or went wrong, in words.
    finished: every cell was reached. lost: the cell that ended the process or was killed with it.
    """

    outputs: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    seconds: float = 0.0
    finished: bool = False
    lost: str | None = None

    def by_cell(self):
        """What is kept for each cell by its id."""
        return self.outputs, self.counts, self.answers, self.errors


__all__ = ["Job", "Limits", "Played", "Probe", "Question"]
