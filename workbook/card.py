"""The result card of a check: found → expected → likely cause → next step, as HTML and as plain text.

Both say the same. A card inherits the page's colours, so it reads well on light and on dark pages.
"""

import html
import textwrap
from urllib.parse import quote

SYMBOLS = {"passed": "✓", "partial": "◐", "failed": "✗", "not attempted": "○", "can't compare": "?"}
WORDS = {
    "passed": "Passed",
    "partial": "Partly right",
    "failed": "Not yet right",
    "not attempted": "Not attempted yet",
    "can't compare": "Can't compare",
}
# Borders legible on white and on dark backgrounds; the meaning stands in symbol and word, never in colour alone.
COLOURS = {
    "passed": "#009E73",
    "partial": "#C98500",
    "failed": "#D55E00",
    "not attempted": "#7A7A7A",
    "can't compare": "#7A7A7A",
}
OTHERS_SHOWN = 5
TEXT_SHOWN = 700  # characters of one line of a card
BOX = "border: 1px solid {0}; border-left-width: 6px; border-radius: 4px; padding: 0.5em 1em; margin: 0.3em 0; "
BOX += "max-width: 60em; overflow-wrap: anywhere;"
ANCHOR = ":,?'()"  # what JupyterLab leaves as it is in the name of a heading
TITLE = "font-size: 1.1em; font-weight: bold;"
# A fact stands beside its label where there is room, and below it where there is none.
FACT = "display: flex; flex-wrap: wrap; column-gap: 1em; margin: 0.15em 0;"
LABEL = "float: none; flex: 0 0 7em; margin: 0; font-weight: bold;"
TEXT = "flex: 1 1 14em; margin: 0; min-width: 0;"
SCROLLS = "overflow-x: auto; white-space: nowrap;"
NUMBER = "text-align: right; padding: 0.1em 0.8em; border-top: 1px solid currentColor;"


