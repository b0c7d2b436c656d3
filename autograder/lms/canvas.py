"""Canvas: the gradebook that the instructor exported, filled in, to be imported again.

Canvas knows students by the columns ID, SIS User ID and SIS Login ID, and assignments by the number in brackets behind
their names, so both have to come from its own export. A cell that is imported empty clears the grade, so cells that
have nothing to say keep what Canvas wrote: students without a submission, answers that wait for their marker, and
grades that are excused (EX) or not asked for (N/A).
"""

import re

from autograder.lms.template import BadTemplate, Filled, some
from autograder.lms.totals import find_key, number
from autograder.roster import Person

STUDENT = ("Student", "Student Name")
IDS = {"ID": "canvas", "SIS User ID": "sis", "SIS Login ID": "login", "Integration ID": "sis"}
KEPT = ("EX", "N/A")
TEST_STUDENT = "student, test"


def fill(template, totals, columns=(), scale=False):
    """Write the Totals into a Template that Canvas exported; returns what was Filled in.

    columns: pairs such as "2.3=Predict and evaluate (4711)" for what can't be told from the names; scale: stretch
    points to what Canvas has as possible.
    """
    _check(template)
    result = Filled()
    places = _columns(template, totals, columns)
    possible = next((row for row in template.rows if row[0].strip().startswith("Points Possible")), None)
    factors = {i: _factor(template, totals, i, key, possible, scale, result) for i, key in places.items()}
    met, waiting, missing, unknown, kept = set(), [], 0, [], []
    for row in template.rows:
        person = _person(template, row)
        if person is None:
            continue
        student, why = totals.roster.find(person)
        if student is None:
            unknown.append(f"{person.label} ({why})" if "fits" in why else person.label)
            continue
        met.add(student.id)
        for i, key in places.items():
            total = totals.find(student.id, key)
            if total is None:
                missing += 1
            elif total.waiting:
                waiting.append(f"{student.id} ({key})")
            elif row[i].strip().upper() in KEPT:
                kept.append(f"{student.id} ({key}: {row[i].strip()})")
            else:
                row[i] = number(total.score * factors[i])
                result.filled += 1
    graded = {s for s, key in totals.totals if key in places.values()}
    if waiting:
        result.notes.append(f"{len(waiting)} wait for a marker, and keep what Canvas has: {some(waiting)}.")
    _tell(result, "are excused or not asked, and stay so", kept)
    _tell(result, "of Canvas have no graded work here, and keep what they have", unknown)
    _tell(result, "were graded but are not in the template", sorted(graded - met))
    if missing:
        result.notes.append(f"{missing} grades were not written because nothing was handed in.")
    return result


def _tell(result, what, names):
    if names:
        result.notes.append(f"{len(names)} {what}: {', '.join(names)}.")


def _check(template):
    missing = [name for name in ("ID", "Section") if template.column(name) is None]
    if missing or (template.column(*STUDENT) is None and template.column("LastName") is None):
        raise BadTemplate(
            "The template is not an export of Canvas's gradebook: it needs the columns Student, ID, SIS Login ID and "
            f"Section, and has {', '.join(template.header[:8])}. In Canvas: Grades, Export, Export Entire Gradebook."
        )


def _person(template, row):
    """Whom a row belongs to, or None for a row that is no student's."""
    name_at = template.column(*STUDENT)
    if name_at is not None:
        name = row[name_at].strip()
    else:
        last, first = (row[template.column(title)].strip() for title in ("LastName", "FirstName"))
        name = f"{last}, {first}" if first else last
    ids = {}
    for title, kind in IDS.items():
        place = template.column(title)
        if place is not None and row[place].strip():
            ids.setdefault(kind, row[place].strip())
    if not ids.get("canvas") or name.lower() == TEST_STUDENT or name.startswith("Points Possible"):
        return None
    return Person(name, ids)


def _columns(template, totals, given):
    """{place of a column: assignment or notebook that it is for}."""
    keys, places = totals.keys(), {}
    for text in given:
        word, equals, title = text.partition("=")
        key = next((k for k in keys if k == word or k.startswith(f"{word}_")), None)
        place = template.column(title)
        if not equals or key is None or place is None:
            known = ", ".join(_assignment_titles(template)) or "none"
            raise BadTemplate(f"{text!r} names no column. Write 2.3=NAME with one of Canvas's columns: {known}.")
        places[place] = key
    for place, title in enumerate(template.header):
        if place not in places and title in _assignment_titles(template):
            key = find_key(title, keys)
            if key and key not in places.values():
                places[place] = key
            elif key and not any(text.partition("=")[2] == title for text in given):
                raise BadTemplate(f"Two columns may be {key}: {template.header[_at(places, key)]!r} and {title!r}. "
                                  f"Say which with --column {key.partition('_')[0]}=NAME.")  # fmt: skip
    if not places:
        raise BadTemplate(
            f"No column of the template is called like an assignment here ({', '.join(keys) or 'nothing is graded'}). "
            f"Its columns are: {', '.join(_assignment_titles(template)) or 'none'}. Say which with --column 2.3=NAME."
        )
    return places


def _at(places, key):
    return next(place for place, other in places.items() if other == key)


def _assignment_titles(template):
    """Titles of columns that hold grades of assignments: behind their names stand their numbers."""
    return [title for title in template.header if re.search(r"\(\d+\)\s*$", title)]


def _factor(template, totals, place, key, possible, scale, result):
    """What points are multiplied with, so that they fit what Canvas has as possible."""
    points = totals.points(key)
    try:
        theirs = float(possible[place].replace(",", ".")) if possible else points
    except ValueError:
        theirs = points
    if theirs == points or not points:
        return 1.0
    title = template.header[place]
    if scale:
        result.notes.append(f"{title}: points were stretched from {points:g} to {theirs:g}.")
        return theirs / points
    result.notes.append(
        f"{title}: Canvas has {theirs:g} points possible, the tasks {points:g}. Set it there, or --scale."
    )
    return 1.0
