"""`make site`: the lessons, demo, glossary and cheat sheet as pages that are read without Jupyter.

    notebooks/*.ipynb  →  executed, as students have them  →  build/site_source/  →  Sphinx  →  build/site/

The pages are made from the *released* notebooks, so they can hold no answer. They need no server and no network:
formulas are MathML made here, figures are files, search runs in the browser, and a folder opened from disk works.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import jinja2
import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_markdown_cell, new_output

from autograder import build, unit

OUT = unit.ROOT / "build" / "site"
SOURCE = unit.ROOT / "build" / "site_source"
EXECUTED = unit.ROOT / "build" / "site_executed"  # executed notebooks, by what they were made from
TEMPLATES = Path(__file__).parent / "templates" / "site"
SETUP = unit.ROOT / "docs" / "setup.md"

KINDS = {"assignment": "assignment", "written": "assignment", "lab": "lab", "demo": "demo", "beyond": "optional"}
MODULES = {
    "1_introduction": "Introduction",
    "2_inverse_logit_and_log_loss": "Inverse logit and log loss",
    "3_training": "Training",
    "4_linear_regression": "Linear regression",
}
NOT_RUN = ("0_start_here", "glossary", "cheat_sheet")  # what these print concerns the reader's own computer
WIDGET = "application/vnd.jupyter.widget-view+json"
IMG = re.compile(r'<img alt="(?P<alt>[^"]*)" width="(?P<width>\d+)"')

CHECK_NOTE = """:::{{admonition}} Your turn
:class: exercise
In the notebook you write this yourself, and `{source}` answers at once: what it found, what it expected, the likely
cause, and what to try next.
:::"""
WRITTEN_NOTE = """:::{admonition} Your turn
:class: exercise
This question is answered in the notebook, in your own words.
:::"""
NEEDS_ANSWER = "(This cell uses your answer to a task above. Run it in the notebook.)"
SLIDERS = "(The notebook shows sliders here. Move them, and the figure follows.)"


def make(out=OUT, source=SOURCE):
    """Write the site into the folder `out`; returns the path of its first page. RuntimeError on any warning."""
    books = [book for book in unit.notebooks() if book.cells]
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(TEMPLATES, source, ignore=shutil.ignore_patterns("*.j2"))
    (source / "extra" / "figures").mkdir(parents=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        executed = list(pool.map(_executed, books))
    for book, notebook in zip(books, executed, strict=True):
        target = source / book.assignment / f"{book.name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(page(book, notebook, source), target)
    shutil.copy(SETUP, source / "setup.md")
    (source / "index.md").write_text(index(books), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    _sphinx(source, out)
    return out / "index.html"


# --- running ------------------------------------------------------------------------------------------------


def _released(book):
    """The notebook as students have it, with the table of the demo that needs no network."""
    notebook = nbformat.read(build.NOTEBOOKS / book.assignment / f"{book.name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.source == 'source = "auto"':
            cell.source = 'source = "stand-in"'
    return notebook


def _executed(book):
    """The released notebook with outputs, from an earlier build where nothing that goes in has changed."""
    notebook = _released(book)
    if book.name in NOT_RUN:
        return notebook
    kept = EXECUTED / f"{book.name}-{_fingerprint(notebook)}.ipynb"
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as folder:
            resources = {"metadata": {"path": folder}}
            NotebookClient(
                notebook, timeout=300, kernel_name="python3", allow_errors=True, resources=resources
            ).execute(
                env={**os.environ, "PYTHONPATH": str(unit.ROOT), "MPLBACKEND": "Agg"},
                stderr=subprocess.DEVNULL,  # what a kernel says of itself; what cells say is kept in the notebook
            )
        for old in EXECUTED.glob(f"{book.name}-*.ipynb"):
            old.unlink()
        kept.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, kept)
    return nbformat.read(kept, as_version=4)


def _fingerprint(notebook):
    """A digest of the notebook and all that it runs on."""
    parts = [nbformat.writes(notebook).encode(), sys.version.encode(), (unit.ROOT / "requirements.lock").read_bytes()]
    for folder in ("workbook", "data"):
        files = [path for path in sorted((unit.ROOT / folder).rglob("*")) if path.suffix in (".py", ".csv", ".json")]
        parts += [path.read_bytes() for path in files if "cache" not in path.parts]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


# --- pages --------------------------------------------------------------------------------------------------


def page(book, notebook, source):
    """The executed notebook as a page: figures as files in `source`, tasks with a note in place of their outputs."""
    cells = []
    for number, cell in enumerate(notebook.cells):
        role = book.find(cell.id).role
        if role == "check":
            cells.append(new_markdown_cell(CHECK_NOTE.format(source=cell.source), id=cell.id))
        elif role == "written":
            cells.append(new_markdown_cell(WRITTEN_NOTE, id=cell.id))
        else:
            cell.metadata = {}
            if cell.cell_type == "code":
                cell.outputs = _outputs(cell, role, f"{book.name}-{number}", source, book)
            cells.append(cell)
    where = f"notebooks/{book.assignment}/".replace("//", "/") + f"{book.name}.ipynb"
    title, _, rest = cells[0].source.partition("\n")
    cells[0].source = f"{title}\n\n:::{{container}} edition\nReading edition of `{where}`\n:::\n{rest}"
    notebook.cells = cells
    notebook.metadata = build.KERNEL
    return notebook


def _outputs(cell, role, name, source, book):
    """What the page shows below a code cell."""
    outputs = []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "error":
            return [] if role == "answer" else [_text(NEEDS_ANSWER)]
        if WIDGET in data:
            outputs.append(_text(SLIDERS))
        elif "image/png" in data:
            outputs.append(_figure(data, f"{name}-{len(outputs)}.png", source, book))
        else:
            outputs.append(output)
    return outputs


def _text(words):
    return new_output("display_data", {"text/html": f'<p class="in-the-notebook">{words}</p>'})


def _figure(data, name, source, book):
    """A figure whose pixels lie in a file beside the page, with the alt text of the workbook's `Picture`."""
    found = IMG.search(data.get("text/html", ""))
    if not found:
        raise RuntimeError(f"{book.name}: a figure without an alt text. Let it be drawn by workbook.plots.")
    folder = source / "extra" / "figures"
    pixels = base64.b64decode(data["image/png"])
    (folder / name).write_bytes(pixels)
    wide, high = (int.from_bytes(pixels[at : at + 4], "big") for at in (16, 20))  # where PNG files say it
    size = f'width="{found["width"]}" height="{round(int(found["width"]) * high / wide)}"'
    up = "../" if book.assignment else ""
    img = f'<img class="figure" alt="{found["alt"]}" {size} src="{up}figures/{name}">'
    return new_output("display_data", {"text/html": img, "text/plain": unescape(found["alt"])})


