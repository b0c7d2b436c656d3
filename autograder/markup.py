"""Text that others wrote, as HTML that can do nothing: Markdown, formulas, code and pictures.

Markdown is rendered, then cleaned with an allowlist that knows no script, style, frame, form, remote picture or event
handler (which tags are harmless stands in `inert`); formulas become MathML, so that they read without a network.
"""

import base64
import re
from html import escape
from xml.etree import ElementTree

import bleach
from markdown_it import MarkdownIt
from markupsafe import Markup
from math_core import LatexError, LatexToMathML
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder import inert

# fmt: off
WHOLE = inert.TAGS - {"img"}
TAGS = WHOLE - {  # what would part an answer from the page around it
    "caption", "col", "colgroup", "details", "div", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "span",
    "summary", "tfoot",
}
MATHML = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts",
}
MATH_ATTRIBUTES = {
    "accent", "columnalign", "columnspacing", "depth", "display", "displaystyle", "fence", "form", "height", "largeop",
    "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowspacing",
    "rspace", "scriptlevel", "separator", "stretchy", "style", "symmetric", "voffset", "width",
}
# fmt: on
SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+", re.I)
PLACE = re.compile("\ue000(\\d+)\ue001")  # where a formula goes; a text has no use of its own for these two letters
TEXT_LIMIT = 20_000  # characters of one answer that a page shows
TEX_LIMIT = 2_000
CONVERTER = LatexToMathML()
PNG_LIMIT = 3_000_000  # characters of a picture's base64
PNG_START = base64.b64encode(b"\x89PNG\r\n\x1a\n")[:10].decode()


def markdown(text, whole=False):
    """Markdown as safe HTML.

    Headings become bold lines, so that the page's own headings stay in order; a whole cell keeps them, and its hints
    that unfold.
    """
    formulas = []

    def keep(content, settings):
        formulas.append(formula(content, settings["display_mode"]))
        return f"\ue000{len(formulas) - 1}\ue001"

    text = text.replace("&lt;", "<")  # as `inert` writes it; in code and formulas it would stay as it is
    source = re.sub("[\ue000\ue001\x00]", "", _shorten(text))
    reader = MarkdownIt("commonmark", {"html": True, "maxNesting": 30}).enable(["table", "strikethrough"])
    reader.use(dollarmath_plugin, allow_digits=False, double_inline=True, renderer=keep)
    reader.use(amsmath_plugin, renderer=lambda content: keep(content, {"display_mode": True}))
    reader.add_render_rule("image", _picture)
    if not whole:
        reader.add_render_rule("heading_open", lambda *_: "<p><strong>")
        reader.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
    reader.add_render_rule("th_open", lambda *_: '<th scope="col">')
    tags = WHOLE if whole else TAGS
    clean = bleach.clean(reader.render(source), tags=tags, attributes=_allowed, strip=True)
    return Markup(PLACE.sub(lambda place: formulas[int(place[1])], clean))


def _allowed(tag, name, value):
    """Which attributes stay: links that say where they go, and what a screen reader needs of tables and lists."""
    if (tag, name) == ("a", "href"):
        return SAFE_LINK.fullmatch(value) is not None
    return (tag, name, value) == ("th", "scope", "col") or ((tag, name) == ("ol", "start") and value.isdigit())


def _picture(_renderer, tokens, index, *_):
    """A picture in a text would be loaded from elsewhere: its description stands in its place."""
    return f"<em>[picture: {escape(tokens[index].content or 'without a description')}]</em>"


def _shorten(text):
    if len(text) <= TEXT_LIMIT:
        return text
    return f"{text[:TEXT_LIMIT]}\n\n(The rest, {len(text) - TEXT_LIMIT:,} characters, is in the notebook.)"


def formula(tex, display=False):
    """A formula as MathML; its TeX where that can't be told in MathML."""
    try:
        if len(tex) > TEX_LIMIT:
            raise ValueError("too long for a formula")
        text = CONVERTER.convert_with_local_state(_simpler(tex), displaystyle=display)
        text = text.replace("&ApplyFunction;", "\u2061")
        for element in ElementTree.fromstring(text).iter():
            if element.tag not in MATHML or not set(element.attrib) <= MATH_ATTRIBUTES:
                raise ValueError(f"{element.tag} is not what a formula is made of")
    except (LatexError, ValueError, ElementTree.ParseError):
        return f'<code class="tex {"display" if display else "inline"}">{escape(tex)}</code>'
    return text


def _simpler(tex):
    """TeX with the environments that the converter knows, and without numbers of equations."""
    tex = re.sub(r"\\(begin|end)\{(?:split|eqnarray)\*?\}", r"\\\1{aligned}", tex)
    return re.sub(r"\\(begin|end)\{(align|gather|equation|multline)\}", r"\\\1{\2*}", tex.strip())


def code(source):
    """Python as highlighted HTML, in spans of Pygments' short classes."""
    return Markup(highlight(_shorten(source), PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n"))


def words(text):
    """Plain text in which `names` are set as code."""
    pieces = escape(str(text)).split("`")
    if len(pieces) % 2 == 0:  # a lone mark is just a letter
        pieces[-2:] = ["`".join(pieces[-2:])]
    return Markup("".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces)))


def png(data):
    """The base64 of a PNG without its line breaks, or None when it is anything else."""
    if not isinstance(data, str) or len(data) > PNG_LIMIT:
        return None
    packed = re.sub(r"\s", "", data)
    return packed if packed.startswith(PNG_START) and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", packed) else None


__all__ = ["code", "formula", "markdown", "png", "words"]
