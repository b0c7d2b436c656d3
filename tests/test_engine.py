"""The player behaves like Jupyter, and whatever a notebook does stays in its own process."""

import contextlib
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import engine
from autograder.engine import run, walls
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


def test_figures_are_drawn_as_png_whatever_the_notebook_sets():
    svg = "%config InlineBackend.figure_format = 'svg'\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    played = play(svg, "plt.plot([2, 1])\nplt.show()")
    assert all("image/png" in played.outputs[cell][-1]["data"] for cell in ("c0", "c1"))


def test_input_is_refused_with_a_reason():
    played = play("input('your name? ')")
    assert "nobody at the keyboard" in played.errors["c0"]["message"]


def test_a_slow_cell_is_stopped_and_the_next_ones_run():
    played = play("print('before')\nwhile True:\n    pass", "def f(): return 5", ask="f()")
    assert printed(played) == "before\n"
    assert played.errors["c0"]["type"] == "TimeLimit"
    assert played.answers["ask"][0].value["value"] == 5


ENDLESS = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nprint('kept', flush=True)\nwhile True: pass"
LOSSES = {
    ENDLESS: "cell limit of 2 seconds",
    "print('kept', flush=True)\nimport os; os._exit(3)": "ended in cell c1",
    "print('kept', flush=True)\nimport ctypes; ctypes.string_at(0)": "ended in cell c1",
}


@pytest.mark.parametrize("source", LOSSES)
def test_a_cell_that_has_to_be_killed_costs_no_other(source):
    played = play("def f(): return 1", source, "def g(): return f() + 1", ask="g()", names=("g",))
    assert LOSSES[source] in played.events[0] and played.events[1] == "played again without cell c1"
    assert printed(played, "c1") == "kept\n" and played.errors["c1"]["type"] == engine.LOST
    assert played.finished and played.answers["ask"][0].value["value"] == 2


def test_questions_that_end_the_process_cost_no_other():
    cells = [{"id": "c0", "cell_type": "code", "source": "import os\ndef f(): os._exit(0)\ndef g(): return 2"}]
    cells += [{"id": name, "cell_type": "code", "source": "1 / 0"} for name in ("ask", "again", "other")]
    asked = {name: engine.Question(((("f",), Probe("f()")),)) for name in ("ask", "again")}
    asked["other"] = engine.Question(((("g",), Probe("g()")),))
    played = engine.play(engine.Job(tuple(cells), asked, limits=LIMITS))
    assert played.answers["ask"] == played.answers["again"] == [None]
    assert played.answers["other"][0].value["value"] == 2 and played.finished
    assert {played.errors[name]["type"] for name in ("ask", "again")} == {engine.LOST}
    assert "ended in cell ask" in played.events[0] and "ended in cell again" in played.events[2]


def test_a_notebook_that_is_killed_again_and_again_ends_in_its_time():
    started = time.monotonic()
    played = play(*[ENDLESS] * 8, ask="1", limits=replace(LIMITS, notebook_seconds=8))
    assert time.monotonic() - started < 30 and not played.finished and "notebook limit" in played.events[-1]


def test_memory_is_bounded():
    played = play("big = bytearray(5 * 2**30)", "def f(): return 1", ask="f()")
    assert played.errors["c0"]["type"] == "MemoryError"
    assert played.answers["ask"][0].state == "answered"


def test_output_is_bounded():
    played = play("for i in range(10**6):\n    print('x' * 100)", "def f(): return 1", ask="f()")
    assert len(printed(played)) < 300_000
    assert played.answers["ask"][0].state == "answered"


