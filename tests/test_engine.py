"""The player behaves like Jupyter, and whatever a notebook does stays in its own process."""

import os
import time
from pathlib import Path

import pytest

from autograder import engine
from workbook.probe import Probe

LIMITS = engine.Limits(cell_seconds=2, notebook_seconds=20, probe_seconds=1)
walled = pytest.mark.skipif(bool(engine.missing_walls()), reason="bubblewrap does not work on this machine")


def play(*sources, ask=None, limits=LIMITS, names=("f",)):
    cells = [{"id": f"c{i}", "cell_type": "code", "source": source} for i, source in enumerate(sources)]
    questions = {}
    if ask:
        cells.append({"id": "ask", "cell_type": "code", "source": ""})
        questions["ask"] = engine.Question(((tuple(names), Probe(ask)),))
    return engine.play(engine.Job(tuple(cells), questions, limits=limits))


def printed(played, cell="c0"):
    return "".join(out["text"] for out in played.outputs.get(cell, ()) if out["output_type"] == "stream")


def test_results_streams_figures_and_tracebacks_look_like_jupyter():
    played = play(
        "import matplotlib.pyplot as plt\nprint('hello')\n6 * 7",
        "plt.plot([1, 2]);",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))",
        "1 / 0",
        "%time sum(range(10))",
        "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')",
    )
    assert printed(played) == "hello\n"
    assert played.outputs["c0"][-1]["data"]["text/plain"] == "42"
    assert "image/png" in played.outputs["c1"][-1]["data"]
    assert played.outputs["c2"][-1]["data"]["text/html"] == "<b>bold</b>"
    error = played.outputs["c3"][-1]
    assert error["ename"] == "ZeroDivisionError" and "1 / 0" in "".join(error["traceback"])
    assert "Wall time" in printed(played, "c4") and printed(played, "c5") == "awaited\n"
    assert played.finished and played.counts == {f"c{i}": i + 1 for i in range(6)}


def test_input_is_refused_with_a_reason():
    played = play("input('your name? ')")
    assert "nobody at the keyboard" in played.errors["c0"]["message"]


def test_a_slow_cell_is_stopped_and_the_next_ones_run():
    played = play("print('before')\nwhile True:\n    pass", "def f(): return 5", ask="f()")
    assert printed(played) == "before\n"
    assert played.errors["c0"]["type"] == "TimeLimit"
    assert played.answers["ask"][0].value["value"] == 5


def test_a_cell_that_swallows_the_interrupt_is_killed_from_outside():
    started = time.monotonic()
    played = play(
        "def f(): return 1",
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nprint('kept', flush=True)\nwhile True: pass",
        ask="f()",
    )
    assert time.monotonic() - started < 15
    assert not played.finished and "limit" in played.events[0]
    assert printed(played, "c1") == "kept\n"


def test_a_killed_process_is_an_event_and_earlier_cells_count():
    played = play("print('first')", "import os; os._exit(3)", ask="1")
    assert printed(played) == "first\n"
    assert played.answers["ask"] == [None] and "ended in cell c1" in played.events[0]


def test_memory_is_bounded():
    played = play("big = bytearray(5 * 2**30)", "def f(): return 1", ask="f()")
    assert played.errors["c0"]["type"] == "MemoryError"
    assert played.answers["ask"][0].state == "answered"


def test_output_is_bounded():
    played = play("for i in range(10**6):\n    print('x' * 100)", "def f(): return 1", ask="f()")
    assert len(printed(played)) < 300_000
    assert played.answers["ask"][0].state == "answered"


def test_an_endless_answer_is_a_timeout():
    played = play("def f():\n    while True: pass", ask="f()")
    assert played.answers["ask"][0].state == "timeout"


def test_deep_recursion_is_an_answer():
    played = play("def f(): return f()", ask="f()")
    assert played.answers["ask"][0].error["type"] == "RecursionError"


def test_an_answer_below_its_check_is_found():
    cells = (
        {"id": "ask", "cell_type": "code", "source": ""},
        {"id": "late", "cell_type": "code", "source": "def f(): return 3"},
    )
    question = engine.Question(((("f",), Probe("f()")),))
    played = engine.play(engine.Job(cells, {"ask": question}, limits=LIMITS))
    assert played.answers["ask"][0].value["value"] == 3


FORGERIES = [
    'import os, json\nfor fd in range(3, 30):\n    try: os.write(fd, b\'{"kind": "answer", "cell": "ask", '
    '"index": 0, "answer": {"state": "answered", "value": {"kind": "number", "type": "int", "value": "high"}}}\\n\')\n'
    "    except OSError: pass",
    "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'\\xff\\xfe garbage {{{\\n')\n    except OSError: pass",
    "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'[' * 99999 + b'\\n')\n    except OSError: pass",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_malformed_messages_are_dropped(forgery):
    played = play(forgery, "def f(): return 1", ask="f()")
    assert played.answers["ask"][0].value["value"] == 1


def test_the_autograder_is_not_importable():
    played = play("import workbook\ntry:\n    import autograder\nexcept ImportError:\n    print('not here')")
    assert printed(played) == "not here\n"


def test_the_environment_holds_no_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    assert "swordfish" not in printed(play("import os\nprint(dict(os.environ))"))


@walled
def test_files_of_the_project_and_the_machine_are_out_of_sight():
    places = [Path(engine.__file__).parents[1] / "tasks", Path(engine.__file__).parents[2] / "solutions", Path.home()]
    seen = play(
        f"import os\nfor place in {[str(p) for p in places]}:\n    print(os.path.isdir(place) and os.listdir(place))"
    )
    for place, line in zip(places, printed(seen).splitlines(), strict=True):
        assert line == "False" or not set(os.listdir(place)) & set(eval(line) or ()) - {".venv", ".pyenv"}, line


@walled
def test_nothing_can_be_written_outside_the_desk(tmp_path):
    target = tmp_path / "grade.txt"
    target.write_text("0")
    play(f"open({str(target)!r}, 'w').write('100')", "import workbook; open(workbook.__file__, 'a').write('x = 1')")
    assert target.read_text() == "0"


@walled
def test_there_is_no_network():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        played = play(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=1)")
    assert "c0" in played.errors


@walled
def test_no_process_outlives_the_notebook():
    marker = f"sleep-{os.getpid()}"
    code = (
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{marker}'], "
    )
    play(code + "start_new_session=True)\nprint('started')")
    time.sleep(0.5)
    lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
    assert not any(marker.encode() in line for line in lines)
