"""IPython's shell as the notebook sees it, with everything that it shows going to a Recorder."""

import base64
import builtins
import contextlib
import getpass
import io
import json
import os
import re
import signal
import sys
import threading
import time

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils import process
from traitlets.config import Config

CHUNK = 4_000  # characters of a stream that are sent at once
STREAM_LIMIT = 200_000  # characters of a cell's printed output that are kept
SHOW_LIMIT = 8 * 2**20  # bytes of a cell's rich output that are kept
OFFLINE = "There is no network while a notebook is graded, so nothing can be installed: only the packages of the course"
OFFLINE += " are there."


class Wire:
    """Messages to the parent, one JSON object a line."""

    def __init__(self, write):
        self.write, self.lock = write, threading.Lock()

    def send(self, **message):
        line = json.dumps(message, default=_as_text).encode("utf-8", "replace") + b"\n"
        with _no_alarm(), self.lock:  # a time limit in here would leave half a line
            self.write(line)
        return len(line)


def _as_text(value):
    """How JSON holds what it has no form for: bytes as base64, as nbformat does, the rest as text."""
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)


@contextlib.contextmanager
def _no_alarm():
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Recorder:
    """Collects what the running cell shows and sends it on."""

    def __init__(self):
        self.wire, self.cell, self.owner = None, None, None
        self.printed = self.shown = 0
        self.pending, self.kind, self.sent_at = [], None, 0.0
        self.lock = threading.RLock()

    def connect(self, wire):
        self.wire, self.owner = wire, os.getpid()

    def begin(self, cell):
        self.cell, self.printed, self.shown, self.kind = cell, 0, 0, None
        self.wire.send(kind="start", cell=cell)

    def show(self, output, **more):
        if self.cell is None or self.shown > SHOW_LIMIT or os.getpid() != self.owner:
            return
        with self.lock:
            self.flush()
            self.shown += self.wire.send(kind="output", cell=self.cell, output=output, **more)
        if self.shown > SHOW_LIMIT:
            self.write("stderr", "… (this cell shows too much: the rest of its outputs was left out)\n")

    def write(self, kind, text):
        if self.cell is None or not text:
            return
        if os.getpid() != self.owner:  # a forked child prints: its lines must not tear ours apart
            os.write(1 if kind == "stdout" else 2, text.encode("utf-8", "replace"))
            return
        if kind == "stderr" and sys.prefix in text:  # warnings name the file that they come from
            text = without_machine_paths(text)
        with self.lock:
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
            due = text.endswith("\n") and time.monotonic() - self.sent_at > 0.2
            if due or sum(map(len, self.pending)) > CHUNK:
                self.flush()

    def flush(self):
        with self.lock:
            if self.pending and os.getpid() == self.owner:
                text, self.pending = "".join(self.pending), []
                self.sent_at = time.monotonic()
                output = {"output_type": "stream", "name": self.kind, "text": text}
                self.wire.send(kind="output", cell=self.cell, output=output)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the notebook."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, recorder, kind):
        self.recorder, self.name = recorder, kind

    def writable(self):
        return True

    def fileno(self):
        return 1 if self.name == "stdout" else 2

    def write(self, text):
        self.recorder.write(self.name, str(text))
        return len(text)

    def flush(self):
        self.recorder.flush()


class Publisher(DisplayPublisher):
    """display(...) and clear_output() go to the shell's recorder."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        display_id = (transient or {}).get("display_id")
        self.shell.recorder.show(output, **({"display_id": str(display_id), "update": update} if display_id else {}))

    def clear_output(self, wait=False):
        recorder = self.shell.recorder
        recorder.flush()
        recorder.wire.send(kind="clear", cell=recorder.cell, wait=bool(wait))


class Results(DisplayHook):
    """The value of a cell's last line goes to the shell's recorder."""

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        output = {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}}
        self.shell.recorder.show(output | {"execution_count": self.prompt_count})

    def finish_displayhook(self):
        self._is_active = False


class Shell(InteractiveShell):
    """IPython's shell with a `recorder` that gets whatever it shows."""

    display_pub_class = Publisher
    displayhook_class = Results

    def _showtraceback(self, etype, evalue, stb):
        name = getattr(etype, "__name__", str(etype))
        trace = [without_machine_paths(str(line)) for line in stb]
        self.recorder.show({"output_type": "error", "ename": name, "evalue": safe_text(evalue), "traceback": trace})

    def _format_exception_for_storage(self, *_, **__):
        """No history is kept: formatting a long traceback twice would only cost time."""

    def enable_gui(self, gui=None):
        pass

    def ask_exit(self):
        """exit() and quit(): the notebook goes on with its next cell."""

    def init_virtualenv(self):
        """Nothing to find: the environment is the one that we run in."""

    def system_piped(self, command):
        status = process.system(self.var_expand(command, depth=1))  # its output goes to file descriptors 1 and 2
        self.user_ns["_exit_code"] = status

    system = system_piped


def make_shell(recorder):
    """An IPython shell whose display, results and tracebacks go to the recorder."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    shell = Shell.instance(config=config)
    shell.recorder = recorder
    shell.set_hook("show_in_pager", lambda *_, **__: None, 0)  # help pages are no part of a notebook
    for name in ("pip", "conda", "mamba", "micromamba", "uv"):
        shell.register_magic_function(_package_magic(shell.find_line_magic(name)), "line", name)
    return shell


def draw_as_png(shell):
    """Draw figures as PNG where the notebook asked for SVG or PDF, which can hold scripts and so reach no marker."""
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib.figure import Figure

    try:
        shell.display_formatter.formatters["image/png"].lookup_by_type(Figure)
    except KeyError:
        select_figure_formats(shell, {"png"})


def _package_magic(original):
    def manage_packages(line):
        if original is None or line.split()[:1] in (["install"], ["download"], ["add"]):
            print(OFFLINE, file=sys.stderr)
        else:
            original(line)

    return manage_packages


def replace_keyboard():
    """input() and getpass() say why they can't work."""

    def no_input(prompt=""):
        raise RuntimeError("input() can't be answered while a notebook is graded: there is nobody at the keyboard.")

    builtins.input = no_input
    getpass.getpass = no_input


def safe_text(value, limit=2_000):
    """str(value), or the name of its type where that raises."""
    try:
        return str(value)[:limit]
    except Exception:
        return f"<{type(value).__name__} without a readable text>"


def _machine_paths():
    python = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        yield rf"{re.escape(prefix)}[\\/](?:lib[\\/]{python}[\\/])?"
    yield re.escape(os.environ.get("PYTHONPATH", "/library")) + r"[\\/]"


def without_machine_paths(line):
    """A line of a traceback with the environment's folders left out."""
    return re.sub("|".join(_machine_paths()), "", line)
