"""The program inside the walls: plays the cells of one notebook as Jupyter would and answers probes.

Started by run.py as `python -I player.py`; imports nothing of the autograder. It reads one job from standard input and
writes one JSON message a line to the file descriptor that was its standard output. Whatever a notebook does here, it
can only send messages; the parent believes none of them beyond plain values.
"""

import builtins
import io
import json
import os
import signal
import sys
import time
from pathlib import Path

CHUNK = 4_000  # characters of a stream that are sent at once
STREAM_LIMIT = 200_000  # characters of a cell's printed output that are kept


class TimeLimit(BaseException):
    """A cell ran too long. Not an Exception, so that `except Exception` does not swallow it."""


class Wire:
    """Messages to the parent, one JSON object a line."""

    def __init__(self):
        self.file = os.fdopen(os.dup(1), "wb", buffering=0)
        void = os.open(os.devnull, os.O_WRONLY)
        os.dup2(void, 1)
        os.dup2(void, 2)

    def send(self, **message):
        line = json.dumps(message, default=str).encode("utf-8", "replace") + b"\n"
        self.file.write(line)


class Recorder:
    """Collects what the running cell shows and sends it on."""

    def __init__(self, wire):
        self.wire, self.cell, self.printed = wire, None, 0
        self.pending, self.kind, self.sent_at = [], None, 0.0

    def show(self, output):
        self.flush()
        self.wire.send(kind="output", cell=self.cell, output=output)

    def write(self, kind, text):
        if self.cell is None or not text:
            return
        room = STREAM_LIMIT - self.printed
        if room <= 0:
            return
        self.printed += len(text)
        if len(text) > room:
            text = text[:room] + "\n… (output cut here)\n"
        if kind != self.kind:
            self.flush()
        self.kind = kind
        self.pending.append(text)
        if sum(map(len, self.pending)) > CHUNK or time.monotonic() - self.sent_at > 0.2:
            self.flush()

    def flush(self):
        if self.pending:
            text, self.pending = "".join(self.pending), []
            self.sent_at = time.monotonic()
            self.wire.send(
                kind="output", cell=self.cell, output={"output_type": "stream", "name": self.kind, "text": text}
            )

    def begin(self, cell):
        self.cell, self.printed, self.kind = cell, 0, None
        self.wire.send(kind="start", cell=cell)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the notebook."""

    encoding = "utf-8"

    def __init__(self, recorder, kind):
        self.recorder, self.kind = recorder, kind

    def writable(self):
        return True

    def write(self, text):
        self.recorder.write(self.kind, str(text))
        return len(text)

    def flush(self):
        self.recorder.flush()


def make_shell(recorder):
    """An IPython shell whose display, results and tracebacks go to the recorder."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, **_):
            recorder.show({"output_type": "display_data", "data": data, "metadata": metadata or {}})

        def clear_output(self, wait=False):
            recorder.flush()
            recorder.wire.send(kind="clear", cell=recorder.cell)

    class Results(DisplayHook):
        def write_output_prompt(self):
            pass

        def write_format_data(self, format_dict, md_dict=None):
            count = self.shell.execution_count
            recorder.show(
                {
                    "output_type": "execute_result",
                    "data": format_dict,
                    "metadata": md_dict or {},
                    "execution_count": count,
                }
            )

        def finish_displayhook(self):
            self._is_active = False

    class Shell(InteractiveShell):
        display_pub_class = Publisher
        displayhook_class = Results

        def _showtraceback(self, etype, evalue, stb):
            name = getattr(etype, "__name__", str(etype))
            recorder.show({"output_type": "error", "ename": name, "evalue": str(evalue)[:2000], "traceback": stb})

        def enable_gui(self, gui=None):
            pass

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 100
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    return Shell.instance(config=config)


def no_input(prompt=""):
    raise RuntimeError("input() can't be answered while a notebook is graded: there is nobody at the keyboard.")


def play_cell(shell, recorder, cell, seconds):
    recorder.begin(cell["id"])
    previous = signal.signal(signal.SIGALRM, out_of_time) if hasattr(signal, "SIGALRM") else None
    if previous is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)  # again each second, should the cell swallow the first
    result, problem = None, None
    try:
        result = shell.run_cell(cell["source"], store_history=True)
    except BaseException as escaped:
        problem = escaped
    finally:
        if previous is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
    problem = problem or (result and (result.error_before_exec or result.error_in_exec))
    recorder.flush()
    error = {"type": type(problem).__name__, "message": str(problem)[:500]} if problem else None
    recorder.wire.send(kind="end", cell=cell["id"], count=shell.execution_count - 1, error=error)


def out_of_time(*_):
    raise TimeLimit("this cell took longer than a graded cell may take")


def answer(wire, probing, shell, cell, questions, seconds):
    """Ask the probes of a cell; returns True when the names were not there (yet)."""
    wire.send(kind="start", cell=cell)
    asked = [(tuple(q["names"]), probing.Probe(q["expression"], q["inputs"])) for q in questions]
    absent = bool(asked)
    for index, found in enumerate(probing.ask_all(asked, shell.user_ns, seconds)):
        absent = absent and found.state in ("missing", "unwritten")
        wire.send(kind="answer", cell=cell, index=index, answer=found.as_plain())
    wire.send(kind="end", cell=cell, count=None, error=None)
    return absent


def set_limits(limits):
    try:
        import resource
    except ImportError:  # Windows: the parent says that this wall is missing
        return
    cpu = int(limits["notebook_seconds"] * 2) + 10
    for what, bound in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (int(bound), int(bound)))


def main():
    job = json.loads(sys.stdin.buffer.readline())
    sys.stdin = io.StringIO()
    wire = Wire()
    recorder = Recorder(wire)
    library = Path(__file__).resolve().parent
    # The environment may know the project by an editable install; in here only the copy of `workbook` is to be found.
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder)]
    sys.path[:] = [place for place in sys.path if not Path(place, "autograder").is_dir()]
    sys.path[:0] = [os.getcwd(), str(library)]
    set_limits(job["limits"])

    from workbook import probe

    builtins.input = no_input
    shell = make_shell(recorder)
    sys.stdout, sys.stderr = Stream(recorder, "stdout"), Stream(recorder, "stderr")
    limits, later = job["limits"], []
    for cell in job["cells"]:
        questions = job["questions"].get(cell["id"])
        if questions is not None:
            if answer(wire, probe, shell, cell["id"], questions, limits["probe_seconds"]):
                later.append(cell["id"])
        elif cell["cell_type"] == "code":
            play_cell(shell, recorder, cell, limits["cell_seconds"])
    for cell in later:  # an answer that stands below its check is found in the end
        answer(wire, probe, shell, cell, job["questions"][cell], limits["probe_seconds"])
    wire.send(kind="finished")
    os._exit(0)  # threads and exit handlers of the notebook have no say


if __name__ == "__main__":
    main()
