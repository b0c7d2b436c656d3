"""Small charts as inline SVG: legible in both themes, in print and without colour, each with its text alternative."""

from html import escape

import numpy as np
from markupsafe import Markup

STATES = ("passed", "partial", "failed", "blank")
WORDS = {"passed": "all points", "partial": "some points", "failed": "none", "blank": "not attempted"}

# Hatching tells the parts of a bar apart where colours do not.
PATTERNS = Markup(
    '<svg width="0" height="0" aria-hidden="true" style="position: absolute"><defs>'
    '<pattern id="fill-partial" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="7" height="7" class="bar-partial"/><rect width="2" height="7" class="bar-line"/></pattern>'
    '<pattern id="fill-failed" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" class="bar-failed"/><circle cx="3" cy="3" r="1.3" class="bar-line"/></pattern>'
    "</defs></svg>"
)
FILLS = {
    "passed": 'class="bar-passed"',
    "partial": 'fill="url(#fill-partial)"',
    "failed": 'fill="url(#fill-failed)"',
    "blank": 'class="bar-blank"',
}


def swatch(state):
    """A legend's sample of a state."""
    return Markup(f'<svg width="18" height="12" aria-hidden="true"><rect width="18" height="12" {FILLS[state]}/></svg>')


def stacked(counts, words=WORDS):
    """A bar as wide as its place, divided by counts {state: number}."""
    total = sum(counts.values())
    parts, left = [], 0.0
    for state in STATES:
        width = 100 * counts[state] / total if total else 0.0
        if width:
            parts.append(f'<rect x="{left:.2f}%" width="{width:.2f}%" height="18" {FILLS[state]}/>')
        left += width
    words = {**words, "waiting": "still to be marked"}
    told = ", ".join(f"{number} {words[state]}" for state, number in counts.items() if number) or "nothing yet"
    return Markup(f'<svg class="bar" width="100%" height="18" role="img" aria-label="{told}">{"".join(parts)}</svg>')


def _step(top, parts):
    """The distance of round marks, 1, 2 or 5 times a power of ten, that cut 0 … top into at most `parts` parts."""
    size = 10 ** np.floor(np.log10(top / parts))
    return next(float(factor * size) for factor in (1, 2, 5, 10) if factor * size * parts >= top * (1 - 1e-9))


def histogram(values, top, middle):
    """How many submissions reached each tenth of `top` points, with a line at the median `middle`."""
    counts, edges = np.histogram(values, bins=10, range=(0, top or 1))
    tallest = max(1, int(counts.max()))
    step = max(1, int(_step(tallest, 4)))
    ceiling = step * -(-tallest // step)
    left, width, base, height = 46, 380, 176, 140

    def x_of(points):
        return left + width * points / (top or 1)

    parts = []
    for mark in range(0, ceiling + 1, step):
        y = base - height * mark / ceiling
        parts.append(f'<line class="grid" x1="{left}" x2="{left + width}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{mark}</text>')
    for index, count in enumerate(counts):
        tall = height * count / ceiling
        x = left + width * index / 10
        if count:
            parts.append(
                f'<rect class="bar-passed" x="{x + 2:.1f}" y="{base - tall:.1f}" width="{width / 10 - 4:.1f}" '
                f'height="{tall:.1f}"/>'
            )
    apart = _step(top or 1, 5)
    for index in range(int((top or 1) / apart + 1e-9) + 1):
        x = x_of(index * apart)
        parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{base}" y2="{base + 4}"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 19}" text-anchor="middle">{index * apart:g}</text>')
    at = x_of(middle)
    side, shift = ("end", -6) if middle > (top or 1) / 2 else ("start", 6)
    parts.append(f'<line class="median" x1="{at:.1f}" x2="{at:.1f}" y1="18" y2="{base}"/>')
    parts.append(f'<text class="strong" x="{at + shift:.1f}" y="26" text-anchor="{side}">median {middle:.3g}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{base + 38}" text-anchor="middle">score (points)</text>')
    turned = f'transform="rotate(-90 12 {base - height / 2:g})"'
    parts.append(f'<text x="12" y="{base - height / 2:g}" text-anchor="middle" {turned}>submissions</text>')
    told = "; ".join(f"{c} with {edges[i]:g} to {edges[i + 1]:g} points" for i, c in enumerate(counts) if c)
    told = f"Histogram of scores. Submissions: {told}. The median is {middle:.3g} points."
    return Markup(
        f'<svg class="chart" viewBox="0 0 440 222" role="img" aria-label="{escape(told)}">{"".join(parts)}</svg>'
    )
