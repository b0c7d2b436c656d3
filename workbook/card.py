"""The result card of a check: found → expected → likely cause → next step, as HTML and as plain text."""

import html
import textwrap

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


class Card:
    """A Verdict for people.

    graded says whose points these are: the grader's or the visible check's. practice: there are none to be had.
    """

    def __init__(self, verdict, graded=False, practice=False):
        self.verdict = verdict
        self.graded = graded
        self.practice = practice

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
            ("Asked", main.shown),
            ("Found", main.found),
            ("Expected", main.expected),
            ("Recognised", self.verdict.mistake),
            ("Likely cause", main.cause),
            ("Next step", main.next_step),
        ]
        return [(label, text) for label, text in rows if text]

    def others(self):
        """The other failures, one line each."""
        return [f"{rung.about or rung.name}: {rung.found}" for rung in self.failures[1:]]

    # --- how it looks --------------------------------------------------------------------------------------

    def __repr__(self):
        lines = [self.headline]
        if self.points:
            lines.append(f"  {self.points}")
        for label, text in self.rows():
            lines += textwrap.wrap(text, 100, initial_indent=f"  {label + ':':<14}", subsequent_indent=" " * 16)
        others = self.others()
        more = [f"and {len(others) - OTHERS_SHOWN} more"] if len(others) > OTHERS_SHOWN else []
        for line in others[:OTHERS_SHOWN] + more:
            lines += textwrap.wrap(line, 100, initial_indent="  Also:         ", subsequent_indent=" " * 16)
        for remark in self.verdict.remarks:
            lines += textwrap.wrap(remark, 100, initial_indent="  Remark:       ", subsequent_indent=" " * 16)
        return "\n".join(lines)

    def _repr_html_(self):
        say = html.escape
        colour = COLOURS[self.verdict.state]
        parts = [
            f'<div role="group" aria-label="{say(self.headline)}" style="border: 1px solid {colour}; '
            f'border-left-width: 6px; border-radius: 4px; padding: 0.5em 1em; margin: 0.3em 0; max-width: 60em;">',
            f'<div style="font-size: 1.1em; font-weight: bold;">{say(self.headline)}</div>',
        ]
        if self.points:
            parts.append(f"<div>{say(self.points)}</div>")
        rows = self.rows()
        if rows:
            parts.append('<table style="margin: 0.5em 0; border-collapse: collapse;">')
            for label, text in rows:
                shown = f"<code>{say(text)}</code>" if label == "Asked" else _code(text)
                parts.append(
                    '<tr style="background: transparent;"><th scope="row" style="text-align: left; vertical-align: '
                    f'top; padding: 0.15em 1.2em 0.15em 0; white-space: nowrap;">{say(label)}</th>'
                    f'<td style="text-align: left; padding: 0.15em 0;">{shown}</td></tr>'
                )
            parts.append("</table>")
        others = self.others()
        if others:
            title = (
                f"{len(others)} other case{'s' if len(others) > 1 else ''} differ{'' if len(others) > 1 else 's'} too"
            )
            parts.append(f"<details><summary>{title}</summary>{_bullets(others)}</details>")
        if self.verdict.remarks:
            parts.append(f"<div>Remark:</div>{_bullets(self.verdict.remarks)}")
        return "".join(parts) + "</div>"


def _bullets(lines):
    return f'<ul style="margin: 0.2em 0 0.4em;">{"".join(f"<li>{_code(line)}</li>" for line in lines)}</ul>'


def _code(text):
    """Escaped text in which `names` are set as code."""
    pieces = html.escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