def index(books):
    """The first page: what the site is, and every page in reading order."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    jinja = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True)
    modules = [
        (f"{folder[0]} {title}", [_entry(book) for book in books if book.assignment == folder])
        for folder, title in MODULES.items()
    ]
    return jinja.get_template("index.md.j2").render(modules=modules)


def _entry(book):
    first = book.cells[0].source
    minutes = re.search(r"\*\*Time\*\* (?:about )?([\w ]+?)(?: with|[.,])", " ".join(first.split()))
    return {
        "path": f"{book.assignment}/{book.name}",
        "title": book.title,
        "kind": next((kind for word, kind in KINDS.items() if word in book.name), "lesson"),
        "time": minutes[1] if minutes else "",
    }


def _sphinx(source, out):
    """Run Sphinx on the folder `source`; any warning, such as a link that leads nowhere, is an error."""
    from sphinx.application import Sphinx

    with tempfile.TemporaryDirectory() as doctrees, open(os.devnull, "w") as quiet:
        app = Sphinx(
            source,
            source,
            out,
            doctrees,
            "html",
            status=quiet,
            warning=sys.stderr,
            freshenv=True,
            warningiserror=True,
            parallel=os.cpu_count() or 1,
        )
        app.build(force_all=True)
    if app.statuscode:
        raise RuntimeError("The site was built, but not without warnings; see above.")
    shutil.rmtree(Path(out, "_sources"), ignore_errors=True)


if __name__ == "__main__":
    print(f"Written to {make().parent}. Open {OUT / 'index.html'} in a browser; nothing else is needed.")
