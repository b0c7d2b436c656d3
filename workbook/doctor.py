"""`python -m workbook doctor`: what is missing, too old or wrong, in plain words, and the command that repairs it.

It needs nothing but Python itself, and an old one will do: hence the old-fashioned syntax, also of what it imports.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections import namedtuple
from importlib import import_module
from importlib.util import find_spec

PYTHON = (3, 11)
NEEDED = {
    "ipykernel": ">=6.29",
    "ipywidgets": ">=8.1",
    "jupyterlab": ">=4.4,<5",
    "matplotlib": ">=3.10",
    "numpy": ">=2.2",
    "pandas": ">=2.2",
    "pillow": ">=11",
    "pooch": ">=1.8",
    "python-calamine": ">=0.4",
    "scikit-learn": ">=1.6",
    "scipy": ">=1.15",
    "threadpoolctl": ">=3.5",
    "tqdm": ">=4.66",
}
LOADED = {"numpy": "numpy", "scipy": "scipy", "pandas": "pandas", "matplotlib": "matplotlib.pyplot"}
LOADED.update({"scikit-learn": "sklearn", "ipywidgets": "ipywidgets", "pillow": "PIL.Image"})
ABSENT = "is not installed"
MEGABYTE = 2**20
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)

Finding = namedtuple("Finding", "about ok said repair")  # repair: a command, or a sentence; "" when ok


def doctor():
    """Print what is in order and what is not; returns nothing."""
    _report(_examine())


def main():
    """The same as a command; returns its exit code, 0 when all is there."""
    return _report(_examine())


def _report(findings):
    for finding in findings:
        print("{} {:<16} {}".format("✓" if finding.ok else "✗", finding.about, finding.said))
    repairs = [finding.repair for finding in findings if not finding.ok]
    if not repairs:
        print("All is there.")
        return 0
    if sum(finding.said == ABSENT for finding in findings) > len(NEEDED) // 2:
        print(
            "\nThis Python has hardly anything of what the workbook needs. If you set it up before, start it as you did"
        )
        print("then (`make lab`, or `conda activate train-a-linear-model`), and not with this one.")
    print("\nTo repair it:\n  " + repairs[0])
    if "-m workbook doctor" in repairs[0]:
        return 1
    if _in_notebook():
        print("Then restart the kernel (Kernel menu, Restart Kernel) and run this cell again.")
    else:
        print("Then run this again: " + ("more" if len(set(repairs)) > 1 else "nothing else") + " is to be done.")
    return 1


def _examine():
    """All findings, what must be repaired first on top of the repairs."""
    return [_python(), *_packages(), _helper(), _kernel(), _tables(), _questions(), _folder(), _room()]


def _python():
    found = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, PYTHON))
    repair = f"conda env create -f environment.yml    (or install Python {wanted} from python.org)"
    ok = sys.version_info >= PYTHON
    said = found if ok else f"{found} is too old, {wanted} or newer is needed"
    return Finding("Python", ok, f"{said} ({sys.executable})", "" if ok else repair)


def _packages():
    """A Finding per package; the repair of each installs all that is not in order."""
    checked = [(name, wanted, *_package(name, wanted)) for name, wanted in sorted(NEEDED.items())]
    bad = [f'"{name}{wanted}"' for name, wanted, ok, _ in checked if not ok]
    repair = _install(" ".join(bad))
    return [Finding(name, ok, said, "" if ok else repair) for name, _, ok, said in checked]


def _package(name, wanted):
    """(in order, what to say) of one package."""
    found = _version(name)
    if found is None:
        return False, ABSENT
    if not _fits(found, wanted):
        return False, "{} was found, {} is needed".format(found, wanted.replace(",", " and "))
    try:
        import_module(LOADED.get(name, "json"))
    except Exception as problem:  # a broken package may raise anything
        return False, "{} is there, but can't be loaded: {}".format(found, str(problem).strip().split("\n")[0][:150])
    return True, found


def _version(name):
    try:
        from importlib.metadata import PackageNotFoundError, version
    except ImportError:  # Python 3.7
        return None
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _fits(found, wanted):
    """True when version `found` lies in a range such as ">=4.4,<5"."""
    for bound in wanted.split(","):
        least = bound.startswith(">=")
        limit = _numbers(bound.lstrip("<>="))
        if (_numbers(found) >= limit) != least:
            return False
    return True


def _numbers(version):
    digits = ("".join(c for c in part if c.isdigit()) for part in version.split(".")[:3])
    return [int(part or 0) for part in digits]


def _install(what):
    if _in_notebook():
        return "%pip install " + what
    python = _quoted(sys.executable)
    if _is_the_systems():
        own = os.path.join(ROOT, ".venv", "bin", "python")
        if os.path.exists(own):
            return f"{_quoted(own)} -m workbook doctor    # it was set up with that Python; this one is the system's"
        made = f"{python} -m venv {_quoted(os.path.join(ROOT, '.venv'))}"
        return (
            f"{made} && {_quoted(own)} -m pip install --editable {_quoted(ROOT)} && {_quoted(own)} -m workbook doctor"
        )
    if find_spec("pip") is not None:
        return f"{python} -m pip install {what}"
    if shutil.which("uv"):
        return f"uv pip install --python {python} {what}"
    return f"{python} -m ensurepip && {python} -m pip install {what}"


def _quoted(path):
    return f'"{path}"' if " " in path else path


def _is_the_systems():
    """True for a Python of the operating system, where pip refuses to install anything."""
    marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return sys.prefix == sys.base_prefix and os.path.exists(marker)


def _helper():
    """The module `workbook`: can a notebook in another folder import it, and is it this copy?"""
    ask = "import importlib.util as u; s = u.find_spec('workbook'); print(s.origin if s else '')"
    with tempfile.TemporaryDirectory() as elsewhere:
        answer = subprocess.run([sys.executable, "-c", ask], cwd=elsewhere, stdout=subprocess.PIPE, check=False)
    origin = answer.stdout.decode(errors="replace").strip()
    repair = _install(f'--no-deps --editable "{ROOT}"')
    if not origin:
        return Finding("workbook", False, f"lies in {HERE}, but this Python doesn't know it", repair)
    if not os.path.samefile(os.path.dirname(origin), HERE):
        return Finding("workbook", False, f"notebooks use another copy, {os.path.dirname(origin)}", repair)
    try:
        import_module("workbook.check")
    except Exception as problem:
        return Finding("workbook", False, f"can't be loaded: {problem}", _again())
    return Finding("workbook", True, HERE, "")


def _kernel():
    """Which Python runs the notebooks."""
    if _in_notebook():
        return Finding("kernel", True, "this notebook runs in the Python above", "")
    try:
        from jupyter_client.kernelspec import KernelSpecManager

        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except Exception:
        return Finding("kernel", False, "Jupyter knows no kernel `python3`", _install('"ipykernel>=6.29"'))
    same = not os.path.isabs(program) or os.path.dirname(program) == os.path.dirname(sys.executable)
    repair = f"{sys.executable} -m ipykernel install --sys-prefix --name python3"
    said = "notebooks run in this Python" if same else f"notebooks run in another Python, {program}"
    return Finding("kernel", same, said, "" if same else repair)


def _tables():
    """The tables that lessons read, by the digests in unit.json, whatever their line ends."""
    bad = []
    for name, wanted in sorted(_unit().get("tables", {}).items()):
        try:
            with open(os.path.join(ROOT, "data", name), "rb") as file:
                found = hashlib.sha256(file.read().replace(b"\r\n", b"\n")).hexdigest()
            bad += [] if found == wanted else [name + " was changed"]
        except OSError:
            bad.append(name + " is missing")
    said = ", ".join(bad) or "all there and unchanged, in {}".format(os.path.join(ROOT, "data"))
    return Finding("tables", not bad, said, "" if not bad else _again("data"))


def _questions():
    """The tables of the checks."""
    bad = [] if _unit() else ["unit.json"]
    for task in sorted(_unit().get("tasks", {})):
        try:
            with open(os.path.join(HERE, "tables", task + ".json"), encoding="utf-8") as file:
                json.load(file)
        except (OSError, ValueError):
            bad.append(task)
    said = "can't be read: " + ", ".join(bad) if bad else "the questions of {} tasks".format(len(_unit()["tasks"]))
    return Finding("checks", not bad, said, "" if not bad else _again("workbook"))


def _unit():
    try:
        with open(os.path.join(HERE, "unit.json"), encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def _again(folder="workbook"):
    return f"Copy the folder `{folder}` once more from the archive of the workbook to {ROOT}."


def _folder():
    """Can notebooks be saved here?"""
    here = os.getcwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            return Finding("folder", True, "files can be saved in " + here, "")
    except OSError as problem:
        said = f"nothing can be saved in {here} ({problem.strerror})"
        return Finding("folder", False, said, "Copy the workbook to a folder of your own, such as Documents.")


def _room():
    """Disk and memory; a little is enough."""
    disk = shutil.disk_usage(os.getcwd()).free // MEGABYTE
    memory = _free_memory()
    said = f"{disk:,} MB free on disk"
    said += f", {memory:,} MB of memory" if memory is not None else ""
    if disk < 200:
        return Finding(
            "room", False, said + ": the disk is nearly full", "Free some space on the disk: 200 MB or more."
        )
    if memory is not None and memory < 400:
        return Finding("room", False, said + ": little memory is left", "Close other programs and notebooks.")
    return Finding("room", True, said, "")


def _free_memory():
    """Megabytes that programs can still use, or None where the system doesn't say."""
    try:
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["MemAvailable"].split()[0]) // 1024
    except (OSError, KeyError, ValueError):
        return None


def _in_notebook():
    return "ipykernel" in sys.modules and "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
