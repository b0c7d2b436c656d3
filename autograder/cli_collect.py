"""The commands that bring in what was handed in: `collect`, `written template` and `written read`."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from autograder.console import fail, say

written_app = typer.Typer(no_args_is_help=True, help="The written submission 3.6 as a Word document.")
STYLES = {"taken": "green", "already there": "dim", "not needed": "dim", "not counted": "cyan", "left out": "yellow"}


def collect_command(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Downloads from Canvas, Moodle or Gradescope, other archives, folders, or single files."),
    ],
    course: Annotated[Path, typer.Option(help="The course folder.")] = Path("."),
    student: Annotated[str | None, typer.Option(help="Whose files these are, where nothing says it.")] = None,
    roster: Annotated[
        Path | None,
        typer.Option(help="A CSV file of the class: ids, names, emails. Default: roster.csv of the course."),
    ] = None,
    replace: Annotated[bool, typer.Option(help="Replace what was collected before and differs.")] = False,
    keep: Annotated[
        str, typer.Option(help="Which version of a notebook counts: last, or best (it is graded).")
    ] = "last",
    timezone: Annotated[
        str | None,
        typer.Option(help="Of times in archives that name none. Default: course.toml's, else this machine's."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
):
    """Put what was handed in into submitted/; the exit code is 1 when something was left out."""
    from autograder import collect, grade
    from autograder import course as settings
    from autograder import roster as rosters

    if keep not in ("last", "best"):
        fail(f"--keep is last or best, not {keep}.")
    try:
        zone = settings.read(course, timezone).zone
        roster = roster or (course / "roster.csv" if (course / "roster.csv").is_file() else None)
        students = rosters.read(roster) if roster else None
        score = grade.score_of if keep == "best" else None
        outcomes = collect.collect(paths, course, student, replace, students, score, zone)
    except (collect.Refused, rosters.BadRoster, settings.BadSettings) as problem:
        fail(str(problem))
    complete = all(outcome.complete for outcome in outcomes)
    if as_json:
        print(json.dumps([_as_plain(outcome) for outcome in outcomes], indent=1, ensure_ascii=False))
        raise typer.Exit(0 if complete else 1)
    table = Table("student", "file", "", "into", "notes", title=f"Collected into {escape(str(course))}/submitted")
    for outcome in outcomes:
        state = f"[{STYLES[outcome.state]}]{outcome.state}[/]"
        texts = (outcome.handed.student, outcome.handed.source, outcome.target, "; ".join(outcome.notes))
        student_name, source, target, notes = map(escape, texts)
        table.add_row(student_name, source, state, target, notes)
    say.print(table if outcomes else "There is nothing to collect.")
    if outcomes:
        counts = Counter(outcome.state for outcome in outcomes)
        people = len({outcome.handed.student for outcome in outcomes if outcome.state == "taken"})
        say.print(f"{', '.join(f'{counts[state]} {state}' for state in STYLES if counts[state])}; {people} students.")
        say.print(f"Times without a zone were read as {zone}; timestamp.txt and the gradebook hold UTC.")
    missing = [s.id for s in students.students if not (course / "submitted" / s.id).is_dir()] if students else []
    if missing:
        say.print(
            f"Nothing is there yet from {len(missing)} of the roster: {escape(', '.join(missing))}.", soft_wrap=True
        )
    lines = [
        f"  {outcome.handed.student}, {Path(outcome.handed.source).name}: {_missing(outcome.answers)}"
        for outcome in outcomes
        if outcome.answers and outcome.answers.missing
    ]
    if lines:
        say.print("\nAnswers that could not be found in documents:\n" + escape("\n".join(lines)), soft_wrap=True)
    raise typer.Exit(0 if complete else 1)


def _as_plain(outcome):
    handed = outcome.handed
    return {
        "student": handed.student,
        "file": handed.source,
        "state": outcome.state,
        "into": outcome.target,
        "notes": list(outcome.notes),
        "time": handed.time.isoformat() if handed.time else None,
        "clock": handed.clock,
        "late": handed.late,
        "missing": dict(outcome.answers.missing) if outcome.answers else {},
    }


def _missing(answers):
    """Tasks without an answer, in words, those of one cause together."""
    causes: dict = {}
    for task, why in answers.missing.items():
        causes.setdefault(why, []).append(task)
    return "; ".join(f"{', '.join(names)} ({why})" for why, names in causes.items())


@written_app.command("template")
def template_command(
    out: Annotated[Path, typer.Option("-o", help="The file to write.")] = Path("3.6_written_submission.docx"),
    replace: Annotated[bool, typer.Option(help="Replace a file that is there.")] = False,
):
    """Write the Word document that students fill in."""
    from autograder import written

    if out.exists() and not replace:
        fail(f"{out} is there already; --replace writes it anew.")
    try:
        written.write_template(out)
    except OSError as problem:
        fail(f"{out} can't be written: {problem.strerror}.")
    say.print(f"{len(written.questions())} questions written to {out}.")


@written_app.command("read")
def read_command(file: Path, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False):
    """Print the answers found in a Word document; the exit code is 1 when one is missing."""
    from autograder import written

    try:
        answers = written.read_answers(file)
    except (written.Unreadable, OSError) as problem:
        fail(f"{file}: {getattr(problem, 'strerror', None) or problem}")
    if as_json:
        parts = {"found": answers.found, "missing": answers.missing, "notes": list(answers.notes)}
        print(json.dumps(parts, indent=1, ensure_ascii=False))
    else:
        for task, text in answers.found.items():
            say.rule(task, align="left")
            say.print(text, markup=False, soft_wrap=True)
        if answers.missing:
            say.print(f"\nAnswers that could not be found: {_missing(answers)}", soft_wrap=True)
        for note in answers.notes:
            say.print(f"Note: {note}", markup=False, soft_wrap=True)
    raise typer.Exit(1 if answers.missing else 0)
