"""Text that others wrote, as HTML that can do nothing: Markdown, formulas, code and pictures.

Markdown is rendered, then cleaned with an allowlist that knows no script, style, frame, form, remote picture or event
handler; formulas become MathML, rebuilt element by element, so that they read without a network.
"""

import base64
import re
from html import escape, unescape

import bleach
from bleach.css_sanitizer import CSSSanitizer
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

# fmt: off
TAGS = (
    "a", "b", "blockquote", "br", "code", "del", "em", "hr", "i", "li", "ol", "p", "pre", "s", "strong",
    "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
)
WHOLE = (
    "caption", "details", "div", "h1", "h2", "h3", "h4", "h5", "h6", "section", "span", "summary", "tfoot",
)
STYLES = (
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-left-width", "border-radius", "border-right", "border-top", "color", "font-size", "font-style",
    "font-weight", "margin", "max-width", "padding", "text-align", "vertical-align", "white-space",
)
MATHML = (
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup",
    "mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose",
    "mmultiscripts",
)
MATH_ATTRIBUTES = (
    "accent", "columnalign", "columnspacing", "depth", "displaystyle", "fence", "form", "height", "largeop",
    "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowspacing",
    "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
)
# fmt: on
SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x20]+", re.I)
PLACE = re.compile("\ue000(\\d+)\ue001")  # where a formula goes; a text has no use of its own for these two letters
TEXT_LIMIT = 20_000  # characters of one answer that a page shows
OUTPUT_LIMIT = 200_000  # characters of an output
TEX_LIMIT = 2_000
DEPTH_LIMIT = 60  # nested elements of a formula
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
    reader.use(dollarmath_plugin, allow_digits=False, renderer=keep)
    reader.use(amsmath_plugin, renderer=lambda content: keep(content, {"display_mode": True}))
    reader.add_render_rule("image", _picture)
    if not whole:
        reader.add_render_rule("heading_open", lambda *_: "<p><strong>")
        reader.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
    reader.add_render_rule("th_open", lambda *_: '<th scope="col">')
    tags = (*TAGS, *WHOLE) if whole else TAGS
    clean = bleach.clean(reader.render(source), tags=tags, attributes=_allowed, strip=True)
    return Markup(PLACE.sub(lambda place: formulas[int(place[1])], clean))


def output(text):
    """The HTML of an output, such as a data frame or a result card, without what could run, load or cover the page."""
    text = re.sub(r"<(style|script)\b.*?</\1\s*>", "", text[:OUTPUT_LIMIT], flags=re.S | re.I)
    cleaner = CSSSanitizer(allowed_css_properties=STYLES)
    attributes = {"*": ["style", "scope", "role", "aria-label", "border", "class", "colspan", "rowspan"]}
    return bleach.clean(text, tags=(*TAGS, *WHOLE), attributes=attributes, css_sanitizer=cleaner, strip=True)


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
    kind = "display" if display else "inline"
    try:
        if len(tex) > TEX_LIMIT:
            raise ValueError("too long for a formula")
        from latex2mathml.converter import convert_to_element

        element = convert_to_element(_simpler(tex), display="block" if display else "inline")
        inside = _mathml(element)
        if "\\" in "".join(element.itertext()):
            raise ValueError("a command that the converter does not know")
    except Exception:  # the converter raises all kinds of errors for what people type
        return f'<code class="tex {kind}">{escape(tex)}</code>'
    return f'<math display="{"block" if display else "inline"}" aria-label="{escape(tex.strip())}">{inside}</math>'


def _simpler(tex):
    """Environments that the converter does not know, as the table that they are."""
    tex = re.sub(r"\\(?:begin|end)\{equation\*?\}", "", tex)
    return re.sub(r"\\(begin|end)\{(?:aligned|align|split|gathered|gather|multline)\*?\}", r"\\\1{matrix}", tex.strip())


def _mathml(element, depth=0):
    """What stands inside an element, rebuilt from the tags and attributes of the allowlist alone."""
    if depth > DEPTH_LIMIT:
        raise ValueError("nested too deeply")
    parts = [escape(unescape(element.text or ""))]
    for child in element:
        inside = _mathml(child, depth + 1)
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in MATHML and tag != "math":
            known = {k: v for k, v in child.attrib.items() if k in MATH_ATTRIBUTES}
            inside = (
                f"<{tag}{''.join(f' {k}={chr(34)}{escape(v)}{chr(34)}' for k, v in known.items())}>{inside}</{tag}>"
            )
        parts += [inside, escape(unescape(child.tail or ""))]
    return "".join(parts)


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


__all__ = ["code", "formula", "markdown", "output", "png", "words"]
