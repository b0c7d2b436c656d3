"""What the student waits for: a check, the import of the helper module, a moved slider, and a notebook in the browser.

Run: python benchmarks/student.py [--no-browser]. Prints medians of one run on this machine; compare them with each
other and with the bare cost beside them, not with another machine.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from autograder import build, tasks, unit
from workbook import explore
from workbook.check import judge, task_names
from workbook.data import load_churn

ROUNDS = 15
IMPORTS = ("import numpy, pandas, matplotlib.pyplot", "workbook", "workbook.plots, workbook.data", "workbook.explore")


def median(run, rounds=ROUNDS):
    """Median seconds of a call of `run`."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def check_seconds(name):
    """Median seconds of the visible check of a right answer."""
    task = tasks.find(name)
    context = task.example(np.random.default_rng(0)) if task.is_variable else None
    namespace = task.namespace(task.model, context)
    return median(lambda: judge(name, namespace))


def import_seconds(codes, rounds=5):
    """{code: median seconds of a fresh Python that runs it}; they take turns, so that all meet the same machine."""
    taken = {code: [] for code in codes}
    for _ in range(rounds):
        for code, seconds in taken.items():
            seconds.append(median(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True), rounds=1))
    return {code: statistics.median(seconds) for code, seconds in taken.items()}


def sliders():
    """{name: box of sliders and picture} of everything in workbook.explore."""
    churn = load_churn()
    X = churn.iloc[:, :-1].to_numpy(dtype=float)
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), churn["churn"].to_numpy(dtype=float)
    p = np.random.default_rng(0).uniform(size=300)
    return {
        "s_curve": explore.s_curve(),
        "learning_rate": explore.learning_rate(lambda x: (x - 3) ** 2, lambda x: 2 * (x - 3)),
        "threshold": explore.threshold(p, (p > 0.4).astype(int)),
        "penalty": explore.penalty(X, y, list(churn.columns[:-1])),
    }


def slider_seconds(box):
    """Median seconds of a new picture after a slider was moved, each time to a place where it was not before."""
    slider = box.children[0]
    places = iter(np.linspace(slider.min, slider.max, ROUNDS + 2)[1:-1])

    def move():
        slider.value = next(places)

    return median(move)


def opening_seconds(path):
    """Seconds until a notebook, run and saved, is shown in JupyterLab, and until the first one was: a warm-up."""
    from playwright.sync_api import sync_playwright

    sys.path.append(str(unit.ROOT))
    from tests import desk

    execute = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute", "--allow-errors"]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as player:
        root = desk.unpack(Path(scratch))
        book = root / "notebooks" / path
        subprocess.run([*execute, "--inplace", "--log-level=ERROR", book], check=True, env=desk.environment(root))
        with desk.jupyterlab(root) as address:
            page = player.chromium.launch(executable_path=desk.CHROMIUM, args=desk.FLAGS).new_page()
            taken = []
            for name in ("glossary.ipynb", path):
                start = time.perf_counter()
                page.goto(f"{address}/lab/tree/{name}?reset")
                page.wait_for_selector(f"{desk.VISIBLE} .jp-Cell", timeout=desk.MINUTE)
                page.locator(f"{desk.VISIBLE} h1").first.wait_for(timeout=desk.MINUTE)
                taken.append(time.perf_counter() - start)
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-browser", action="store_true", help="leave out the notebook in JupyterLab")
    given = parser.parse_args()
    known = {name: check_seconds(name) for name in task_names() if tasks.find(name).model is not None}
    slowest = max(known, key=known.get)
    for name, seconds in sorted(known.items(), key=lambda item: -item[1]):
        print(f"check({name!r}): {1000 * seconds:.0f} ms")
    within = sum(seconds < 0.1 for seconds in known.values())
    print(f"{within} of {len(known)} checks answer within 100 ms; the slowest is {slowest}")
    bare, *ours = IMPORTS
    seconds = import_seconds([bare, *(f"{bare}, {modules}" for modules in ours)])
    for modules in ours:
        more = seconds[f"{bare}, {modules}"] - seconds[bare]
        print(f"import {modules}: {more:+.2f} s beyond NumPy, pandas and Matplotlib ({seconds[bare]:.2f} s)")
    for name, box in sliders().items():
        print(f"slider {name}: {1000 * slider_seconds(box):.0f} ms")
    if not given.no_browser:
        heaviest = max(build.NOTEBOOKS.glob("*/*.ipynb"), key=lambda path: path.read_text("utf-8").count("plots."))
        first, opened = opening_seconds(heaviest.relative_to(build.NOTEBOOKS).as_posix())
        print(
            f"open {heaviest.stem}, which has most figures: {opened:.1f} s ({first:.1f} s for JupyterLab's first page)"
        )


if __name__ == "__main__":
    main()