class Card:
    """A Verdict for people.

    graded says whose points these are: the grader's or the visible check's. practice: there are none to be had.
    case: the Case to show as a small table. lesson: where to read again, {path, title, section}; root: the way
    from the notebook to the folder of all notebooks. facts: what is saved with the output for `progress`.
    """

    def __init__(self, verdict, graded=False, practice=False, case=None, lesson=None, root=None, facts=None):
        self.verdict = verdict
        self.graded = graded
        self.practice = practice
        self.case = case
        self.lesson = lesson
        self.root = root
        self.facts = facts

    def show(self):
        """Display the card in a notebook, print it elsewhere."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            get_ipython = lambda: None  # noqa: E731
        if get_ipython() is None:
            print(self)
        else:
            display(self)

    # --- what it says --------------------------------------------------------------------------------------

    @property
    def headline(self):
        state = self.verdict.state
        return f"{SYMBOLS[state]} {WORDS[state]}: {self.verdict.task}"

    @property
    def points(self):
        verdict = self.verdict
        score, total = (f"{value:g}" for value in (verdict.score, verdict.points))
        unit = "point" if total == "1" else "points"
        if self.graded:
            return f"{score} of {total} {unit}"
        if self.practice:
            return "Practice, well done: this task is not graded." if verdict.state == "passed" else ""
        if verdict.state == "passed":
            return "The visible checks pass. Others, with fresh numbers, run when it is graded."
        if verdict.state == "partial":
            return f"Visible checks: {score} of {total} {unit}."
        return ""

    @property
    def failures(self):
        """The broken rungs; the ladder puts the one that is easiest to understand first."""
        return [rung for rung in self.verdict.rungs if not rung.passed]

    def rows(self):
        """(label, text) of the main failure, in the order in which a person reads them."""
        if not self.failures:
            return []
        main = self.failures[0]
        rows = [
            ("Case", main.about),
            ("Asked", self.case.asked if self.case else main.shown),
            ("Found", main.found),
            ("Expected", main.expected),
            ("Recognised", self.verdict.mistake),
            ("Likely cause", main.cause),
            ("Next step", main.next_step),
        ]
        return [(label, textwrap.shorten(text, TEXT_SHOWN, placeholder=" …")) for label, text in rows if text]

    def others(self):
        """The other failures, one line each; of many, the first few, and those that end like the main one together."""
        main, *rest = self.failures or [None]
        same = [rung.about or rung.name for rung in rest if rung.found == main.found]
        lines = [f"{rung.about or rung.name}: {rung.found}" for rung in rest if rung.found != main.found]
        more = [f"and {len(lines) - OTHERS_SHOWN} more"] if len(lines) > OTHERS_SHOWN else []
        named = "; ".join(same[:OTHERS_SHOWN]) + ("; …" if len(same) > OTHERS_SHOWN else "")
        alike = [f"the same in {len(same)} more ({named})"] if same else []
        return alike + lines[:OTHERS_SHOWN] + more

    @property
    def remarks(self):
        """What else there is to say; an edge case that ends in the error that is shown anyway says nothing new."""
        main = next(iter(self.failures), None)
        error = main.found.partition(":")[0] if main and main.name == "runs" else None
        return [remark for remark in self.verdict.remarks if error is None or f": {error}: " not in remark]

    @property
    def read_again(self):
        """Where the task is taught, for an answer that is not right yet."""
        return f"{self.lesson['title']}, section “{self.lesson['section']}”" if self.lesson and self.failures else ""

    # --- how it looks --------------------------------------------------------------------------------------

    def __repr__(self):
        lines = [self.headline]
        if self.points:
            lines.append(f"  {self.points}")
        for label, text in self.rows():
            lines += _wrapped(label, text)
        if self.case and self.case.rows:
            lines += [f"  {line}" for line in _aligned(self.case)]
        for line in self.others():
            lines += _wrapped("Also", line)
        for remark in self.remarks:
            lines += _wrapped("Remark", remark)
        if self.read_again:
            lines += _wrapped("Read again", self.read_again)
        return "\n".join(lines)

    def _repr_html_(self):
        say = html.escape
        parts = [
            f'<div role="group" aria-live="polite" aria-label="{say(self.headline)}" '
            f'style="{BOX.format(COLOURS[self.verdict.state])}">',
            f'<div role="heading" aria-level="3" style="{TITLE}">{say(self.headline)}</div>',
        ]
        if self.points:
            parts.append(f"<div>{say(self.points)}</div>")
        rows = self.rows()
        if rows:
            parts.append('<dl style="margin: 0.5em 0;">')
            for label, text in rows:
                shown = f"<code>{say(text)}</code>" if label == "Asked" else _code(text)
                parts.append(
                    f'<div style="{FACT}"><dt style="{LABEL}">{say(label)}</dt><dd style="{TEXT}">{shown}</dd></div>'
                )
            parts.append("</dl>")
        if self.case and self.case.rows:
            parts.append(_table(self.case))
        others = self.others()
        if others:
            count = len(self.failures) - 1
            title = f"{count} other cases differ too" if count > 1 else "1 other case differs too"
            parts.append(f"<details><summary>{title}</summary>{_bullets(others)}</details>")
        if self.remarks:
            parts.append(f"<div>Remark:</div>{_bullets(self.remarks)}")
        if self.read_again:
            parts.append(f"<div>Read again: {self._link()}</div>")
        return "".join(parts) + "</div>"

    def _link(self):
        """The lesson's section as a link where the notebook's place is known, else in words."""
        words = html.escape(self.read_again)
        if self.root is None:
            return words
        anchor = quote(self.lesson["section"].replace(" ", "-"), safe=ANCHOR)
        return f'<a href="{html.escape(self.root + quote(self.lesson["path"]) + "#" + anchor)}">{words}</a>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"text/html": self._repr_html_(), "text/plain": repr(self)}
        return (data, {"workbook": self.facts}) if self.facts else data


def _table(case):
    """The case as an HTML table, which scrolls by itself where the page is narrow."""
    say = html.escape
    head = "".join(
        f'<th scope="col" style="text-align: right; padding: 0.1em 0.8em;">{say(h)}</th>' for h in case.header
    )
    body = "".join(
        '<tr style="background: transparent;">'
        f'<th scope="row" style="{NUMBER}">{say(row[0])}</th>'
        + "".join(f'<td style="{NUMBER}">{say(text)}</td>' for text in row[1:])
        + "</tr>"
        for row in case.rows
    )
    return (
        f'<div tabindex="0" role="region" aria-label="{say(case.caption)}" style="{SCROLLS}">'
        '<table style="margin: 0.3em 0 0.6em; border-collapse: collapse; font-variant-numeric: tabular-nums;">'
        f'<caption style="text-align: left; caption-side: top;">{say(case.caption)}</caption>'
        f'<thead><tr style="background: transparent;">{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _aligned(case):
    """The case as lines of text in columns."""
    grid = [case.header, *case.rows]
    widths = [max(len(row[j]) for row in grid) for j in range(len(case.header))]
    lines = ("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in grid)
    return [f"{case.caption}:", *(f"  {line}" for line in lines)]


def _wrapped(label, text):
    return textwrap.wrap(text, 100, initial_indent=f"  {label + ':':<14}", subsequent_indent=" " * 16)


def _bullets(lines):
    return f'<ul style="margin: 0.2em 0 0.4em;">{"".join(f"<li>{_code(line)}</li>" for line in lines)}</ul>'


def _code(text):
    """Escaped text in which `names` are set as code."""
    pieces = html.escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
