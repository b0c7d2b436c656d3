"""The zip file for students: notebooks, the helper module, data and what it takes to set up, and nothing else.

Everything is taken from its one place: what the build writes, what `pyproject.toml` asks of students, what the lock
pins. The bytes are the same each time, so that two bundles can be compared.
"""

import io
import json
import re
import tomllib
import zipfile
from pathlib import Path

from autograder import build, unit, written

FOLDER = "train-a-linear-model"
TIME = (2020, 1, 1, 0, 0, 0)  # of every file in the archive
ROOT = unit.ROOT


class Drifted(RuntimeError):
    """The notebooks are not what solutions/ builds; the message names them."""


def write(out):
    """Write the bundle to the file `out`; returns the names in it. Raises Drifted."""
    drifted = build.drift()
    if drifted:
        raise Drifted("These files are not what solutions/ builds; run `autograder build`:\n  " + "\n  ".join(drifted))
    files = contents()
    scratch = Path(out).with_name(f".{Path(out).name}.part")
    scratch.write_bytes(archive(files))
    scratch.replace(out)
    return sorted(files)


def archive(files):
    """The zip file with {name: bytes}, all of it in one folder."""
    return pack({f"{FOLDER}/{name}": content for name, content in files.items()})


def contents():
    """{name: bytes} of everything in the bundle."""
    files = {f"notebooks/{name}": content for name, content in _notebooks().items()}
    files |= {f"workbook/{name}": content for name, content in _below(ROOT / "workbook", ".py", ".json").items()}
    texts = b"".join(content for name, content in files.items() if name.endswith((".ipynb", ".py")))
    files |= {
        f"data/{path.name}": path.read_bytes()
        for path in sorted((ROOT / "data").iterdir())
        if path.is_file() and path.suffix != ".py" and (path.name.encode() in texts or path.name == "README.md")
    }
    book = written.notebook()
    files[f"notebooks/{book.assignment}/{book.name}.docx"] = _document()
    files["README.md"] = readme().encode()
    files["pyproject.toml"] = pyproject().encode()
    files["constraints.txt"] = (ROOT / "requirements.lock").read_bytes()
    files["environment.yml"] = (ROOT / "environment.yml").read_bytes()
    files["Makefile"] = makefile().encode()
    files["SETUP.md"] = setup_page().encode()
    return files


def _notebooks():
    """The released notebooks, by what the unit has, so that stray files stay at home."""
    names = [Path(book.assignment, f"{book.name}.ipynb").as_posix() for book in unit.notebooks()]
    return {name: (build.NOTEBOOKS / name).read_bytes() for name in names}


def _below(folder, *suffixes):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    }


def pack(files):
    """A zip archive with {name: bytes} whose bytes depend on nothing else."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(info, files[name])
    return memory.getvalue()


def _document():
    """The Word form of the written submission. Its parts get the time of the bundle, not that of its making."""
    memory = io.BytesIO()
    written.write_template(memory)
    with zipfile.ZipFile(memory) as document:
        return pack({name: document.read(name) for name in document.namelist()})


# --- what sets it up ---------------------------------------------------------------------------------------


def pyproject():
    """The pyproject.toml of the bundle: the helper module and what students need, from the project's own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    own = project["project"]
    lines = [
        "[build-system]",
        f"requires = {json.dumps(project['build-system']['requires'])}",
        f"build-backend = {json.dumps(project['build-system']['build-backend'])}",
        "",
        "[project]",
        *(f"{key} = {json.dumps(own[key], ensure_ascii=False)}" for key in ("name", "version")),
        'description = "The notebooks of the unit Train a Linear Model, and their helper module"',
        *(f"{key} = {json.dumps(own[key])}" for key in ("readme", "requires-python")),
        "dependencies = [",
        *(f"    {json.dumps(requirement)}," for requirement in own["dependencies"]),
        "]",
        "",
        "[tool.setuptools.packages.find]",
        'include = ["workbook*"]',
        "",
        "[tool.setuptools.package-data]",
        f"workbook = {json.dumps(project['tool']['setuptools']['package-data']['workbook'])}",
    ]
    return "\n".join(lines) + "\n"


PIP = "$(BIN)/python -m pip install --quiet --disable-pip-version-check"
INSTALL = f"{PIP} -r requirements.lock \\\n\t  && {PIP} --no-deps --editable ."  # of everything, in the project
ELSEWHERE = ("Codespaces and dev containers", "Binder")  # ways that need the project's repository


def makefile():
    """The Makefile of the bundle: `lab` and the set-up of the project's own, with all that they say when it fails."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = [re.search(rf"^{re.escape(start)}.*?(?=\n\n|\Z)", text, re.M | re.S)[0] for start in ("lab:", "$(READY):")]
    setup = rules[1].replace(INSTALL, f"{PIP} -c constraints.txt --editable .")
    setup = setup.replace("requirements.lock", "constraints.txt")
    head = re.search(r"^PYTHON.*?(?=\n\n)", text, re.M | re.S)[0]
    about = "# `make lab` sets everything up in .venv and opens JupyterLab on the notebooks."
    return "\n\n".join((f"{about}\n{head}", ".PHONY: lab", rules[0], setup.rstrip("\n"))) + "\n"


def setup_page():
    """docs/setup.md without the ways that start from the project's repository, which a bundle does not have."""
    text = (ROOT / "docs" / "setup.md").read_text(encoding="utf-8")
    for heading in ELSEWHERE:
        text = re.sub(rf"^## {heading}\n.*?(?=^## )", "", text, flags=re.M | re.S)
        text = re.sub(rf"^\| \[[^]]*\]\(#{heading.lower().replace(' ', '-')}\).*\n", "", text, flags=re.M)
    return text


def readme():
    """The README of the bundle, with the unit's notebooks."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = []
    for book in unit.notebooks():
        kind = "handed in once" if book.submissions == "once" else "graded" if _is_graded(book) else ""
        rows.append(f"| `{Path(book.assignment, book.name).as_posix()}` | {book.title} | {kind} |")
    text = (Path(__file__).parent / "templates" / "student_readme.md").read_text(encoding="utf-8")
    text = text.replace("{{ python }}", project["requires-python"].lstrip(">=")).replace(
        "{{ notebooks }}", "\n".join(rows)
    )
    return text


def _is_graded(book):
    from autograder import tasks

    return any(tasks.find(name).graded for name in (*book.tasks(), *book.tasks("written")))
