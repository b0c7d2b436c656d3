"""The whole way in a real browser: JupyterLab, a notebook, a task solved wrongly and rightly, and its card.

Runs where playwright finds a Chromium (Debian: `apt-get install chromium`); elsewhere it is skipped and says so.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from autograder import build

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the browser tests need one")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A student's folder: a copy of the release."""
    root = tmp_path_factory.mktemp("student")
    shutil.copytree(build.NOTEBOOKS, root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


@pytest.fixture(scope="module")
def lab(desk):
    """The address of a JupyterLab server on the student's folder."""
    with start_lab(desk) as address:
        yield address


@contextlib.contextmanager
def start_lab(root):
    """Run JupyterLab on `root`/notebooks with settings of its own; yields its address."""
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--allow-root"]
    command += ["--IdentityProvider.token=", f"--notebook-dir={root / 'notebooks'}"]
    places = {"JUPYTER_CONFIG_DIR": str(root / "config"), "JUPYTERLAB_SETTINGS_DIR": str(root / "settings")}
    server = subprocess.Popen(
        command, env={**os.environ, **places}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=2).read()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1250, "height": 1000})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()


def open_notebook(page, lab, path):
    page.goto(f"{lab}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=120_000)
    page.wait_for_selector("text=| Idle", timeout=120_000)


def run_all(page):
    menu(page, "Run", "runmenu:run-all")


def card(page, task):
    return page.locator(f"div[role=group][aria-label$=': {task}']").first


def answer(page, task, code):
    """Type an answer into its cell, run it and the check below it."""
    cell = page.locator(".jp-CodeCell", has_text=f"def {task}").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def verdict(page, words, task):
    """Wait for a card that says so, and return it."""
    found = page.locator(f"div[role=group][aria-label*='{words}: {task}']").first
    found.wait_for(state="attached", timeout=120_000)
    return found


def text_of(page, words, task, told):
    """The text of a card that says `told`, once it is there."""
    found = page.locator(f"div[role=group][aria-label*='{words}: {task}']", has_text=told).first
    found.wait_for(state="attached", timeout=120_000)
    return found.inner_text()


def menu(page, name, command):
    page.click(f".lm-MenuBar-item:has-text('{name}')")
    page.click(f".lm-Menu-item[data-command='{command}']")


def save(page, path):
    """Save the notebook and wait until the file has changed."""
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    deadline = time.monotonic() + 30
    while path.stat().st_mtime_ns == before:
        assert time.monotonic() < deadline, "the notebook was not saved"
        time.sleep(0.1)


IN_VIEW = """title => [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) h2")].some(heading =>
    heading.innerText.startsWith(title) && heading.getBoundingClientRect().top > 0
    && heading.getBoundingClientRect().bottom < innerHeight)"""
RIGHT = "def mean_squared_error(y, y_hat):\n    return ((np.asarray(y) - y_hat) ** 2).mean()"


def test_the_whole_way_from_the_start_page_to_handing_in(page, lab, desk):
    """Environment, link to 1.1, a task wrong and right, restart and run all, save, progress, hand in."""
    open_notebook(page, lab, "0_start_here.ipynb")
    run_all(page)
    page.locator("text=All is there.").first.wait_for(timeout=120_000)
    page.locator("section[aria-label='Your progress'] >> text=0 of 23 graded tasks").wait_for(timeout=120_000)
    assert "log_loss" in card(page, "logloss").inner_text()
    page.get_by_role("link", name="1.1 Linear models and loss").first.click()
    page.locator("h1:has-text('1.1')").first.wait_for(timeout=120_000)
    page.wait_for_selector("text=| Idle", timeout=120_000)
    run_all(page)
    verdict(page, "Not attempted yet", "zero_one_loss")

    answer(page, "mean_squared_error", RIGHT.replace("mean_squared_error", "mean_square_error"))
    assert "You defined mean_square_error" in text_of(page, "Not attempted yet", "mean_squared_error", "You defined")
    answer(page, "mean_square", RIGHT.replace("mean()", "sum()"))
    wrong = verdict(page, "Not yet right", "mean_squared_error")
    assert wrong.locator("dt").count() > 4 and wrong.locator("tbody tr").count() == 3, "facts, and the case row by row"
    assert wrong.get_by_role("heading").count() == 1 and wrong.get_attribute("aria-live") == "polite"
    link = wrong.get_by_role("link", name="Squared error: for numbers")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(IN_VIEW, arg="4 Squared error", timeout=120_000)
    assert page.locator(".lm-TabBar-tab:has-text('1.1_linear')").count() == 1, "it is the page that was open"
    answer(page, "mean_squared_error", RIGHT)
    verdict(page, "Passed", "mean_squared_error")

    menu(page, "Kernel", "runmenu:restart-and-run-all")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    page.wait_for_timeout(1000)
    verdict(page, "Not attempted yet", "zero_one_loss")
    verdict(page, "Passed", "mean_squared_error")
    save(page, desk / "notebooks/1_introduction/1.1_linear_models_and_loss.ipynb")

    open_notebook(page, lab, "0_start_here.ipynb")
    run_all(page)
    done = page.locator("section[aria-label='Your progress']")
    done.locator("text=1 of").first.wait_for(timeout=120_000)
    assert "task zero_one_loss" in done.inner_text()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.keyboard.insert_text("from workbook import submit\nsubmit(1)")
    page.keyboard.press("Shift+Enter")
    page.locator("text=Nothing was sent").last.wait_for(timeout=120_000)
    assert len(list((desk / "notebooks").glob("module_1_*.zip"))) == 1
    assert page.errors == []


def test_figures_have_alt_texts_and_hints_unfold(page, lab):
    open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.2_prediction_from_scratch.ipynb")
    run_all(page)
    figure = page.locator(".jp-OutputArea img[alt]").first
    figure.wait_for(state="attached", timeout=120_000)
    assert len(figure.get_attribute("alt")) > 20
    open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb")
    hint = page.locator("details", has_text="Hint 1").first
    hint.scroll_into_view_if_needed()
    hint.locator("summary").click()
    assert hint.evaluate("element => element.open")
