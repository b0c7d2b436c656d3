"""nbgrader's formgrader on a course: started so that it works at once, and safe to open for the marker.

Formgrader shows what students wrote inside a page that holds the marker's rights on the server. `Inert`, which
nbgrader_config.py puts into its exporter, takes away whatever could run there.
"""

import os
import subprocess
import sys
from html import escape
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell

from autograder import build, gradebook, inert, markup

SHOWN = ("text/plain", "image/png", "image/jpeg", "text/html", "text/markdown", "text/latex")
# Formgrader's page waits for MathJax, which it loads from elsewhere, and stops half-way where there is no network.
# Formulas are MathML here, so nothing is lost when this takes its place.
STAND_IN = """<script id="stand-in">window.MathJax = window.MathJax || {Hub: {Config: () => {}, Queue: () => {},
Startup: {signal: {Interest: (tell) => setTimeout(() => tell("End"))}}}};</script>
<style>td, th { padding: .2em 1em .2em 0; vertical-align: top; text-align: left; }</style>"""


class Inert(Preprocessor):
    """For nbconvert: Markdown and outputs of a notebook as HTML in which nothing runs or loads."""

    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        if "submission_id" in resources:  # formgrader, and not another page made of the notebook
            nb.cells.insert(0, new_markdown_cell(STAND_IN))
        return nb, resources

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            for output in cell.get("outputs", ()):
                if "data" in output:
                    output["data"] = {
                        kind: _shown(kind, value) for kind, value in output["data"].items() if kind in SHOWN
                    }
            cell.outputs = [output for output in cell.get("outputs", ()) if output.get("data") != {}]
            return cell, resources
        text = markup.markdown(cell.source, whole=True) if cell.cell_type == "markdown" else escape(cell.source)
        cell.cell_type = "markdown"
        cell.source = f"<div>{text}</div>".replace("\n", "&#10;")  # one line: Markdown leaves it as it is
        return cell, resources


class WithoutRubrics(Preprocessor):
    """For nbconvert: the notebook as its student may see it, without what stands there for the marker."""

    def preprocess(self, nb, resources):
        nb.cells = [cell for cell in nb.cells if "rubric" not in cell.metadata.get("tags", ())]
        return nb, resources


def _shown(kind, value):
    if kind == "text/html":
        return inert.html(value[: inert.HTML_LIMIT])
    return str(markup.markdown(value, whole=True)).replace("\n", "&#10;") if kind == "text/markdown" else value


def start(course, port=None, browser=True):
    """Serve formgrader for a course until it is interrupted; returns the exit code of the server."""
    if not Path(course, "autograded").is_dir():
        raise FileNotFoundError(f"Nothing is graded in {course} yet: run `autograder grade --course {course}` first.")
    gradebook.write_config(course)
    with build.environment_on_path():
        return subprocess.run(command(course, port, browser), cwd=course, env=dict(os.environ), check=False).returncode


def command(course, port=None, browser=True):
    """The command that serves JupyterLab and formgrader on a course folder, with formgrader as its first page."""
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={Path(course).resolve()}"]
    words += ["--LabApp.default_url=/formgrader/gradebook", "--ServerApp.log_level=WARN"]
    words += [f"--port={port}"] if port else []
    return words + ([] if browser else ["--no-browser"])
