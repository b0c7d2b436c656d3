"""Grading the same submissions in four ways, in one run on this machine, and how time and memory grow with the class.

Run: python benchmarks/grading.py [--submissions N] [--assignment WORD] [--cores N] [--growth N N …]

Four ways, each with the same right submissions and ending (but for the last) with the same scores in a gradebook:
stock `nbgrader autograde` in one process; the same as several processes side by side, one a core; `autograder grade`;
and the bare limit: the code cells alone, run by IPython in forks of a warm process, one at a time on each core, without
walls, judging or saving. Seconds are wall time over submissions; the ratios are what carries over to other machines.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psutil

from autograder import engine, grade, gradebook, sample_class, unit
from autograder.engine.inside.player import WARM_UP

BARE = """
import contextlib, gc, io, json, os, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
sys.stdout = sys.stderr = io.StringIO()
shell.run_cell(sys.argv[1], store_history=False, silent=True)
gc.freeze()
for line in sys.stdin:
    child = os.fork()
    if not child:
        for source in json.loads(line):
            shell.run_cell(source)
        os._exit(0)
    os.waitpid(child, 0)
    print("done", file=sys.__stdout__, flush=True)
"""


def make_course(folder, assignment, count):
    """`count` submissions of `assignment`, right answers in turn, without the lessons, which carry no points."""
    everybody = [s for s in sample_class.everybody() if s.assignment == assignment and s.honest and not s.lost]
    students = [replace(everybody[i % len(everybody)], name=f"student{i:04d}") for i in range(count)]
    sample_class.make(folder, students)
    lessons = {book.name for book in unit.assignments()[assignment]}
    lessons -= {book.name for book in grade.graded_books(assignment)}
    for path in folder.glob("submitted/*/*/*.ipynb"):
        if path.stem in lessons:
            path.unlink()
    gradebook.prepare(folder, [assignment])


def seconds(work, *arguments):
    """Wall time of a call."""
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


# --- the four ways -----------------------------------------------------------------------------------------


def stock(folders, assignment):
    """`nbgrader autograde`, one process for each course folder, side by side."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = ["nbgrader", "autograde", assignment]
    with tempfile.TemporaryFile() as log:
        runs = [
            subprocess.Popen(command, cwd=folder, env={**os.environ, "PATH": path}, stdout=log, stderr=log)
            for folder in folders
        ]
        if any([run.wait() for run in runs]):
            log.seek(0)
            raise SystemExit(log.read().decode()[-2000:])


def bare(folder, assignment, cores):
    """Play the cells of every submission in forks of `cores` warm processes; returns the seconds of playing."""
    cells = []
    for submission in grade.find_folders(folder, [assignment]):
        for name, rebuilt in grade.prepare(submission).items():
            job = grade.make_job(next(b for b in unit.notebooks() if b.name == name), rebuilt, 0, grade.LIMITS)
            played = [c["source"] for c in job.cells if c["cell_type"] == "code" and c["id"] not in job.questions]
            cells.append(json.dumps(played))
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    env |= {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONPATH": str(unit.ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    command = [sys.executable, "-c", BARE, WARM_UP]
    workers = [subprocess.Popen(command, cwd=folder, env=env, bufsize=1, **pipes) for _ in range(cores)]

    def feed(worker, share):
        for line in share:
            worker.stdin.write(line + "\n")
            if not worker.stdout.readline():
                raise SystemExit("the bare process ended")

    for worker in workers:
        feed(worker, ["[]"])  # all imports are done when it answers
    threads = [threading.Thread(target=feed, args=(w, cells[i::cores])) for i, w in enumerate(workers)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = time.perf_counter() - start
    for worker in workers:
        worker.communicate()
    return taken


def total(folders):
    """The sum of all scores in the gradebooks of some course folders."""
    return sum(row["score"] for folder in folders for row in gradebook.rows(folder))


def compare(assignment, count, cores, scratch):
    """Print seconds a submission of the four ways, their ratios, and what a second run costs."""
    ours, one = scratch / "ours", scratch / "one"
    for folder in (ours, one):
        make_course(folder, assignment, count)
    parts = []
    for core in range(cores):  # each process its own course folder with its share of the submissions
        parts.append(scratch / f"part{core}")
        shutil.copytree(one, parts[-1])
        for path in sorted((parts[-1] / "submitted").iterdir()):
            if int(path.name[-4:]) % cores != core:
                shutil.rmtree(path)
    engine.missing_walls()  # starts the warm process, which all submissions share
    own = seconds(grade.grade_course, ours, None, cores) / count
    limit = bare(ours, assignment, cores) / count
    again = seconds(grade.grade_course, ours, None, cores) / count
    single = seconds(stock, [one], assignment) / count
    several = seconds(stock, parts, assignment) / count
    scores = total([ours]), total([one]), total(parts)
    if len(set(scores)) != 1:
        raise SystemExit(f"The scores differ: autograder {scores[0]}, nbgrader {scores[1]} and {scores[2]}.")
    print(f"{count} submissions of {assignment}, {cores} cores; seconds a submission:")
    print(f"  nbgrader autograde, one process        {single:7.3f}   {single / own:5.1f} times ours")
    print(f"  nbgrader autograde, {cores} side by side     {several:7.3f}   {several / own:5.1f} times ours")
    print(f"  autograder grade                       {own:7.3f}")
    print(f"  the bare limit                         {limit:7.3f}   ours is {own / limit:.2f} times it")
    print(f"  a second run, nothing changed          {again:7.4f}   {own / again:5.0f} times faster than the first")
    print(f"  the same scores in all gradebooks: {scores[0]:g} points")


# --- growth ------------------------------------------------------------------------------------------------


def grow(assignment, sizes, cores, scratch):
    """Print time, the bare limit of the same class, and peak memory of this process for classes of growing size."""
    print(f"growth, {assignment}, {cores} cores:")
    for size in sizes:
        folder = scratch / f"class{size}"
        make_course(folder, assignment, size)
        peak = Peak()
        with peak:
            taken = seconds(grade.grade_course, folder, None, cores)
        limit = f"{taken / bare(folder, assignment, cores):.2f} times the bare limit"
        each = f"{taken:7.1f} s, {taken / size:6.3f} s each, {limit}"
        print(f"  {size:5} submissions: {each}; memory {peak.mebibytes:.0f} MiB at most")
        shutil.rmtree(folder)


class Peak:
    """Watches the memory of this process and its children (shared pages divided among those that share them)."""

    def __enter__(self):
        self.mebibytes, self.over = 0.0, threading.Event()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _watch(self):
        while not self.over.wait(0.5):
            used = 0
            for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
                try:
                    used += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    continue
            self.mebibytes = max(self.mebibytes, used / 2**20)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--assignment", default="2")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--growth", type=int, nargs="*", default=[50, 200], metavar="N")
    given = parser.parse_args()
    assignment = unit.find_assignment(given.assignment)
    with tempfile.TemporaryDirectory() as scratch:
        if given.submissions:
            compare(assignment, given.submissions, given.cores, Path(scratch))
        if given.growth:
            grow(assignment, given.growth, given.cores, Path(scratch))


if __name__ == "__main__":
    main()
