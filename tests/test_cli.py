"""The command line: exit codes, JSON, and messages that say what to do."""

import json
import re

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from autograder import engine, unit
from autograder.cli import app

KEYS = {"task", "passed", "score", "points", "state", "mistake", "hint", "rungs"}


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def write(tmp_path):
    def to_file(code, encoding="utf-8"):
        path = tmp_path / "answer.py"
        path.write_text(code, encoding=encoding)
        return path

    return to_file


def judge(task, path, *options):
    result = run("judge", task, path, "--json", *options)
    return result.exit_code, json.loads(result.stdout)


def test_a_right_file_exits_0(write):
    code = "import numpy as np\ndef dot_vectorized(a, b):\n    return np.dot(a, b)"
    exit_code, verdict = judge("dot_vectorized", write(code))
    assert exit_code == 0 and verdict["passed"] and set(verdict) >= KEYS


def test_a_wrong_file_exits_1_and_is_named(write):
    code = "def log_loss(y, p):\n    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))"
    exit_code, verdict = judge("log_loss", write(code), "--seed", 11)
    assert exit_code == 1
    assert (verdict["state"], verdict["mistake"], verdict["score"]) == ("failed", "sum for mean", 0)
    assert "Divide" in verdict["hint"]
    assert verdict["rungs"][0]["found"] and verdict["rungs"][0]["expected"]


def test_given_cells_run_first_for_variables(write):
    right = "C_inv = np.linalg.inv(C)\nC_identity = C @ C_inv"
    assert judge("covariance_inverse", write(right))[0] == 0
    exit_code, verdict = judge("centered", write("X_means = X.mean()\nX_centered = X - X_means"))
    assert exit_code == 1 and verdict["mistake"] == "one mean for the whole table"


@pytest.mark.parametrize(
    ("code", "state", "found"),
    [
        ("", "not attempted", "not defined"),
        ("def log_loss(y, p)\n    return 1", "failed", "SyntaxError"),
        ("import nothing_like_this\ndef log_loss(y, p): return 1", "failed", "ModuleNotFoundError"),
        ("import os\nos._exit(0)", "failed", "ended"),
        ("def log_loss(y, p):\n    raise SystemExit", "failed", "SystemExit"),
    ],
)
def test_broken_files_get_a_verdict(write, code, state, found):
    exit_code, verdict = judge("log_loss", write(code))
    assert exit_code == 1 and verdict["state"] == state
    assert found in json.dumps(verdict["rungs"])


def test_any_encoding_is_read(write):
    code = "# précis\ndef dot_loop(a, b):\n    return sum(x * y for x, y in zip(a, b))"
    assert judge("dot_loop", write(code, "latin-1"))[0] == 0
    assert judge("dot_loop", write(code, "utf-8-sig"))[0] == 0


def test_unknown_tasks_and_files_are_explained(write, tmp_path):
    unknown = run("judge", "logloss", write(""))
    assert unknown.exit_code == 2 and "Known tasks" in unknown.output
    missing = run("judge", "log_loss", tmp_path / "nothing.py")
    assert missing.exit_code == 2 and "can't be read" in missing.output


def test_tasks_lists_points_and_mistakes():
    rows = {row["task"]: row for row in json.loads(run("tasks", "--json").stdout)}
    assert rows["log_loss"]["points"] == 3 and rows["log_loss"]["parts"] == {"values": 2, "extremes": 1}
    assert rows["dot_loop"]["graded"] is False and rows["dot_loop"]["points"] == 0
    assert "sum for mean" in rows["log_loss"]["mistakes"]


def test_matrix_prints_and_passes():
    result = run("matrix", "log_loss")
    assert result.exit_code == 0 and "Kill matrix" in result.output


def test_a_missing_wall_is_said_and_can_be_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "missing_walls", lambda: ["the network"])
    (tmp_path / "submitted").mkdir()
    refused = run("grade", "--course", tmp_path, "--require-sandbox")
    assert refused.exit_code == 2 and "Nothing was graded" in refused.output
    assert "the network" not in run("grade", "--course", tmp_path).output  # nothing to play
    (tmp_path / "submitted" / "ann" / "3_training").mkdir(parents=True)
    warned = run("grade", "--course", tmp_path)
    assert warned.exit_code == 0 and "the network" in warned.output


@pytest.mark.parametrize("page", ["README.md", "docs/instructor.md"])
def test_the_commands_of_the_pages_exist(page):
    text = (unit.ROOT / page).read_text(encoding="utf-8")
    named = re.findall(r"`autograder ([a-z]+)([^`\n]*)`|^autograder ([a-z]+)(.*)$", text, re.M)
    known = get_command(app).commands
    assert len(named) > 6
    for words in named:
        name, rest = next((words[i], words[i + 1]) for i in (0, 2) if words[i])
        options = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest.split("  #")[0]))
        assert options <= {option for p in known[name].params for option in (*p.opts, *p.secondary_opts)}, words


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path):
    made = run("bundle", "-o", tmp_path)
    assert made.exit_code == 2 and "name a file" in made.output
    assert list(tmp_path.iterdir()) == []
