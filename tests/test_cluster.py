"""The same class on a Dask cluster of real processes: the same grades, also when a worker is killed; clear refusals."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from autograder import cluster, engine, grade, gradebook, sample_class
from autograder.cli import app

pytest.importorskip("distributed", reason="the package distributed is not installed")
A = sample_class.ASSIGNMENT
NAMES = ("abel_numpy", "bea_loops", "chidi_libraries", "dana_series", "emre", "jun", "quinn_half", "pia_blank")
EXPECTED = {(s.name, task): score for s in sample_class.STUDENTS if s.name in NAMES for task, score in s.scores.items()}


@contextlib.contextmanager
def processes(*commands):
    running = [
        subprocess.Popen([sys.executable, "-m", "dask", *command], start_new_session=True) for command in commands
    ]
    try:
        yield running
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture
def scheduler(tmp_path):
    """The address of a scheduler with two workers, and the worker processes."""
    address = f"tcp://127.0.0.1:{free_port()}"
    serve = ["scheduler", "--host", address, "--no-dashboard", "--no-show"]
    work = ["worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    with processes(serve, work, work) as running:
        from distributed import Client

        deadline = time.monotonic() + 120
        while True:
            try:
                with Client(address, timeout=5) as client:
                    client.wait_for_workers(2, timeout=100)
                break
            except (OSError, TimeoutError):
                assert time.monotonic() < deadline
        yield address, running[1:]


def hand_in(folder):
    sample_class.make(folder, [s for s in sample_class.STUDENTS if s.name in NAMES])


def test_a_killed_worker_costs_no_grade(scheduler, tmp_path):
    address, workers = scheduler
    course = tmp_path / "course"
    hand_in(course)
    done = []

    def kill_one(result):
        if not done:
            workers[0].kill()
        done.append(result.folder.student)

    with cluster.connect(address, require_walls=not engine.missing_walls()) as (executor, at_once):
        assert at_once == 2
        results = grade.grade_course(course, workers=at_once, executor=executor, progress=kill_one)
    assert [result.failure for result in results if result.failure] == []
    assert workers[0].poll() is not None
    assert {(row["student"], row["task"]): row["score"] for row in gradebook.rows(course)} == EXPECTED
    again = CliRunner().invoke(app, ["grade", "--course", str(course), "--scheduler", address])
    assert again.exit_code == 0 and "0 graded" in again.output, again.output


def test_another_version_or_a_missing_wall_is_refused(monkeypatch):
    monkeypatch.setattr(cluster.engine, "missing_walls", lambda: ["the network"])
    with pytest.raises(cluster.Unusable, match="another version"):
        cluster.play(None, "0" * 64, False)
    with pytest.raises(cluster.Unusable, match=r"the network.*--require-sandbox"):
        cluster.play(None, grade.product_hash(), True)


def test_an_address_where_nobody_answers_is_explained(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    hand_in(tmp_path)
    nobody = f"tcp://127.0.0.1:{free_port()}"
    for address in (nobody, "nonsense://x"):
        told = CliRunner().invoke(app, ["grade", "--course", str(tmp_path), "--scheduler", address])
        assert told.exit_code == 2 and "No Dask scheduler answers" in told.output, told.output
    both = CliRunner().invoke(app, ["grade", "--course", str(tmp_path), "--scheduler", nobody, "--workers", "2"])
    assert both.exit_code == 2 and "Either --workers" in both.output


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cluster.Unusable, match="pip install"), cluster.connect("tcp://127.0.0.1:1"):
        pass
