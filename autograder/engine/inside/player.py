"""Plays the cells of one notebook as Jupyter would and answers probes.

It reads one job, a line of JSON, and writes one JSON message a line. Whatever a notebook does here, it can only send
messages; the parent believes none of them beyond plain values. Forked by zygote.py, or started as
`python -m inside.player` with the job on standard input where no zygote can be.
"""

import asyncio
import base64
import contextlib
import io
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from . import cage
from .shell import Recorder, Stream, Wire, draw_as_png, make_shell, replace_keyboard, safe_text

SEED = 20_180  # of the generators that a notebook left unseeded: the same submission gives the same answers
AFTER_CELL_SECONDS = 5.0  # for drawing figures once the cell's own time is over


class TimeLimit(BaseException):
    """A cell ran too long. Not an Exception, so that `except Exception` does not swallow it."""


class Stage:
    """Everything that is ready before a job comes: the shell, the streams and the module that asks probes."""

    def __init__(self):
        # The environment may know the project by an editable install; only the copy of `workbook` is to be found.
        sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
        sys.path[:] = [place for place in sys.path if not Path(place, "autograder").is_dir()]
        sys.path[:0] = [""]
        from workbook import probe

        self.probing = probe
        self.recorder = Recorder()
        self.shell = make_shell(self.recorder)
        self.limits, self.loop, self.task, self.late = {}, None, None, False
        replace_keyboard()

    def warm_up(self):
        """Import what notebooks import, draw a figure and fit a model, so that no player has to."""
        shell = self.shell
        sys.stdout = sys.stderr = io.StringIO()
        shell.run_cell(WARM_UP, store_history=False, silent=True)
        failed = shell.last_execution_result.error_in_exec or shell.last_execution_result.error_before_exec
        if failed:
            raise RuntimeError(f"warming up failed: {failed!r}")
        shell.reset(new_session=True)
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__

    def play(self, sock):
        """Read a job from a socket, play it, and end this process."""
        file = sock.makefile("rb")
        job = json.loads(file.readline())
        self.perform(job, sock.sendall)

    def perform(self, job, write):
        """Play a job, send messages with `write`, and end this process."""
        sys.stdin = io.StringIO()
        self.recorder.connect(Wire(write))
        sys.stdout, sys.stderr = Stream(self.recorder, "stdout"), Stream(self.recorder, "stderr")
        self.limits = job["limits"]
        for name, content in job["files"].items():
            with contextlib.suppress(OSError):
                Path(name).write_bytes(base64.b64decode(content))
        _reseed()
        self.loop = asyncio.new_event_loop()
        self.task = self.loop.create_task(self._play_all(job))
        while not self.task.done():
            with contextlib.suppress(BaseException):  # a notebook may stop the loop, or exit from a task of its own
                self.loop.run_until_complete(self.task)
        os._exit(0)  # threads and exit handlers of the notebook have no say

    async def _play_all(self, job):
        later = []
        for cell in job["cells"]:
            questions = job["questions"].get(cell["id"])
            if questions is not None:
                if self._answer(cell["id"], questions):
                    later.append(cell["id"])
            elif cell["cell_type"] == "code":
                await self._play_cell(cell)
        for cell in later:  # an answer that stands below its check is found in the end
            self._answer(cell, job["questions"][cell])
        self.recorder.wire.send(kind="finished")

    async def _play_cell(self, cell):
        shell, recorder, problem, result = self.shell, self.recorder, None, None
        recorder.begin(cell["id"])
        with self._limit(self.limits["cell_seconds"]) as cut:
            try:
                result = await self._run(cell["source"])
            except BaseException as escaped:
                problem = escaped
        if os.getpid() != recorder.owner:
            os._exit(0)  # the notebook forked: the copy ends with its cell
        with self._limit(AFTER_CELL_SECONDS), contextlib.suppress(BaseException):
            draw_as_png(shell)
            shell.events.trigger("post_execute")  # draws the figures
            shell.events.trigger("post_run_cell", result)
        problem = problem or (result and (result.error_before_exec or result.error_in_exec))
        with contextlib.suppress(BaseException):
            await asyncio.sleep(0)  # tasks that the notebook left running get a turn
        recorder.flush()
        _wait_for_programs()
        error = {"type": type(problem).__name__, "message": safe_text(problem, 500)} if problem else None
        if cut and isinstance(problem, asyncio.CancelledError):
            error = {"type": "TimeLimit", "message": OUT_OF_TIME}
        recorder.wire.send(kind="end", cell=cell["id"], count=shell.execution_count - 1, error=error)

    async def _run(self, source):
        """One cell inside the running event loop, as in Jupyter."""
        refused = None
        try:
            transformed = self.shell.transform_cell(source)
        except Exception:
            transformed, refused = source, sys.exc_info()
        return await self.shell.run_cell_async(
            source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=refused
        )

    @contextlib.contextmanager
    def _limit(self, seconds):
        """Interrupt the block after `seconds`, and again each second, should it swallow that. Yields a list that is
        not empty once the time was up."""
        cut = []
        if not hasattr(signal, "setitimer"):  # Windows: the parent ends the player
            yield cut
            return

        def stop(*_):
            cut.append(True)
            if asyncio.current_task(self.loop) is None:  # all wait for something: there is no code to interrupt
                self.loop.call_soon_threadsafe(self.task.cancel)
            else:
                raise TimeLimit(OUT_OF_TIME)

        signal.signal(signal.SIGALRM, stop)
        with contextlib.suppress(AttributeError):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        try:
            yield cut
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _answer(self, cell, questions):
        """Ask the probes of a cell; returns True when the names were not there (yet)."""
        self.recorder.flush()
        wire, absent = self.recorder.wire, questions != "[]"
        wire.send(kind="start", cell=cell)
        asked = [(tuple(q["names"]), self.probing.Probe(q["expression"], q["inputs"])) for q in json.loads(questions)]
        found = self.probing.ask_all(asked, self.shell.user_ns, self.limits["probe_seconds"])
        for index, answer in enumerate(found):
            absent = absent and answer.state in ("missing", "unwritten")
            wire.send(kind="answer", cell=cell, index=index, answer=answer.as_plain())
        wire.send(kind="end", cell=cell, count=None, error=None)
        return absent


