"""`make demo`: the main job from end to end, without a screen: release, class, grades, feedback, report, table."""

import sys
import time
from pathlib import Path

from autograder import build, cli, console, engine, feedback, grade, report, sample_class

COURSE = Path("demo")
LIMITS = engine.Limits(cell_seconds=10, probe_seconds=4)  # one student of the class never ends a loop


def main():
    """Run the demo in demo/ and return the number of students whose result is not what it should be."""
    say = console.say.print
    started = time.monotonic()
    say(f"1. The release: {len(build.build())} files written from solutions/.")
    students = sample_class.everybody()
    sample_class.make(COURSE, students)
    people, folders = {student.name for student in students}, {student.assignment for student in students}
    say(f"2. A sample class: {len(people)} students, {len(students)} submissions of {len(folders)} assignments.")
    results = grade.grade_course(COURSE, limits=LIMITS)
    say("3. Grades, in nbgrader's gradebook demo/gradebook.db:\n")
    cli.print_class(results)
    pages = feedback.write_all(COURSE)
    say(f"\n4. {len(pages)} feedback pages, such as {pages[0].path}")
    say(f"5. The class report: {report.write(COURSE)}")
    say("   To mark the written answers by hand: autograder mark --course demo")
    wrong = [line for result in results for line in differences(result)]
    for line in wrong:
        say(f"   not as expected: {line}")
    say(f"\nDone in {time.monotonic() - started:.0f} seconds; {len(results)} submissions, {len(wrong)} surprises.")
    return len(wrong)


def differences(result):
    """Where a submission of the sample class was graded otherwise than its author says it should be."""
    who = (result.folder.student, result.folder.assignment)
    student = next(s for s in sample_class.everybody() if (s.name, s.assignment) == who)
    if result.failure:
        return [f"{student.name}: {result.failure}"]
    verdicts = {task: v for book in result.books.values() for task, v in book.verdicts.items()}
    lines = []
    for task, wanted in student.scores.items():
        verdict = verdicts[task]
        if verdict.score != wanted or verdict.mistake != student.mistakes.get(task):
            lines.append(f"{student.name}, {task}: {verdict.score:g} points, named {verdict.mistake}, not {wanted:g}")
    return lines


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
