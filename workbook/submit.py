"""`python -m workbook submit 2`: a checked zip of a module's folder, ready to hand in. Nothing is sent anywhere.

The notebooks are run in a copy, from top to bottom as after a restart; the files themselves stay as they are saved.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

from workbook.progress import CHANGED, SAID, SIGNS, find_root, states_of
from workbook.surroundings import unit

CELL_SECONDS, BOOK_SECONDS = 60, 300
LARGE = 20 * 2**20  # bytes; files beyond are left out, and it is said
LEFT_OUT = {".ipynb_checkpoints", "__pycache__", ".git", ".DS_Store", "Thumbs.db", "desktop.ini"}


def submit(module, folder=None, to=None, force=False, run=True):
    """Check a module and save its folder as a zip file. For notebooks; see `python -m workbook submit --help`."""
    main(module, folder, to, force, run)


def main(module, folder=None, to=None, force=False, run=True):
    """Check, say and save; returns the exit code: 0 when a zip file was saved."""
    root = Path(folder).resolve() if folder else find_root()
    name = _module(str(module))
    if name is None:
        print(f"There is no module {module!r}. The modules are: {', '.join(_modules())}.")
        return 2
    if not (root / name).is_dir():
        print(f"There is no folder {name} in {root}. Name the folder of all notebooks with --folder.")
        return 2
    files, skipped = _files(root / name)
    print(f"Module {name[0]}, {root / name}")
    problems = []
    for facts in unit()["notebooks"]:
        if facts["path"].startswith(name + "/"):
            problem = _look_at(facts, root, run)
            if problem:
                problems.append(f"{Path(facts['path']).name} {problem}")
    _list(files, skipped, root)
    if problems and not force:
        print("\nNothing was saved: " + "; ".join(problems) + ".")
        print("Put that right, or save it all the same with --force (in a notebook: submit(..., force=True)).")
        return 1
    try:
        target = _write(files, root, name, Path(to) if to else root)
    except OSError as problem:
        print(f"\nThe zip file can't be written: {problem}. Name another folder with --to.")
        return 1
    print(f"\nSaved: {target} ({_size(target.stat().st_size)})")
    print("Hand in this file the way your course collects work. Nothing was sent, and your notebooks are unchanged.")
    return 0


def _modules():
    return sorted({facts["path"].partition("/")[0] for facts in unit()["notebooks"]})


def _module(word):
    """The module's folder by its number, its name or a path to it; None when there is none."""
    word = Path(word).name or word
    return next((name for name in _modules() if word in (name, name[0])), None)


def _files(folder):
    """(files to hand in, files left out because they are large), in order."""
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and not (set(path.relative_to(folder).parts) & LEFT_OUT)
        and path.suffix.lower() != ".zip"
        and not path.name.startswith((".", "~$"))
    ]
    return [path for path in found if path.stat().st_size <= LARGE], [p for p in found if p.stat().st_size > LARGE]


def _list(files, skipped, root):
    print("\nFiles:")
    for path in files:
        print(f"  {path.relative_to(root).as_posix()}  {_size(path.stat().st_size)}")
    for path in skipped:
        print(f"  left out, it is too large: {path.relative_to(root).as_posix()}  {_size(path.stat().st_size)}")


def _size(count):
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(1, round(count / 1024))} kB"


# --- one notebook ------------------------------------------------------------------------------------------


def _look_at(facts, root, run):
    """Print what there is to say of a notebook; returns the problem that keeps it from being handed in, or ""."""
    path = root / facts["path"]
    print(f"\n{path.name}: {facts['title']}")
    if not path.is_file():
        print("  is missing")
        return "is missing"
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        states = states_of(book, facts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        print("  is damaged: it can't be read as a notebook")
        return "is damaged"
    print(f"  saved {time.strftime('%d %B %Y, %H:%M', time.localtime(path.stat().st_mtime))}")
    if run:
        book, said = _run(path)
        print(f"  {said}")
        states = states_of(book, facts) if book else states
    for task, state in states.items():
        practice = task in unit()["tasks"] and not unit()["tasks"][task]["graded"]
        state = "not attempted" if run and state == CHANGED else state
        print(f"    {SIGNS[state]} {task}: {SAID[state]}{' (practice)' if practice else ''}")
    return ""


def _run(path):
    """(the executed notebook or None, what happened in words): a copy is run from top to bottom."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    except ImportError:
        return None, "was not run: nbclient is not installed (python -m workbook doctor); read from what was saved"
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch, path.parent.name)
        shutil.copytree(path.parent, here, ignore=shutil.ignore_patterns(*LEFT_OUT, "*.zip"))
        started = time.monotonic()
        try:
            book = nbformat.read(here / path.name, as_version=4)
            client = NotebookClient(
                book,
                timeout_func=lambda _: max(1, min(CELL_SECONDS, BOOK_SECONDS - (time.monotonic() - started))),
                interrupt_on_timeout=True,
                allow_errors=True,
                kernel_name="python3",
                resources={"metadata": {"path": str(here)}},
            )
            client.execute(stderr=subprocess.DEVNULL, env={**os.environ, "JPY_SESSION_NAME": ""})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
            return book, f"does not run through: {type(problem).__name__}, {str(problem).splitlines()[0]}"
        except Exception as problem:  # an odd notebook or kernel: the zip is what counts
            return None, f"was not run ({type(problem).__name__}); read from what was saved"
    return book, _first_stop(book)


def _first_stop(book):
    """Whether "Restart Kernel and Run All Cells" runs through, or where it stops."""
    for number, cell in enumerate(book.cells, 1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                stub = output.ename == "NotImplementedError" and "NotImplementedError" in cell.source
                why = "its placeholder is still there" if stub else f"{output.ename}: {output.evalue[:120]}"
                return f"run from the top it stops at cell {number} ({cell.get('id', 'no name')}): {why}"
    return "runs from top to bottom"


# --- the archive -------------------------------------------------------------------------------------------


def _write(files, root, name, folder):
    """Write the zip file under a name that is not taken, look that it can be read, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"module_{name[0]}_{time.strftime('%Y-%m-%d_%H%M')}"
    names = (folder / f"{stem}{suffix}.zip" for suffix in ("", *(f"_{i}" for i in range(2, 1000))))
    target = next(path for path in names if not path.exists())
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(root).as_posix())
    with zipfile.ZipFile(part) as archive:
        broken = archive.testzip()
    if broken:
        part.unlink()
        raise OSError(f"{broken} was damaged on the way")
    part.replace(target)
    return target
