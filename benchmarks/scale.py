"""What 100,000 submissions would take: python benchmarks/scale.py [--submissions N] [--page docs/scale.md]

Grades a class of N submissions on this machine, then a class of twice as many, and computes from the rates, bytes and
memory that it measured what 100,000 would take. Prints every figure of docs/scale.md; with --page it writes them there.
"""

import argparse
import itertools
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from autograder import grade, sample_class

MANY = 100_000
NIGHT = 8 * 3600  # seconds from evening to morning
MARKS = ("<!-- figures -->", "<!-- end of figures -->")


@dataclass
class Measured:
    """One run. seconds: of the whole run. main: CPU seconds of the thread that judges and writes. again: of a run with
    nothing changed. Bytes on the disk: submitted, autograded, gradebook. memory: bytes of the main process after each
    submission."""

    submissions: int
    seconds: float
    main: float
    again: float
    submitted: int
    autograded: int
    gradebook: int
    memory: list


def size(path):
    """Bytes on the disk below a path, whole blocks as they are taken."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.lstat().st_blocks * 512 for file in files)


def resident():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(count):
    """Grade `count` submissions of the sample class's honest students in a new course."""
    honest = [student for student in sample_class.STUDENTS if student.honest]
    students = itertools.islice(itertools.cycle(honest), count)
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        sample_class.make(course, [replace(one, name=f"{one.name}_{i:05d}") for i, one in enumerate(students)])
        grade.gradebook.prepare(course, [sample_class.ASSIGNMENT])
        empty = size(course / "gradebook.db")
        memory = []
        started, used = time.monotonic(), time.thread_time()
        results = grade.grade_course(course, progress=lambda _: memory.append(resident()))
        seconds, main = time.monotonic() - started, time.thread_time() - used
        failed = [result.failure for result in results if result.failure]
        if failed:
            sys.exit(f"{len(failed)} submissions failed: {failed[0]}")
        started = time.monotonic()
        grade.grade_course(course)
        again = time.monotonic() - started
        return Measured(
            count,
            seconds,
            main,
            again,
            size(course / "submitted"),
            size(course / "autograded"),
            size(course / "gradebook.db") - empty,
            memory,
        )


def figures(small, large):
    """(what, value as text) of everything that the page tells."""
    cores = os.cpu_count()
    more = large.submissions - small.submissions
    each = (large.seconds - small.seconds) / more  # without what a run costs once
    core_seconds, main = each * cores, large.main / large.submissions
    stored = (large.submitted + large.autograded + large.gradebook) / large.submissions
    quarters = [min(part) for part in np.array_split(large.memory, 4)]  # the least: what is in work comes and goes
    return [
        ("cores of this machine", f"{cores}"),
        ("submissions of the two runs (five graded tasks each)", f"{small.submissions} and {large.submissions}"),
        ("seconds of the two runs", f"{small.seconds:.1f} and {large.seconds:.1f}"),
        ("submissions a second", f"{1 / each:.2f}"),
        ("core-seconds a submission", f"{core_seconds:.2f}"),
        ("of these in the one thread that judges and writes", f"{main:.3f}"),
        ("milliseconds to find that a submission has not changed", f"{1000 * large.again / large.submissions:.1f}"),
        ("KiB a submission: handed in", f"{large.submitted / large.submissions / 1024:.0f}"),
        ("KiB a submission: executed notebooks and verdicts", f"{large.autograded / large.submissions / 1024:.0f}"),
        ("KiB a submission: gradebook", f"{large.gradebook / large.submissions / 1024:.1f}"),
        (
            "MiB of memory of the main process in the four quarters of the longer run, at least",
            ", ".join(f"{quarter / 2**20:.0f}" for quarter in quarters),
        ),
        (f"hours for {MANY:,} on this machine", f"{each * MANY / 3600:.1f}"),
        (f"cores to play {MANY:,} in a night of {NIGHT // 3600} hours", f"{math.ceil(core_seconds * MANY / NIGHT)}"),
        ("hours that the one thread needs for them, however many cores play", f"{main * MANY / 3600:.1f}"),
        ("cores that one such thread keeps busy", f"{core_seconds / main:.0f}"),
        ("minutes of a run over them in which nothing changed", f"{large.again / large.submissions * MANY / 60:.0f}"),
        ("GiB on the disk", f"{stored * MANY / 2**30:.0f}"),
        ("GiB of these in the gradebook", f"{large.gradebook / large.submissions * MANY / 2**30:.1f}"),
    ]


def main():
    """Measure, print, and write the page when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--page", type=Path)
    given = parser.parse_args()
    measure(2)  # what a process does once: reading tasks, drawing questions, warming players
    rows = figures(measure(given.submissions), measure(2 * given.submissions))
    table = "\n".join(
        ["| measured or computed from it | |", "|---|---:|", *(f"| {what} | {value} |" for what, value in rows)]
    )
    print(table)
    if given.page:
        before, _, rest = given.page.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        given.page.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
