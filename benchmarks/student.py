"""What the student waits for: the latency of `check`, and the import of the helper module.

Run: python benchmarks/student.py. Prints medians of one run on this machine; compare them with each other and with the
bare cost of the same imports, not with another machine.
"""

import statistics
import subprocess
import sys
import time

import numpy as np

from autograder import tasks
from workbook.check import TABLES, judge

ROUNDS = 15


def check_latency(name):
    """Median seconds of the visible check of a right answer."""
    task = tasks.find(name)
    context = task.example(np.random.default_rng(0)) if task.is_variable else None
    namespace = task.namespace(task.model, context)
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        judge(name, namespace)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def import_seconds(code):
    """Median seconds of a fresh Python that runs `code`."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main():
    known = tasks.all_tasks()
    for path in sorted(TABLES.glob("*.json")):
        if path.stem in known and known[path.stem].model is not None:
            print(f"check({path.stem!r}): {1000 * check_latency(path.stem):.0f} ms")
    bare = import_seconds("import numpy, pandas, matplotlib.pyplot")
    ours = import_seconds("import numpy, pandas, matplotlib.pyplot, workbook, workbook.plots")
    print(
        f"import numpy, pandas, matplotlib: {bare:.2f} s; with workbook and its figures: {ours / bare:.2f} times that"
    )


if __name__ == "__main__":
    main()
