"""Moodle: a table for its grade import, or the grading worksheet of one assignment, filled in.

With "Offline grading worksheet" switched on, an assignment lets instructors download a worksheet, and takes it back. It
knows students by the column Identifier, passes over rows without a grade, and refuses in silence grades above the
maximum; these are told here instead.
"""

import csv
from pathlib import PurePath

from autograder.lms.template import BadTemplate, Filled, some
from autograder.lms.totals import find_key, inert, number
from autograder.roster import Person

IDENTITY = ("Student", "Full name", "ID number", "Email address", "Username")


def write(file, totals):
    """A table for Moodle's grade import (Grades, Import, CSV file): a row a student, a column an assignment or
    notebook. A grade that is not complete is left empty, which Moodle reads as no grade."""
    keys = totals.keys()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*IDENTITY, *keys])
    result, waiting = Filled(), {}
    for student in totals.roster.students:
        ids = student.ids
        identity = (student.id, student.name, ids.get("sis", ""), ids.get("email", ""), ids.get("login", ""))
        row = [inert(text) for text in identity]
        for key in keys:
            total = totals.find(student.id, key)
            ready = total is not None and not total.waiting
            row.append(number(total.score) if ready else "")
            result.filled += ready
            if total is not None and total.waiting:
                waiting.setdefault(key, []).append(student.id)
        writer.writerow(row)
    for key, names in waiting.items():
        result.notes.append(f"{key}: {len(names)} left empty, since answers wait for a marker: {some(names)}.")
    return result


def fill(template, totals, name="", assignment=None):
    """Write the Totals of one assignment or notebook into a Template that Moodle exported; returns what was Filled.

    name: the worksheet's file name, which says what it is for when `assignment` does not.
    """
    places = {title: template.column(title) for title in ("Identifier", "Full name", "Grade")}
    if places["Identifier"] is None or places["Grade"] is None:
        raise BadTemplate(
            "The template is not a grading worksheet of Moodle: it needs the columns Identifier and Grade, and has "
            f"{', '.join(template.header[:8])}. In Moodle: View all submissions, Download grading worksheet."
        )
    key = _key(totals, name, assignment)
    maximum = template.column("Maximum grade", "Maximum Grade")
    locked = template.column("Grade can be changed")
    result, waiting = Filled(), []
    for row in template.rows:
        person = _person(template, row)
        student, why = totals.roster.find(person)
        total = totals.find(student.id, key) if student else None
        if total is None:
            if student is None and "fits" in why:
                result.notes.append(f"{why}.")
        elif total.waiting:
            waiting.append(student.id)
        elif locked is not None and row[locked].strip().lower() == "no":
            result.notes.append(f"{student.id}: left as it is, Moodle says that the grade can't be changed.")
        else:
            row[places["Grade"]] = number(total.score)
            result.filled += 1
            if maximum is not None and _more(total.score, row[maximum]):
                told = f"{student.id}: {number(total.score)} is more than Moodle's maximum {row[maximum].strip()}"
                result.notes.append(f"{told}; Moodle will pass it over until the maximum is raised.")
    if waiting:
        result.notes.append(f"{len(waiting)} left as they are, since answers wait for a marker: {some(waiting)}.")
    met = {student.id for row in template.rows if (student := totals.roster.find(_person(template, row))[0])}
    absent = sorted({student for student, place in totals.totals if place == key} - met)
    if absent:
        result.notes.append(f"{len(absent)} were graded but are not in the worksheet: {', '.join(absent)}.")
    return result


def _key(totals, name, assignment):
    keys = totals.keys()
    if assignment:
        found = [k for k in keys if k == assignment or k.startswith(f"{assignment}_")]
    else:
        found = [key] if (key := find_key(PurePath(name).stem.replace("-", " "), keys)) else []
    if len(found) != 1:
        raise BadTemplate(f"Which assignment is the worksheet for? Say it with --assignment: {', '.join(keys)}.")
    return found[0]


def _person(template, row):
    ids = {"moodle": "".join(c for c in row[template.column("Identifier")] if c.isdigit())}
    for title, kind in (("ID number", "sis"), ("Email address", "email"), ("Username", "login")):
        place = template.column(title)
        if place is not None and row[place].strip():
            ids[kind] = row[place].strip()
    place = template.column("Full name")
    return Person(row[place].strip() if place is not None else "", ids)


def _more(score, maximum):
    try:
        return score > float(maximum.replace(",", "."))
    except ValueError:
        return False
