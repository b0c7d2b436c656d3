"""The whole way in a real browser: JupyterLab on a fresh bundle, a task solved wrongly and rightly, and its card.

Runs where playwright finds a Chromium (Debian: `apt-get install chromium`); elsewhere it is skipped and says so.
"""

import re
import subprocess
import sys
import zipfile

import pytest

from tests import desk

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(desk.CHROMIUM is None, reason="no Chromium here: the browser tests need one")

# What the console may say through no fault of ours: a kernel that restarts lets go of its socket.
NOT_OURS = re.compile(r"WebSocket connection to '?wss?://\S+/api/kernels/")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A student's folder: a bundle, freshly made and unzipped."""
    return desk.unpack(tmp_path_factory.mktemp("a student"))


@pytest.fixture(scope="module")
def lab(home):
    """The address of a JupyterLab server on the student's folder."""
    with desk.jupyterlab(home) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=desk.CHROMIUM, args=desk.FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of the browser; what goes wrong in it, in its console or uncaught, fails the test."""
    page, wrong = browser.new_page(viewport={"width": 1250, "height": 1000}), []
    page.on("pageerror", lambda error: wrong.append(f"uncaught: {error}"))
    page.on("console", lambda said: wrong.append(f"{said.text} ({said.location})") if said.type == "error" else None)
    yield page
    page.close()
    assert [line for line in wrong if not NOT_OURS.search(line)] == []


IN_VIEW = """title => [...document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) h2")].some(heading =>
    heading.innerText.startsWith(title) && heading.getBoundingClientRect().top > 0
    && heading.getBoundingClientRect().bottom < innerHeight)"""


def test_the_whole_way_from_the_start_page_to_handing_in(page, lab, home):
    """Environment, link to 1.1, a task wrong and right, restart and run all, save, progress, hand in."""
    desk.open_notebook(page, lab, "0_start_here.ipynb")
    desk.run_all(page)
    page.locator("text=All is there.").first.wait_for(timeout=2 * desk.MINUTE)
    assert str(home / "workbook") in page.locator(".jp-OutputArea", has_text="All is there.").first.inner_text()
    page.locator("section[aria-label='Your progress'] >> text=0 of 23 graded tasks").wait_for(timeout=2 * desk.MINUTE)
    assert "log_loss" in desk.card(page, "compare", "logloss").inner_text()
    page.get_by_role("link", name="1.1 Linear models and loss").first.click()
    page.locator("h1:has-text('1.1')").first.wait_for(timeout=2 * desk.MINUTE)
    desk.wait_for_kernel(page)
    desk.run_all(page)
    desk.card(page, "Not attempted yet", "zero_one_loss")

    cell = desk.answer_cell(page, "def mean_square")
    right = "return ((np.asarray(y) - y_hat) ** 2).mean()"
    desk.answer(page, cell, right, head="def mean_square_error(y, y_hat):")
    desk.card(page, "Not attempted yet", "mean_squared_error", told="You defined mean_square_error")
    desk.answer(page, cell, right.replace("mean()", "sum()"), head="def mean_squared_error(y, y_hat):")
    wrong = desk.card(page, "Not yet right", "mean_squared_error")
    assert wrong.locator("dt").count() > 4 and wrong.locator("tbody tr").count() == 3, "facts, and the case row by row"
    assert wrong.get_by_role("heading", level=3).count() == 1 and wrong.get_attribute("aria-live") == "polite"
    wrong.get_by_role("link", name="Squared error: for numbers").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(IN_VIEW, arg="4 Squared error", timeout=2 * desk.MINUTE)
    assert page.locator(".lm-TabBar-tab:has-text('1.1_linear')").count() == 1, "it is the page that was open"
    desk.answer(page, cell, right)
    desk.card(page, "Passed", "mean_squared_error")

    desk.restart_and_run_all(page)
    desk.card(page, "Not attempted yet", "zero_one_loss")
    desk.card(page, "Passed", "mean_squared_error")
    desk.save(page, home / "notebooks/1_introduction/1.1_linear_models_and_loss.ipynb")

    desk.open_notebook(page, lab, "0_start_here.ipynb")
    desk.run_all(page)
    done = page.locator("section[aria-label='Your progress']")
    done.locator("text=1 of").first.wait_for(timeout=2 * desk.MINUTE)
    assert "task zero_one_loss" in done.inner_text()
    command = [sys.executable, "-m", "workbook", "submit", "1"]
    said = subprocess.run(command, cwd=home, env=desk.environment(home), capture_output=True, text=True, check=True)
    assert "✓ mean_squared_error: Passed (practice)" in said.stdout and "Nothing was sent" in said.stdout
    (packed,) = (home / "notebooks").glob("module_1_*.zip")
    with zipfile.ZipFile(packed) as archive:
        handed_in = archive.read("1_introduction/1.1_linear_models_and_loss.ipynb").decode()
    assert right in handed_in


def test_figures_have_alt_texts_sliders_move_and_hints_unfold_by_keyboard(page, lab):
    desk.open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.2_prediction_from_scratch.ipynb")
    desk.run_all(page)
    figures = page.locator(f"{desk.VISIBLE} .jp-OutputArea img")
    slider = page.locator(".widget-slider [role=slider]").first
    slider.wait_for(state="attached", timeout=2 * desk.MINUTE)
    assert figures.count() > 1
    assert all(len(figures.nth(i).get_attribute("alt") or "") > 20 for i in range(figures.count()))
    assert page.locator("img[alt*='With weight 2.00']").count() == 1
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.locator("img[alt*='With weight 2.25']").wait_for(state="attached", timeout=desk.MINUTE)

    desk.open_notebook(page, lab, "2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb")
    hint = page.locator("details", has_text="Hint 1").first
    hint.scroll_into_view_if_needed()
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("hint => hint.open", arg=hint.element_handle(), timeout=desk.MINUTE)
