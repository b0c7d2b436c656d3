"""The command `autograder`: build, tasks, judge, matrix, collect, grade, mark, feedback, report, export, written."""

import json
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder import cli_changes, cli_collect, cli_export
from autograder.console import fail, say, warn
from workbook import plain
from workbook.card import SYMBOLS, Card

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Build, grade and report the workbook “Train a Linear Model”.",
)
Course = Annotated[Path, typer.Option(help="The course folder, with submitted/, gradebook.db and the rest.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CHANGED_SHOWN = 20  # pages that `feedback` names
Seed = Annotated[int | None, typer.Option(min=0, help="Draw other questions than usual.")]


@app.command("build")
def build_command(check: Annotated[bool, typer.Option(help="Change nothing; fail on any drift.")] = False):
    """Write notebooks/ and the check tables from solutions/."""
    from autograder import build

    if check:
        drifted = build.drift()
        if drifted:
            fail("These files are not what solutions/ builds; run `autograder build`:\n  " + "\n  ".join(drifted), 1)
        say.print("notebooks/ and workbook/tables/ are what solutions/ builds.")
    else:
        say.print(f"{len(build.build())} files written to notebooks/ and workbook/tables/.")


@app.command("tasks")
def tasks_command(as_json: AsJson = False):
    """List the tasks of the unit: where they stand, what they are worth, what is known of them."""
    from autograder import tasks, unit

    rows = []
    for book in unit.notebooks():
        for name in (*book.tasks(), *book.tasks("written")):
            task = tasks.find(name)
            rows.append(
                {
                    "task": name,
                    "assignment": book.assignment,
                    "notebook": book.name,
                    "points": task.max_score if task.graded else 0,
                    "parts": task.points,
                    "graded": task.graded,
                    "mistakes": sorted({version.name for version in task.mistakes} | set(task.told)),
                }
            )
    if as_json:
        print(json.dumps(rows, indent=1))
        return
    table = Table("notebook", "task", "points", "known mistakes", title="Tasks")
    for row in rows:
        points = f"{row['points']:g}" if row["graded"] else "practice"
        table.add_row(row["notebook"][:30], row["task"], points, str(len(row["mistakes"])))
    say.print(table)


@app.command("judge")
def judge_command(task: str, file: Path, as_json: AsJson = False, seed: Seed = None):
    """Judge one implementation of TASK in the Python file FILE; the exit code is 0 when it is right."""
    from autograder import judge, tasks

    try:
        wanted = tasks.find(task)
    except KeyError as problem:
        fail(problem.args[0])
    if wanted.model is None:
        fail(f"{task} is marked by hand, with the rubric beside the answer: there is nothing that a machine can judge.")
    verdict = judge.in_file(wanted, _read_code(file, task), judge.SEED if seed is None else seed)
    print(json.dumps(judge.as_json(verdict), indent=1, ensure_ascii=False) if as_json else Card(verdict, graded=True))
    raise typer.Exit(0 if verdict.passed else 1)


def _read_code(file, task):
    """The text of a Python file; a message for what is none."""
    try:
        content = file.read_bytes()
    except OSError as problem:
        fail(f"{file} can't be read: {problem.strerror}.")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        fail(f"{file} is not a text file. What is judged is Python code that answers {task}.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"cells"' in content:
        fail(
            f"{file} is a notebook. Save the cell that answers {task} as a .py file and judge that; "
            "whole notebooks are graded with `autograder collect` and `autograder grade`."
        )
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return content.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n")


@app.command("matrix")
def matrix_command(
    names: Annotated[list[str] | None, typer.Argument(metavar="[TASK]...")] = None,
    seed: Annotated[
        list[int] | None, typer.Option(min=0, help="Draw other questions than usual; may be given again.")
    ] = None,
    mutants: Annotated[bool, typer.Option("--mutants", help="Judge generic mutants of the model answers too.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write the matrix as a page, too.")] = None,
    totals: Annotated[bool, typer.Option("--totals", help="Print the totals only.")] = False,
):
    """Judge every known right and wrong version of each task; fails when one comes out wrong."""
    from autograder import judge, matrix, tasks

    known = tasks.all_tasks()
    unknown = [name for name in names or () if name not in known]
    if unknown:
        fail(f"There is no task called {unknown[0]!r}. Known tasks: {', '.join(sorted(known))}.")
    if by_hand := [name for name in names or () if known[name].model is None]:
        fail(f"{by_hand[0]} is marked by hand: there is nothing that a machine can judge.")
    seeds = tuple(seed or (judge.SEED,))
    rows = []
    for row in matrix.rows(names, seeds):
        if not totals and (not rows or rows[-1].task != row.task):
            say.print(f"\n[bold]{row.task}[/bold]")
        rows.append(row)
        if not totals:
            say.print(
                f"  {'✓' if row.ok else '✗'} {row.kind:<8} {row.version:<60} {row.state:<14} {_name(row)}".rstrip()
            )
    table = Table("task", "right versions passed", "wrong versions killed", "named rightly", title="Kill matrix")
    for name, group in matrix.by_task(rows).items():
        table.add_row(name, *_shares(matrix.totals(group)))
    table.add_section()
    table.add_row("all", *_shares(matrix.totals(rows)))
    say.print(table)
    changed = _judge_mutants(names) if mutants else []
    if html:
        html.write_text(matrix.page(rows, seeds, changed), encoding="utf-8")
        say.print(f"The page is {html}.")
    wrong = [row for row in rows if not row.ok]
    for row in wrong:
        warn.print(f"{row.task}, {row.kind} version “{row.version}”: {row.state}, {row.named}")
    raise typer.Exit(1 if wrong or not all(mutant.ok for mutant in changed) else 0)


def _name(row):
    return row.named if row.kind == "mistake" else ""


def _shares(counts):
    """Right versions that passed, wrong ones that did not, and those of them that were named rightly, as texts."""
    return (
        f"{counts['passed']} of {counts['rights']}",
        f"{counts['killed']} of {counts['wrongs']}",
        f"{counts['named']} of {counts['wrongs']}",
    )


def _judge_mutants(names):
    """Judge the mutants of the model answers and print what should not have passed."""
    from autograder import mutants

    try:
        judged = list(mutants.judged(names))
    except ModuleNotFoundError as problem:
        fail(f"{problem.name} is not installed: `pip install -e '.[dev]'` brings the tool that makes mutants.")
    killed, equivalent = sum(m.killed for m in judged), sum(bool(m.reason) for m in judged)
    say.print(f"Mutants of the model answers: {killed} of {len(judged)} killed, {equivalent} listed as equivalent.")
    for mutant in judged:
        if not mutant.ok:
            what = "listed as equivalent and killed" if mutant.killed else "passes"
            warn.print(f"{mutant.task}: {mutant.change}: {what}", markup=False)
    return judged


@app.command("grade")
def grade_command(
    assignments: Annotated[list[str] | None, typer.Argument(help="Such as 2 or its whole name; default: all.")] = None,
    course: Course = Path("."),
    workers: Annotated[int | None, typer.Option(help="Notebooks played at once; default: one per CPU.")] = None,
    force: Annotated[bool, typer.Option(help="Grade again what has not changed.")] = False,
    task: cli_changes.Task = None,
    due: cli_changes.Due = None,
    late_per_day: cli_changes.PerDay = None,
    late_cap: cli_changes.Cap = None,
    late_grace: cli_changes.Grace = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Play on a Dask cluster, such as tcp://host:8786, instead of here.")
    ] = None,
    require_sandbox: Annotated[bool, typer.Option(help="Refuse to go on where a wall is missing.")] = False,
    seed: Seed = None,
    as_json: AsJson = False,
):
    """Grade what was handed in, and record it in nbgrader's gradebook."""
    from autograder import cluster, grade, gradebook, judge

    if scheduler and workers:
        fail("Either --workers, to grade here, or --scheduler, to grade on a cluster.")
    if require_sandbox and not scheduler:
        _check_walls(required=True)
    settings = cli_changes.settings_of(course, due, late_per_day, late_cap, late_grace)
    here, walls = (
        nullcontext((None, workers)),
        None if scheduler else _check_walls,
    )  # a cluster's workers look themselves
    try:
        with (
            _progress(len(grade.find_folders(course, assignments)), walls) as shown,
            cluster.connect(scheduler, require_sandbox) if scheduler else here as (executor, at_once),
        ):
            where = {"workers": at_once, "seed": judge.SEED if seed is None else seed, "executor": executor} | shown
            if task:
                results = grade.regrade_task(course, task, **where)
            else:
                results = grade.grade_course(course, assignments, force=force, **where)
    except (FileNotFoundError, KeyError, gradebook.Unusable, grade.Stopped, cluster.Unusable) as problem:
        fail(str(problem.args[0]))
    late, moved = cli_changes.conclude(course, results, settings, f"{task} was judged anew" if task else "graded anew")
    if as_json:
        rows = [summary_row(result) for result in results]
        rows = [row | cli_changes.as_plain(late, moved, row["student"], row["assignment"]) for row in rows]
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    else:
        print_class(results)
        cli_changes.tell(settings, late, moved)
    _tell_left_out(course, results)
    _check_config(course)
    raise typer.Exit(1 if any(result.failure for result in results) else 0)


def _check_walls(required=False):
    """Say which walls are missing around submissions that are played on this machine, or end where all must stand."""
    from autograder import engine

    if missing := engine.missing_walls():
        text = f"Submissions are not walled off from {', '.join(missing)}: bubblewrap does not work here."
        if required:
            fail(f"{text} Nothing was graded (--require-sandbox).")
        warn.print(f"Warning: {text}", style="yellow", soft_wrap=True, markup=False)


@contextmanager
def _progress(total, check_walls):
    """Show a bar; gives the functions that `grade` calls when a submission is done and when some are being played,
    which looks at the walls first."""
    rate = TextColumn("{task.fields[rate]}")
    names = TextColumn("{task.fields[names]}", style="dim", markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), names)
    with Progress(*columns, console=warn, transient=True) as bar:
        line = bar.add_task("grading", total=total, rate="", names="")

        def progress(_):
            speed = bar.tasks[0].finished_speed or bar.tasks[0].speed
            bar.update(line, advance=1, rate=f"{speed:.1f} a second" if speed else "")

        def playing(folders):
            if not folders and check_walls:
                check_walls()
            bar.update(line, names=", ".join(dict.fromkeys(folder.student[:20] for folder in folders[:4])))

        yield {"progress": progress, "playing": playing}


def _check_config(course):
    """Warn of nbgrader settings in the course with which formgrader would not show what it should."""
    from autograder import gradebook

    if trouble := gradebook.config_trouble(course):
        warn.print(f"Warning: {trouble}", style="yellow", soft_wrap=True, markup=False)


def _tell_left_out(course, results):
    """Name folders that are no submissions, and submissions that could not be recorded."""
    from autograder import grade, unit

    for path in grade.unknown_folders(course):
        known = ", ".join(unit.assignments())
        text = f"{plain.legal(path)}: left out, since it is a link or no assignment has this name ({known})."
        warn.print(text, style="yellow", soft_wrap=True, markup=False)
    for result in results:
        if result.failure:
            text = f"{result.folder.student}: not recorded, {result.failure}"
            warn.print(text, style="red", soft_wrap=True, markup=False)


def summary_row(result):
    """One submission as plain data."""
    return {
        "student": result.folder.student,
        "assignment": result.folder.assignment,
        "score": result.score,
        "points": result.points,
        "seconds": round(result.seconds, 3),
        "unchanged": result.unchanged,
        "notes": result.notes(),
        "failure": result.failure,
        "tasks": {
            task: {"state": verdict.state, "score": verdict.score, "mistake": verdict.mistake}
            for book in result.books.values()
            for task, verdict in book.verdicts.items()
        },
    }


def print_class(results):
    """The class table: a row per submission, its tasks, and what a person should know."""
    if not results:
        say.print("There is nothing to grade: submitted/<student>/<assignment>/ is empty.")
        return
    for assignment in sorted({result.folder.assignment for result in results}):
        mine = [result for result in results if result.folder.assignment == assignment]
        names = list(dict.fromkeys(t for r in mine for book in r.books.values() for t in book.verdicts))
        table = Table("student", "score", title=assignment)
        for name in names:
            table.add_column(name, overflow="fold")
        for result in mine:
            verdicts = {t: v for book in result.books.values() for t, v in book.verdicts.items()}
            cells = [_cell(verdicts[name]) if name in verdicts else "" for name in names]
            table.add_row(result.folder.student, f"{result.score:g}/{result.points:g}", *cells)
        say.print(table, markup=False)  # names of students and files are no markup
    say.print("✓ passed  ◐ partly right  ✗ not right  ○ not attempted")
    noted = [result for result in results if result.notes()]
    if noted:
        say.print(f"\nRepaired, limited or unreadable ({len(noted)}):")
        for result in noted:
            say.print(f"  {result.folder.student}: " + "; ".join(result.notes()), soft_wrap=True, markup=False)
    done = Counter("unchanged" if result.unchanged else "graded" for result in results)
    say.print(f"\n{done['graded']} graded, {done['unchanged']} unchanged since they were graded.")


def _cell(verdict):
    text = f"{SYMBOLS[verdict.state]} {verdict.score:g}"
    return f"{text}\n{verdict.mistake}" if verdict.mistake else text


@app.command("feedback")
def feedback_command(course: Course = Path(".")):
    """Write a feedback page for every graded submission, and say which are new or changed."""
    from autograder import feedback

    pages = _with_course(lambda: feedback.write_all(course))
    changes = Counter(page.change for page in pages)
    changed = [str(page.path) for page in pages if page.change == "changed"]
    for path in changed[:CHANGED_SHOWN]:
        say.print(f"changed: {path}", soft_wrap=True, markup=False)
    if len(changed) > CHANGED_SHOWN:
        say.print(f"and {len(changed) - CHANGED_SHOWN} more that changed.")
    if not pages:
        say.print("No submission is graded yet, so there is no feedback to write: run `autograder grade` first.")
        return
    say.print(
        f"Feedback in {course / 'feedback'}: {changes['new']} pages new, {changes['changed']} changed, "
        f"{changes['same']} as before."
    )


@app.command("mark")
def mark_command(
    course: Course = Path("."),
    port: Annotated[int | None, typer.Option(help="Default: the first free one from 8888 on.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
):
    """Mark by hand: open nbgrader's formgrader on the course; stop it with Ctrl+C."""
    from autograder import formgrader

    _check_config(course)
    say.print("Formgrader opens in your browser; in a terminal elsewhere, follow the address below. Ctrl+C ends it.")
    raise typer.Exit(_with_course(lambda: formgrader.start(course, port, browser)))


@app.command("report")
def report_command(
    assignments: Annotated[list[str] | None, typer.Argument(help="Such as 2 or its whole name; default: all.")] = None,
    course: Course = Path("."),
    out: Annotated[Path | None, typer.Option("-o", help="Default: report.html in the course folder.")] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Number the students, for a page to pass on.")] = False,
):
    """Write the class report, and its figures as CSV files beside it."""
    from autograder import report

    path = _with_course(lambda: report.write(course, out, assignments, anonymous))
    say.print(
        f"Report written to {path}; its tables beside it: {path.stem}_tasks.csv, _mistakes.csv, _submissions.csv."
    )


def _with_course(work):
    from autograder import gradebook

    try:
        return work()
    except (KeyError, gradebook.Unusable) as problem:
        fail(str(problem.args[0]))
    except OSError as problem:  # one of ours says all in its message; the system's has a file and a reason
        fail(f"{problem.filename}: {problem.strerror}." if problem.filename else str(problem))


app.command("collect")(cli_collect.collect_command)
app.command("export")(cli_export.export_command)
app.command("bundle")(cli_export.bundle_command)
app.add_typer(cli_collect.written_app, name="written")

if __name__ == "__main__":
    app()
