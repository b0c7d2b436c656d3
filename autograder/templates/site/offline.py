"""A small Sphinx extension: formulas as MathML with a font of their own, and table cells that say what they head."""

import base64
import logging
import re
from html import unescape
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes
from fontTools import subset
from math_core import LatexToMathML

logging.getLogger("fontTools").setLevel(logging.WARNING)
FORMULA = re.compile(r"<math.*?</math>", re.S)
CONVERTER = LatexToMathML(annotation=True)
PRIME = re.compile("<msup>(<mi>[^<]*</mi>)<mo>([\u2032\u2033])</mo></msup>")
LONG = 40  # characters of TeX: may be wider than a telephone, which then scrolls it
LETTERS = [
    0x221A,  # the sign of a root, which stands in no page but is drawn
    0x210E,  # the italic h, which Unicode keeps apart from the others
    *range(0x20, 0x7F),
    *range(0x391, 0x3CA),
    *range(0x1D434, 0x1D468),
    *range(0x1D6E2, 0x1D71C),
]


def mathml(tex, block):
    """A formula as MathML; the TeX stays in it as an annotation."""
    formula = CONVERTER.convert_with_local_state(tex, displaystyle=block)
    # The font's primes are raised already: as superscripts they would be too small to see.
    return PRIME.sub(r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>', formula)


def visit_math(self, node):
    formula = mathml(node.astext(), False)
    wide = len(node.astext()) > LONG
    self.body.append(f'<span class="long-formula">{formula}</span>' if wide else formula)
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(f'<div class="formula">{mathml(node.astext(), True)}</div>')
    raise nodes.SkipNode


def finish_body(app, pagename, templatename, context, doctree):
    """Give table headers their scope, wide tables room to scroll, and drop what notebooks style for themselves."""
    if "body" not in context:
        return
    body = BeautifulSoup(context["body"], "html.parser")
    for cell in body.select("thead th"):
        cell["scope"] = "col"
    for cell in body.select("tbody th"):
        cell["scope"] = "row"
    for style in body.select("style"):
        style.decompose()
    for table in body.select("table"):
        table.attrs.pop("border", None)
        for cell in table.select("th"):
            if not cell.get_text(strip=True):
                cell.name = "td"  # an empty corner heads nothing
                del cell["scope"]
    context["body"] = str(body)


def write_font(app, error):
    """The characters that formulas use, from STIX Two Math (SIL Open Font License), within the style sheet itself.

    As a file of its own it would be blocked by Firefox on pages that are opened from disk.
    """
    if error:
        return
    pages = [path.read_text(encoding="utf-8") for path in Path(app.outdir).rglob("*.html")]
    characters = {ord(letter) for page in pages for formula in FORMULA.findall(page) for letter in unescape(formula)}
    options = subset.Options(flavor="woff", layout_features=["*"])
    with as_file(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf") as path:
        font = subset.load_font(path, options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=characters | set(LETTERS))
    chosen.subset(font)
    packed = BytesIO()
    subset.save_font(font, packed, options)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    rule = f"@font-face {{ font-family: 'Workbook Maths'; src: url(data:font/woff;base64,{data}) format('woff'); }}\n"
    with Path(app.outdir, "_static", "site.css").open("a", encoding="utf-8") as sheet:
        sheet.write(rule)


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("html-page-context", finish_body)
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
