"""A student's desk for the browser tests and benchmarks: a fresh bundle, JupyterLab on it, and what a person does."""

import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

from autograder import bundle

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MINUTE = 60_000  # milliseconds that a busy machine may take for anything
VISIBLE = ".jp-NotebookPanel:not(.lm-mod-hidden)"


def unpack(folder):
    """A fresh student bundle, made and unzipped in `folder`; returns the folder that holds notebooks/ and workbook/."""
    with zipfile.ZipFile(io.BytesIO(bundle.archive(bundle.contents()))) as packed:
        packed.extractall(folder)
    return folder / bundle.FOLDER


def environment(root):
    """The environment of a student who set up the bundle at `root`: its `workbook`, and settings of its own."""
    places = {"JUPYTER_CONFIG_DIR": root.parent / "config", "JUPYTERLAB_SETTINGS_DIR": root.parent / "settings"}
    places |= {"JUPYTER_DATA_DIR": root.parent / "jupyter", "IPYTHONDIR": root.parent / "ipython", "PYTHONPATH": root}
    return {**os.environ, **{name: str(place) for name, place in places.items()}}


@contextlib.contextmanager
def jupyterlab(root, **settings):
    """Run JupyterLab on `root`/notebooks, as `make lab` does; yields its address. settings: {plugin: {key: value}}."""
    settings = {"notification": {"fetchNews": "false", "checkForUpdates": False}, **settings}
    for plugin, values in settings.items():
        file = root.parent / "settings" / "@jupyterlab" / "apputils-extension" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", "notebooks/0_start_here.ipynb"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=root, env=environment(root), **quiet)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


# --- what a person does ------------------------------------------------------------------------------------


def open_notebook(page, lab, path):
    page.goto(f"{lab}/lab/tree/{path}?reset")
    page.wait_for_selector(f"{VISIBLE} .jp-Cell", timeout=2 * MINUTE)
    wait_for_kernel(page)


def wait_for_kernel(page):
    page.wait_for_selector("text=| Idle", timeout=2 * MINUTE)


def menu(page, name, command):
    page.click(f".lm-MenuBar-item:has-text('{name}')")
    page.click(f".lm-Menu-item[data-command='{command}']")


def run_all(page):
    menu(page, "Run", "runmenu:run-all")


def restart_and_run_all(page):
    """Ask for it, and forget the cards that were there before."""
    page.evaluate("document.querySelectorAll('[role=group]').forEach(card => card.dataset.old = 1)")
    menu(page, "Kernel", "runmenu:restart-and-run-all")
    page.locator(".jp-Dialog button.jp-mod-accept").click()


def card(page, words, task, told=""):
    """Wait for a card on `task` that says so, and return it. It comes within a second; a busy machine may take more."""
    found = page.locator(f"{VISIBLE} div[role=group][aria-label*='{words}: {task}']:not([data-old])", has_text=told)
    found.first.wait_for(state="attached", timeout=2 * MINUTE)
    return found.first


def answer_cell(page, start):
    """The cell in which an answer starts so, such as "def log_loss"."""
    return page.locator(f"{VISIBLE} .jp-CodeCell", has_text=start).first


def answer(page, cell, line, head=None):
    """Type `line` in place of the cell's last line, and `head` for its first; run the cell, and the check below it."""
    if head:
        _retype(page, cell.locator(".cm-line").first, head)
    _retype(page, cell.locator(".cm-line").last, line)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def _retype(page, line, text):
    line.click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+End")
    page.keyboard.type(text)


def save(page, path):
    """Save the notebook and wait until the file has changed."""
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + 60
    while path.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, "the notebook was not saved"
        time.sleep(0.1)