def test_messages_that_take_long_to_read_end_in_time_too():
    output = {"output_type": "stream", "name": "stdout", "text": ""}
    shown = {"output_type": "display_data", "data": {}, "metadata": {}}
    flood = f"""
import json, os, sys
def send(number, **message):
    block = (json.dumps({{"kind": "output", "cell": sys.stdout.recorder.cell, **message}}) + "\\n").encode() * number
    while block:
        block = block[os.write(3, block):]
send(1, output={output!r} | {{"text": "a\\r\\n" * 10**6}})
send(30_000, output={output!r} | {{"text": "\\r"}})
send(30_000, output={shown!r}, display_id="d")
send(30_000, output={shown!r}, display_id="d", update=True)
"""
    started = time.monotonic()
    played = play(flood, limits=replace(LIMITS, notebook_seconds=4))
    assert time.monotonic() - started < 40 and sum(len(o.get("text", "")) for o in played.outputs["c0"]) < 10**6


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
    assert not any(marker.encode() in line for line in _command_lines())


def _command_lines():
    """The command lines of all processes, but for those that end while they are read."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


# --- as in Jupyter -----------------------------------------------------------------------------------------


def shown(played, cell):
    """The plain text of everything rich that a cell shows."""
    return [output["data"]["text/plain"] for output in played.outputs.get(cell, ()) if "data" in output]


def test_displays_are_updated_and_outputs_cleared():
    played = play(
        "from IPython.display import clear_output, display\nhandle = display('one', display_id='a')",
        "handle.update('two')\nprint('gone')\nclear_output(wait=True)\nprint('stays')",
    )
    assert shown(played, "c0") == ["'two'"] and shown(played, "c1") == []
    assert printed(played, "c1") == "stays\n"


def test_figures_tables_and_widgets():
    played = play(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nprint('after')",
        "import pandas as pd\npd.DataFrame({'a': [1]})",
        "import ipywidgets\nipywidgets.IntSlider()",
        "plt.plot([1]);\n1 / 0",
    )
    figure, text = played.outputs["c0"]
    assert "image/png" in figure["data"] and text["text"] == "after\n"
    assert "<table" in played.outputs["c1"][0]["data"]["text/html"]
    assert shown(played, "c2") == ["IntSlider(value=0)"]
    assert any("image/png" in output.get("data", ()) for output in played.outputs["c3"])


def test_what_programs_print_stands_in_its_cell():
    played = play(
        "import os\nos.system('echo low')\nprint('high')", "!echo shell", "kept = !echo quiet", "print('next')"
    )
    assert sorted(printed(played).split()) == ["high", "low"]
    assert printed(played, "c1").strip() == "shell" and printed(played, "c2") == ""
    assert printed(played, "c3") == "next\n"


def test_magics_exits_and_tasks():
    played = play(
        "%pip install something",
        "%%capture caught\nprint('x')",
        "import sys\nprint('before')\nsys.exit(3)",
        "exit()",
        "import asyncio\nasync def f():\n    print('task')\ntask = asyncio.create_task(f())",
        "await task\nprint(caught.stdout + __name__)",
        "len?",
        "import os\nif os.fork() == 0:\n    print('copy')\nelse:\n    os.wait();",
    )
    assert "no network" in printed(played, "c0")
    assert printed(played, "c1") == "" and printed(played, "c2").startswith("before")
    assert set(played.errors) == {"c2"} and played.errors["c2"]["type"] == "SystemExit"
    assert printed(played, "c4") + printed(played, "c5") == "task\nx\n__main__\n"
    assert printed(played, "c7") == "copy\n" and played.finished


def test_an_awaiting_cell_is_interrupted_too():
    limits = engine.Limits(cell_seconds=1, notebook_seconds=60)
    played = play("import asyncio\nawait asyncio.sleep(50)", "print('on')", limits=limits)
    assert played.errors["c0"]["type"] == "TimeLimit" and printed(played, "c1") == "on\n"


def test_tracebacks_name_no_folder_of_this_machine():
    played = play("import numpy as np\nnp.linalg.inv(np.zeros((2, 2)))", "import sys\nsys.exit()")
    texts = str(played.outputs)
    assert "numpy" in texts and "exit" in texts and sys.prefix not in texts and sys.base_prefix not in texts


# --- nothing passes from one notebook to the next ----------------------------------------------------------


def test_the_same_notebook_gives_the_same_answers():
    code = "import random\nimport numpy as np\nprint(random.random(), np.random.rand(), hash('x'), sorted({'a', 'b'}))"
    assert printed(play(code)) == printed(play(code))


@walled
def test_no_state_and_no_file_reaches_the_next_notebook():
    play(
        "import numpy as np, os, tempfile\nnp.pi = 3\nimport workbook\nworkbook.check = None",
        "for place in ('.', '/tmp', '/dev/shm', '/var/tmp', '/library', '/home'):\n"
        "    try: open(f'{place}/left', 'w').write('x')\n    except OSError: pass",
    )
    played = play(
        "import numpy as np, os, workbook\nprint(np.pi > 3.1, workbook.check is not None)",
        "print([place for place in ('.', '/tmp', '/dev/shm', '/var/tmp', '/library', '/home')"
        " if os.path.exists(f'{place}/left')])",
    )
    assert printed(played) == "True True\n" and printed(played, "c1") == "[]\n"


@walled
def test_disk_processes_and_memory_are_bounded_altogether():
    limits = engine.Limits(cell_seconds=20, memory_bytes=2**30, scratch_bytes=20 * 2**20, processes=20)
    played = play("for i in range(30):\n    open(f'f{i}', 'wb').write(bytes(2**20))", "print('on')", limits=limits)
    assert "No space" in played.errors["c0"]["message"] and printed(played, "c1") == "on\n"
    played = play("import os, time\nprint('start')\nwhile True:\n    os.fork()", limits=limits)
    assert printed(played).startswith("start") and (played.errors or played.events)
    eat = "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        break\nx = b'x' * (400 * 2**20)\n"
    played = play(eat + "time.sleep(15)", limits=limits)
    assert "memory" in played.events[0]


@walled
def test_a_notebook_holds_no_rights_and_sees_no_other_process():
    played = play(
        "import ctypes, os\nc = ctypes.CDLL(None)\nmounted = c.mount(b'a', b'/', b'tmpfs', 0, 0)\n"
        "print([c.unshare(0x10000000), c.ptrace(16, 1, 0, 0), c.memfd_create(b'x', 0), mounted])",
        "print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()))",
        "import signal\nos.kill(1, signal.SIGKILL)\nprint([l for l in open('/proc/self/status') if 'CapEff' in l])",
    )
    assert printed(played) == "[-1, -1, -1, -1]\n"
    assert printed(played, "c1") == "[1, 2]\n"
    assert "0000000000000000" in printed(played, "c2") and played.finished


# --- faults and other ways ---------------------------------------------------------------------------------


@walled
def test_a_lost_zygote_is_replaced_and_the_notebook_played_again():
    play("1")
    lost = run._engine.zygote
    killer = threading.Timer(1.0, os.kill, (lost.inside, signal.SIGKILL))
    killer.start()
    limits = engine.Limits(cell_seconds=20)
    played = play("import time\ntime.sleep(3)\nprint('whole')", "def f(): return 1", ask="f()", limits=limits)
    killer.join()
    assert printed(played) == "whole\n" and played.answers["ask"][0].value["value"] == 1
    assert "played again" in played.events[0] and run._engine.zygote is not lost


@pytest.mark.parametrize("way", ["cold", "plain"])
def test_without_namespaces_or_bubblewrap_the_same_player_runs(monkeypatch, way):
    if way == "cold" and not walls.find_bwrap():
        pytest.skip("bubblewrap does not work on this machine")
    fallback = run._Engine()
    fallback.chosen = way
    monkeypatch.setattr(run, "_engine", fallback)
    monkeypatch.setattr(walls, "find_bwrap", walls.find_bwrap if way == "cold" else lambda: None)
    assert engine.missing_walls()
    limits = engine.Limits(cell_seconds=30)
    played = play("print('hello')\n1 / 0", "import os\nos.system('echo low')", ask="1 + 1", limits=limits)
    assert printed(played) == "hello\n" and played.errors["c0"]["type"] == "ZeroDivisionError"
    assert played.answers["ask"] and played.finished
