"""The whole way in a real browser: JupyterLab, a notebook, a task solved wrongly and rightly, and its card.

Runs where playwright finds a Chromium (Debian: `apt-get install chromium`); elsewhere it is skipped and says so.
"""

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
def lab(tmp_path_factory):
    """A JupyterLab server on a copy of the release; yields its address."""
    root = tmp_path_factory.mktemp("student")
    shutil.copytree(build.NOTEBOOKS, root / "notebooks")
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
    page.wait_for_selector(".jp-NotebookPanel:not(.jp-mod-hidden) .jp-Cell", timeout=60_000)
    page.wait_for_selector("text=| Idle", timeout=60_000)


def run_all(page):
    page.click(".lm-MenuBar-item:has-text('Run')")
    page.click(".lm-Menu-item[data-command='runmenu:run-all']")


def card(page, task):
    return page.locator(f"div[role=group][aria-label$=': {task}']").first


def test_from_the_start_page_to_the_first_lesson(page, lab):
    open_notebook(page, lab, "0_start_here.ipynb")
    run_all(page)
    page.locator("text=All is there.").first.wait_for(timeout=60_000)
    page.get_by_role("link", name="1.1 Linear models and loss").first.click()
    page.locator("h1:has-text('1.1')").first.wait_for(timeout=60_000)
    assert page.errors == []


def test_a_task_is_solved_wrongly_then_rightly(page, lab):
    open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb")
    run_all(page)
    card(page, "dot_loop").wait_for(state="attached", timeout=90_000)
    assert "Not attempted yet" in card(page, "dot_loop").get_attribute("aria-label")
    answer = page.locator(".jp-CodeCell", has_text="def dot_loop").first
    for body, verdict in (
        ("return a[0] * b[0]", "Not yet right"),
        ("return sum(x * y for x, y in zip(a, b))", "Passed"),
    ):
        answer.locator(".cm-content").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(f"def dot_loop(a, b):\n    {body}")
        page.keyboard.press("Shift+Enter")
        page.keyboard.press("Shift+Enter")
        page.locator(f"div[role=group][aria-label*='{verdict}: dot_loop']").first.wait_for(timeout=20_000)
    assert page.errors == []


def test_figures_have_alt_texts_and_hints_unfold(page, lab):
    open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.2_prediction_from_scratch.ipynb")
    run_all(page)
    figure = page.locator(".jp-OutputArea img[alt]").first
    figure.wait_for(state="attached", timeout=90_000)
    assert len(figure.get_attribute("alt")) > 20
    open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb")
    hint = page.locator("details", has_text="Hint 1").first
    hint.scroll_into_view_if_needed()
    hint.locator("summary").click()
    assert hint.evaluate("element => element.open")
