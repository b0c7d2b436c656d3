"""Formulas of Word's equation editor as LaTeX: fractions, powers, roots, sums, brackets, matrices."""

from autograder.word.package import attribute, kind_of

SPECIAL = {"\\": r"\backslash ", "<": r"\lt ", ">": r"\gt ", "~": r"\sim ", "^": r"\hat{}"}
SPECIAL |= {letter: "\\" + letter for letter in "{}%#$&_"}
NAMED = {"∑": r"\sum", "∏": r"\prod", "∫": r"\int"}
ACCENTS = {"\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar", "\u0305": r"\bar", "\u20d7": r"\vec"}


def latex(element):
    """The LaTeX of an m:oMath element, or of anything inside of it."""
    name = kind_of(element)
    if name == "t":
        return "".join(SPECIAL.get(letter, letter) for letter in element.text or "")
    if name.endswith("Pr") or name in ("del", "moveFrom", "delText"):
        return ""
    writer = WRITERS.get(name)
    return writer(element) if writer else "".join(latex(child) for child in element)


def _part(element, name):
    return "".join(latex(child) for child in element if kind_of(child) == name).strip()


def _sign(element, name, default):
    """A character that the properties of an element name, such as the bracket that opens."""
    for node in (child for part in element if kind_of(part).endswith("Pr") for child in part):
        if kind_of(node) == name:
            value = attribute(node)
            return default if value is None else value
    return default


def _root(element):
    degree = _part(element, "deg")
    return rf"\sqrt[{degree}]{{{_part(element, 'e')}}}" if degree else rf"\sqrt{{{_part(element, 'e')}}}"


def _sum(element):
    sign = _sign(element, "chr", "∫")
    limits = "".join(f"{mark}{{{text}}}" for mark, key in (("_", "sub"), ("^", "sup")) if (text := _part(element, key)))
    return f"{NAMED.get(sign, sign)}{limits} {_part(element, 'e')}"


def _brackets(element):
    inside = [latex(child) for child in element if kind_of(child) == "e"]
    start, end = _sign(element, "begChr", "("), _sign(element, "endChr", ")")
    escaped = [SPECIAL[sign] if sign in "{}" and sign else sign or "." for sign in (start, end)]
    return rf"\left{escaped[0]}{', '.join(inside)}\right{escaped[1]}"


def _matrix(element):
    rows = [" & ".join(latex(e) for e in row if kind_of(e) == "e") for row in element if kind_of(row) == "mr"]
    return r"\begin{matrix}" + r" \\ ".join(rows) + r"\end{matrix}"


WRITERS = {
    "f": lambda e: rf"\frac{{{_part(e, 'num')}}}{{{_part(e, 'den')}}}",
    "sSup": lambda e: f"{{{_part(e, 'e')}}}^{{{_part(e, 'sup')}}}",
    "sSub": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}",
    "sSubSup": lambda e: f"{{{_part(e, 'e')}}}_{{{_part(e, 'sub')}}}^{{{_part(e, 'sup')}}}",
    "bar": lambda e: rf"\bar{{{_part(e, 'e')}}}",
    "acc": lambda e: f"{ACCENTS.get(_sign(e, 'chr', ''), chr(92) + 'hat')}{{{_part(e, 'e')}}}",
    "rad": _root,
    "nary": _sum,
    "d": _brackets,
    "m": _matrix,
}
