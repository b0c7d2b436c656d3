"""The tasks that a person marks: two analyses in 3.5, six questions in 3.6 and the discussion of the lab, 4.3.

Each has a rubric in docs/rubrics/, for markers only. `flags` finds what can be seen by machine in an answer: it
points a marker (or a student) to it and takes no points.
"""

import re
from pathlib import Path

from autograder.tasks import Task

RUBRICS = Path(__file__).resolve().parents[2] / "docs" / "rubrics"
POINTS = {"loss_analysis": 2, "accuracy_analysis": 2, "lab_discussion": 6}
POINTS |= {f"written_{number}": 5 for number in range(1, 7)}
PLACEHOLDER = "Write your answer here."
SHORT_ANSWER_WORDS = 25

# C is positive: "C = -2" can only be its logarithm. Not where a logarithm or a power of ten is named just before.
_NEGATIVE_C = re.compile(
    r"(?<![A-Za-z_(])C\b[`*$]*\s*(?:=|≈|~|is|of|at|was|equals|around|near|about)[\s`*$]*[-\u2212\u2013]\s*\d"
)
_LOGARITHM = re.compile(r"log\w*[\s_({]*(?:10)?[\s})]*(?:of\s*)?[`*$(]*$", re.IGNORECASE)

written = {}
for _name, _points in POINTS.items():
    task = written[_name] = Task(_name, points={"manual": _points})
    _file = RUBRICS / f"{_name}.md"
    task.rubric = _file.read_text(encoding="utf-8") if _file.is_file() else ""


def criteria(rubric):
    """The rows of a rubric's table, as (points, what earns them)."""
    rows = re.findall(r"^\|\s*(\d+(?:\.\d+)?)\s*\|\s*(.+?)\s*\|\s*$", rubric, flags=re.MULTILINE)
    return [(float(points), words) for points, words in rows]


def flags(text):
    """Names of what a machine can see in a written answer: {mistake: what to look at}."""
    found = {}
    own_words = re.sub(r"[*_`#]", " ", text.replace(PLACEHOLDER, " "))
    if PLACEHOLDER in text:
        found["placeholder left in"] = f"The prompt “{PLACEHOLDER}” still stands there."
    if not own_words.strip():
        found["no answer"] = "There is nothing besides the prompt."
    elif len(own_words.split()) < SHORT_ANSWER_WORDS:
        found["very short"] = f"The answer has {len(own_words.split())} words."
    for match in _NEGATIVE_C.finditer(text):
        if not _LOGARITHM.search(text[: match.start()]):
            found["log10 C reported as C"] = f"“{match.group().strip()}”: C itself is never negative; its log10 may be."
            break
    return found
