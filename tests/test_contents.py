"""What the helper module knows of the unit: every task and the section that teaches it."""

import json
import re

from autograder import unit
from autograder.build import CONTENTS
from autograder.contents import LESSONS


def test_every_task_names_a_section_that_is_there():
    asked = {task for book in unit.notebooks() for task in book.tasks()}
    assert set(LESSONS) == asked
    for task, facts in json.loads(CONTENTS.read_text(encoding="utf-8"))["tasks"].items():
        place = facts["lesson"]
        source = unit.SOLUTIONS / place["path"].replace(".ipynb", ".py")
        headings = re.findall(r"(?m)^# #{2,4} (.+)$", source.read_text(encoding="utf-8"))
        assert place["section"] in headings, (task, headings)
