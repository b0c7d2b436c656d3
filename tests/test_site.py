"""The reading edition, built once: read by a machine, by a browser without a network, by one who wants answers."""

import re
import shutil
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder import build, site, unit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the browser tests need one")
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*deprecated", "ignore::DeprecationWarning"
)  # of Sphinx by its extensions
LESSON = "1_introduction/1.1_linear_models_and_loss.html"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("reading edition")  # with a space
    return site.make(root / "site", root / "source").parent


@pytest.fixture(scope="module")
def pages(folder):
    """{path: soup} of every page."""
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(folder.rglob("*.html"))
    }


def test_every_notebook_has_a_page_and_the_first_page_leads_to_each(pages):
    wanted = {f"{book.assignment}/{book.name}.html".lstrip("/") for book in unit.notebooks()}
    assert wanted <= set(pages)
    linked = {link["href"].split("#")[0] for link in pages["index.html"].select("article a[href]")}
    assert wanted <= linked


def test_no_answer_reaches_the_pages(folder, pages):
    released = {
        line.strip()
        for path in build.NOTEBOOKS.rglob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        for line in cell.source.splitlines()
    }
    answers = {
        line.strip()
        for book in unit.notebooks()
        for cell in book.cells
        for region in re.findall(r"### BEGIN SOLUTION(.*?)### END SOLUTION", cell.source, re.S)
        for line in region.splitlines()
    }
    secret = {line for line in answers - released if len(line) > 12}
    assert len(secret) > 100
    for name, soup in pages.items():
        text = soup.get_text()
        assert [line for line in secret if line in text] == [], name
        assert not re.search(r"BEGIN SOLUTION|HIDDEN TESTS|autograder\.judge|Traceback", text), name
    assert not [path for path in folder.rglob("*") if path.suffix in (".ipynb", ".md", ".py")]


def test_links_and_anchors_lead_somewhere_and_nothing_is_fetched_from_elsewhere(folder, pages):
    ids = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in pages.items()}
    broken, count = [], 0
    for name, soup in pages.items():
        for tag in soup.select("[href], [src]"):
            link = tag.get("href", tag.get("src"))
            address = urlsplit(link)
            if address.scheme == "data":
                continue
            if address.scheme or address.netloc:
                assert tag.name == "a", f"{name}: {tag}"
                continue
            count += 1
            target = (folder / name).parent / unquote(address.path) if address.path else folder / name
            page = target.resolve().relative_to(folder.resolve()).as_posix()
            anchor = unquote(address.fragment)
            if not target.is_file() or (anchor and page in ids and anchor not in ids[page]):
                broken.append(f"{name}: {link}")
    assert count > 1000 and broken == []
    for sheet in folder.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_pages_can_be_read_by_everybody(pages):
    for name, soup in pages.items():
        assert soup.html["lang"] == "en-GB", name
        levels = [int(tag.name[1]) for tag in soup.select("article :is(h1, h2, h3, h4, h5, h6)")]
        if name != "search.html":
            assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), f"{name}: {levels}"
        assert all(len(image.get("alt", "")) > 20 for image in soup.select("article img")), name
        assert all(head.get("scope") in ("col", "row") for head in soup.select("article th")), name
    titles = [soup.title.get_text() for soup in pages.values()]
    assert len(set(titles)) == len(titles)


def test_figures_and_formulas_are_all_there(pages):
    count = 0
    for book in unit.notebooks():
        source = "\n".join(cell.source for cell in book.cells if cell.kind == "markdown")
        soup = pages[f"{book.assignment}/{book.name}.html".lstrip("/")]
        assert len(soup.select("article .formula math")) == len(re.findall(r"\$\$.+?\$\$", source, re.S)), book.name
        assert not soup.select("article .math, article merror")
        count += len(soup.select("article img.figure"))
    assert count >= 35


def test_tasks_are_shown_as_work_for_the_notebook(pages):
    for book in unit.notebooks():
        notes = pages[f"{book.assignment}/{book.name}.html".lstrip("/")].select("article .admonition.exercise")
        assert len(notes) == len([cell for cell in book.cells if cell.role in ("check", "written")]), book.name


@needs_browser
def test_a_browser_without_a_network_reads_searches_and_turns_dark(folder):
    playwright = pytest.importorskip("playwright.sync_api")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    problems, asked = [], set()
    with playwright.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = chromium.new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: asked.add(urlsplit(request.url).scheme))
        for path in sorted(folder.rglob("*.html")):
            page.goto(path.as_uri())
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, f"{path.name} is {wide} pixels wide on a narrow screen"
        page.goto((folder / LESSON).as_uri())
        assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Workbook Maths\"'))")
        assert page.locator(".formula math").first.bounding_box()["height"] > 25
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
        darkness = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(map(int, re.findall(r"\d+", darkness)[:3])) < 60
        page.goto((folder / "cheat_sheet.html").as_uri())
        root = page.locator("msqrt").first
        wider = root.bounding_box()["width"] - root.locator(":scope > *").first.bounding_box()["width"]
        assert wider > 5, "a root without its sign"
        page.goto((folder / "search.html").as_uri() + "?q=sigmoid")
        page.locator("#search-results li a").first.wait_for(timeout=20_000)
        page.set_viewport_size({"width": 1400, "height": 900})
        page.goto((folder / LESSON).as_uri())
        page.locator("a.next-page").click()
        page.locator("h1:has-text('1.2')").wait_for(timeout=20_000)
        chromium.close()
    assert problems == [] and asked <= {"file", "data"}