OUT_OF_TIME = "this cell took longer than a graded cell may take"

WARM_UP = """
import asyncio, math, statistics, time, timeit, warnings
import numpy, numpy.testing, pandas, matplotlib, matplotlib.pyplot, matplotlib_inline.backend_inline
import scipy, scipy.optimize, scipy.special, scipy.stats
import sklearn, sklearn.datasets, sklearn.linear_model, sklearn.metrics, sklearn.model_selection
import sklearn.pipeline, sklearn.preprocessing
import ipywidgets, workbook, workbook.data, workbook.explore, workbook.plots
from IPython.display import HTML, Markdown, display

frame = pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0], "b": ["x", "y", "x", "y"]})
frame.describe(), frame.groupby("b").mean(), frame._repr_html_()
sklearn.linear_model.LogisticRegression().fit(frame[["a"]], [0, 0, 1, 1]).predict_proba(frame[["a"]])
figure, axes = matplotlib.pyplot.subplots()
axes.plot([1, 2], label="warm $w^2$")
axes.scatter([1, 2], [1, 2], c=[1, 2])
axes.legend()
axes.set_title("warm")
get_ipython().display_formatter.format(figure)
matplotlib.pyplot.close("all")
matplotlib_inline.backend_inline.flush_figures()
"""


def _reseed():
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(SEED)


def _wait_for_programs():
    """Wait until the parent has read what programs printed past Python, so that it stands in this cell."""
    with contextlib.suppress(ImportError, OSError):  # Windows has neither
        import fcntl
        import termios

        for stream in (1, 2):
            for _ in range(100):
                if fcntl.ioctl(stream, termios.FIONREAD, b"\0\0\0\0") == b"\0\0\0\0":
                    break
                time.sleep(0.001)


def main():
    """A player without a zygote: the job comes on standard input, messages go to what was standard output."""
    job = json.loads(sys.stdin.buffer.readline())
    wire = os.dup(1)
    os.dup2(2, 1)  # what programs print arrives on one pipe
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    cage.set_limits(job["limits"])

    def write(line):
        while line:
            line = line[os.write(wire, line) :]

    Stage().perform(job, write)


if __name__ == "__main__":
    main()
