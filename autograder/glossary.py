"""Terms in the lessons link to the glossary, the first time that a notebook sets one of them in bold or italics.

The glossary itself (solutions/glossary.py) is the one place of the terms; the link's title is the meaning, so that
the mouse shows it without leaving the page.
"""

import re
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "solutions" / "glossary.py"
ROW = re.compile(r"^# \| \*\*(?P<term>[^*|]+)\*\* \| (?P<meaning>[^|]+) \|", re.M)
MARKED = re.compile(r"(?<![\[*\w])(?P<mark>\*{1,2})(?P<words>[A-Za-z][A-Za-z0-9 '-]*)(?P=mark)(?![*\w])")


@cache
def terms():
    """{term in lower case: meaning} of the glossary."""
    text = SOURCE.read_text(encoding="utf-8") if SOURCE.is_file() else ""
    return {row["term"].lower(): row["meaning"].strip() for row in ROW.finditer(text)}


def link(text, seen, home):
    """`text` with its marked terms linked to the glossary; `seen` holds the terms that were linked before and grows.

    home: the path from the notebook to the folder of the glossary, such as "../".
    """

    def linked(found):
        words = found["words"]
        term = words.lower() if words.lower() in terms() else words.lower().removesuffix("s")
        if term not in terms() or term in seen:
            return found[0]
        seen.add(term)
        meaning = terms()[term].replace("`", "").replace('"', "'")
        title = f' "{meaning}"' if "$" not in meaning and "\\" not in meaning else ""
        return f"[{found[0]}]({home}glossary.ipynb{title})"

    lines = text.split("\n")
    return "\n".join(line if line.startswith(("#", "|")) else MARKED.sub(linked, line) for line in lines)
