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
TOLD = {
    "not needed": "Not needed: pages to read, and the same files again",
    "not counted": "Not counted: other versions",
    "left out": "Left out: please look after these",
}


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
    if as_json:
        print(json.dumps([_as_plain(outcome) for outcome in outcomes], indent=1, ensure_ascii=False))
    else:
        _show(outcomes, course, students, zone)
    raise typer.Exit(0 if all(outcome.complete for outcome in outcomes) else 1)


def _show(outcomes, course, students, zone):
    """Print what is there now, a row a student, and below it every file that a person may want to look after."""
    from autograder.archives import FILE_TIME

    if not outcomes:
        say.print("There is nothing to collect.")
        return
    taken = [outcome for outcome in outcomes if outcome.state in ("taken", "already there")]
    if taken:
        say.print(_table(taken, course))
    for state, meaning in TOLD.items():
        lines = [
            f"  {outcome.handed.student or '?'}, {outcome.handed.entry.path}: {'; '.join(outcome.notes)}"
            for outcome in outcomes
            if outcome.state == state
        ]
        if lines:
            say.print(f"\n{meaning} ({len(lines)}):", style="bold")
            say.print("\n".join(lines), style=STYLES[state], soft_wrap=True, markup=False)
    lines = [
        f"  {outcome.handed.student}, {outcome.handed.path.name}: {_missing(outcome.answers)}"
        for outcome in outcomes
        if outcome.answers and outcome.answers.missing
    ]
    if lines:
        say.print("\nAnswers that could not be found in documents:", style="bold")
        say.print("\n".join(lines), soft_wrap=True, markup=False)
    counts = Counter(outcome.state for outcome in outcomes)
    people = len({outcome.handed.student for outcome in taken})
    told = ", ".join(f"{counts[state]} {state}" for state in STYLES if counts[state])
    say.print(f"\n{told}; {people} student{'s' * (people != 1)}.")
    clocks = Counter(outcome.handed.clock or "unknown" for outcome in taken)
    del clocks[FILE_TIME]  # says which file is newer, not when it was handed in
    if clocks:
        times = "; ".join(f"{clock} ({count})" for clock, count in clocks.most_common())
        text = f"Times of handing in: {times}. Times without a zone were read as {zone}; here they are in UTC."
        say.print(text, soft_wrap=True, markup=False)
    missing = [s.id for s in students.students if not (course / "submitted" / s.id).is_dir()] if students else []
    if missing:
        text = f"Nothing is there yet from {len(missing)} of the roster: {', '.join(missing)}."
        say.print(text, soft_wrap=True, markup=False)


def _table(taken, course):
    """What was collected, a row a student: notebooks by their numbers, when the last was handed in, remarks."""
    from autograder.archives import FILE_TIME

    students: dict = {}
    for outcome in taken:
        students.setdefault(outcome.handed.student, []).append(outcome)
    table = Table(title=f"Collected into {escape(str(course))}/submitted")
    for title in ("student", "new", "already there", "handed in", "remarks"):
        table.add_column(title, overflow="fold")
    for student, mine in students.items():
        new, known = (
            ", ".join(sorted({_short(outcome.target) for outcome in mine if outcome.state == state}))
            for state in ("taken", "already there")
        )
        times = [o.handed.time for o in mine if o.handed.time and o.handed.clock != FILE_TIME]
        last = f"{max(times):%Y-%m-%d %H:%M}" if times else "unknown"
        remarks = [f"{_short(outcome.target)} {'; '.join(outcome.notes)}" for outcome in mine if outcome.notes]
        table.add_row(*map(escape, (student, new, known, last, "\n".join(remarks))))
    return table


def _short(target):
    """The number of a notebook of the unit, or a file's own name."""
    from autograder.collect import book_of

    book = book_of(target)
    return book.name.partition("_")[0] if book else Path(target).name


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
