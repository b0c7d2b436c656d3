"""Take the pictures of docs/instructor.md anew, from the sample class: `make demo`, then `python docs/pictures.py`.

It needs playwright and a Chromium. Everything shown is invented.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from autograder import formgrader, gradebook

DOCS = Path(__file__).parent
SIZE = {"width": 1000, "height": 760}
COLOURS = 128  # of the palette: enough for text and bars, and small


def main(course):
    """Write feedback.png, report.png and formgrader.png beside this file."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        feedback = course / "feedback" / "jun" / "2_inverse_logit_and_log_loss" / "feedback.html"
        page.goto(feedback.resolve().as_uri())
        save(page, "feedback")
        page.goto((course / "report.html").resolve().as_uri())
        save(page, "report")
        page.locator("section.assignment").nth(1).scroll_into_view_if_needed()
        page.evaluate("document.querySelectorAll('section.assignment')[1].scrollIntoView()")
        save(page, "report_task")
        with served(course) as address:
            page.goto(address(course, "gus", "3_training", "3.6_written_submission"))
            page.locator("#written_1-comment").wait_for(timeout=60_000)
            page.wait_for_timeout(1000)
            page.get_by_role("heading", name="Question 1").evaluate("heading => heading.scrollIntoView()")
            page.mouse.wheel(0, -70)  # from below the bar at the top
            page.wait_for_timeout(500)
            save(page, "formgrader")
        browser.close()


def save(page, name):
    """A picture of what the browser shows, in few colours."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    picture.save(DOCS / f"{name}.png", optimize=True)


class served:
    """Formgrader on a course; gives a function that finds the address of a student's notebook."""

    def __init__(self, course):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [*formgrader.command(course, self.port, browser=False), "--allow-root", "--IdentityProvider.token="]
        self.server = subprocess.Popen(command, cwd=course, env=dict(os.environ), stderr=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api", timeout=2).read()
                break
            except OSError:
                time.sleep(0.3)
        return self.address

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait(timeout=30)

    def address(self, course, student, assignment, notebook):
        entry = gradebook.submission_id(course, student, assignment, notebook)
        return f"http://127.0.0.1:{self.port}/formgrader/submissions/{entry}/"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
