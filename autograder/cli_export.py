"""The commands that let grades and notebooks out: `export` and `bundle`."""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.console import fail, say, warn

FORMATS = ("csv", "wide", "canvas", "moodle", "gradescope")


def export_command(
    course: Annotated[Path, typer.Option(help="The course folder.")] = Path("."),
    format: Annotated[str, typer.Option(help=", ".join(FORMATS))] = "csv",
    out: Annotated[
        Path | None, typer.Option("-o", help="The file, or for gradescope the folder. Default: shown.")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(help="What Canvas (gradebook) or Moodle (grading worksheet) exported, to be filled in."),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="A CSV file of the class. Default: roster.csv of the course.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Canvas: which column is which, such as '2.3=Predict (4711)'.")
    ] = None,
    assignment: Annotated[str | None, typer.Option(help="Moodle: what the worksheet is for, such as 2 or 2.3.")] = None,
    scale: Annotated[bool, typer.Option(help="Canvas: stretch points to what Canvas has as possible.")] = False,
):
    """Write the grades: csv (a row a task), wide (a row a student), or what Canvas, Moodle or Gradescope import."""
    from autograder import gradebook
    from autograder import roster as rosters
    from autograder.lms.template import BadTemplate

    if format not in FORMATS:
        fail(f"There is no export format {format!r}. Known: {', '.join(FORMATS)}.")
    if out and format != "gradescope" and out.is_dir():
        fail(f"{out} is a folder: name a file with -o.")
    if template and out and template.resolve() == out.resolve():
        fail(f"{out} is the template, and would be lost: name another file with -o.")
    try:
        if not gradebook.exists(course):
            fail(f"There is no gradebook in {course}. Run `autograder grade` first, or name the course with --course.")
        roster = roster or (course / "roster.csv" if (course / "roster.csv").is_file() else None)
        students = rosters.read(roster) if roster else None
        count, what, notes = _export(format, course, out, template, students, column or (), assignment, scale)
    except (BadTemplate, rosters.BadRoster, gradebook.Unusable) as problem:
        fail(str(problem))
    except OSError as problem:
        fail(f"{out} can't be written: {problem.strerror}." if problem.strerror else str(problem))
    for note in notes:
        warn.print(note, style="yellow", soft_wrap=True, markup=False)
    if out is not None:
        say.print(f"{count} {what} written to {out}.")


def _export(format, course, out, template, students, columns, assignment, scale):
    """(how many, of what, notes) of an export."""
    from autograder import lms
    from autograder.lms import canvas, gradescope, moodle
    from autograder.lms import template as templates

    if format == "gradescope":
        if out is None:
            raise templates.BadTemplate("Gradescope's results are many files; name a folder for them with -o.")
        result = gradescope.write(course, out)
        return result.filled, "results.json files", result.notes
    if format == "canvas" and template is None:
        raise templates.BadTemplate(
            "Canvas takes grades only in its own table, which holds its numbers of students and assignments. Export "
            "it there (Grades, Export, Export Entire Gradebook) and name it with --template."
        )
    filled = None
    if template is not None:
        filled = templates.read(template)
        totals = lms.of_course(course, students)
        if format == "canvas":
            result = canvas.fill(filled, totals, columns, scale)
        elif format == "moodle":
            result = moodle.fill(filled, totals, template.name, assignment)
        else:
            raise templates.BadTemplate(f"--template is for canvas and moodle, not for {format}.")
    text = io.StringIO(newline="")
    if filled is not None:
        filled.write(text)
        done = result.filled, "grades", result.notes
    elif format == "moodle":
        result = moodle.write(text, lms.of_course(course, students))
        done = result.filled, "grades", result.notes
    elif format == "wide":
        done = lms.write_wide(course, text, students), "rows", ()
    else:
        done = lms.write_csv(course, text), "rows", ()
    if out is None:
        sys.stdout.write(text.getvalue())
    else:  # all of it or nothing: what was exported before stays until this is complete
        scratch = out.with_name(f".{out.name}.part")
        scratch.write_text(text.getvalue(), encoding="utf-8", newline="")
        scratch.replace(out)
    return done


def bundle_command(
    out: Annotated[Path, typer.Option("-o", help="The file to write.")] = Path("train-a-linear-model.zip"),
):
    """Write the zip file for students: notebooks, helper module, data and set-up; no solutions, no autograder."""
    from autograder import bundle

    if out.is_dir():
        fail(f"{out} is a folder: name a file with -o.")
    try:
        names = bundle.write(out)
    except bundle.Drifted as problem:
        fail(str(problem), 1)
    except OSError as problem:
        fail(f"{out} can't be written: {problem.strerror}.")
    say.print(f"{len(names)} files, {out.stat().st_size / 2**20:.1f} MB, written to {out}.")
