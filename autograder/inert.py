"""What a submission shows, made inert: nothing of it can run or load anything in the browser of who marks or reads it.

Executed notebooks are looked at in formgrader, which renders HTML outputs and markdown as they are. Tables, text and
pictures stay; scripts, event handlers, frames, forms, styles of the page and everything remote goes.
"""

import re
from collections import Counter
from functools import lru_cache
from html import escape

import bleach
from bleach.css_sanitizer import CSSSanitizer

from workbook import plain

TAGS = frozenset(
    re.findall(
        r"\w+",
        """a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure
        h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p pre s samp small span strong sub summary sup
        table tbody td tfoot th thead tr u ul var""",
    )
)
ATTRIBUTES = (
    "alt",
    "border",
    "colspan",
    "height",
    "href",
    "lang",
    "rowspan",
    "scope",
    "src",
    "style",
    "title",
    "width",
)
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
WHOLE = re.compile(r"<(script|style|template|noscript|svg|math)\b.*?(</\1\s*>|\Z)", re.I | re.S)
SIMPLE_TAG = "/?(?:b|br|code|em|h[1-6]|hr|i|kbd|li|mark|ol|p|s|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul)"
MARKUP = re.compile(rf"<(?!{SIMPLE_TAG}\s*/?>)(?=[a-z/!?])", re.I)  # the start of any other tag
HARMFUL_LINK = re.compile(r"(?:javascript|vbscript|data)\s*:", re.I)
LINK = re.compile(r"(\]\s*[(:]\s*<?\s*)([^\s)>]+)")  # where a markdown link leads
SAFE_START = ("https://", "http://", "mailto:", "#")
HTML_LIMIT = 300_000  # characters of HTML that are worth cleaning; more is shown as its plain text
DEPTH = 200  # tags of one name inside each other that are cleaned: far more than tables and widgets have
TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
NEEDS_NO_END = {"br", "col", "dd", "dt", "hr", "img", "input", "li", "option", "p", "wbr"}
NEEDS_NO_END |= {"tbody", "td", "tfoot", "th", "thead", "tr"}
SHOWN_AS_THEY_ARE = ("text/plain", "text/latex")
_STYLES = CSSSanitizer()  # colours, fonts and alignment, but nothing that loads or lays over


def outputs(given):
    """nbformat outputs of a cell in which nothing can run: known kinds of data only, texts that every file can hold."""
    return [_output(output) for output in given]


def _output(output):
    if "data" not in output:
        return {key: _legal(value) for key, value in output.items()}
    data = {}
    for kind, value in output["data"].items():
        value = "".join(map(str, value)) if isinstance(value, list) else value
        if kind in SHOWN_AS_THEY_ARE and isinstance(value, str):
            data[kind] = plain.legal(value)
        elif kind == "text/html" and isinstance(value, str) and len(value) <= HTML_LIMIT:
            data[kind] = html(plain.legal(value))
        elif kind == "text/markdown" and isinstance(value, str):
            data[kind] = markdown(plain.legal(value))
        elif kind in ("image/png", "image/jpeg") and isinstance(value, str) and BASE64.fullmatch(value):
            data[kind] = value
    sizes = output.get("metadata", {}).get("image/png", {})
    sizes = {key: sizes[key] for key in ("width", "height") if isinstance(sizes, dict) and _is_size(sizes.get(key))}
    count = output.get("execution_count")
    kept = {"output_type": output["output_type"], "data": data, "metadata": {"image/png": sizes} if sizes else {}}
    if kept["output_type"] == "execute_result":
        kept["execution_count"] = count if type(count) is int and 0 <= count < 10**6 else None
    return kept


def _is_size(value):
    return type(value) in (int, float) and 0 < value < 10_000


def _legal(value):
    if isinstance(value, list):
        return [_legal(item) for item in value]
    return plain.legal(value) if isinstance(value, str) else value


@lru_cache(maxsize=4096)  # a class shows the same tables again and again
def html(text):
    """HTML with the tags of text, tables and pictures only; what is nested too deep to be cleaned is shown as text."""
    text = WHOLE.sub("", text)
    try:
        return escape(text) if _is_deep(text) else _clean(text)
    except RecursionError:  # brackets in styles
        return escape(text)


def _clean(text):
    return bleach.clean(
        text,
        tags=TAGS,
        attributes=_is_harmless,
        protocols=("http", "https", "mailto", "data"),
        css_sanitizer=_STYLES,
        strip=True,
    )


def _is_deep(text):
    """Whether tags of one name are nested beyond DEPTH: the time of cleaning grows with the square of that."""
    opened = Counter()
    for closing, name in TAG.findall(text):
        name = name.lower()
        if name not in NEEDS_NO_END:
            opened[name] = max(0, opened[name] + (-1 if closing else 1))
            if opened[name] > DEPTH:
                return True
    return False


def _is_harmless(tag, name, value):
    if name == "src":
        return tag == "img" and bool(PICTURE.fullmatch(value))
    if name == "href":
        return tag == "a" and not HARMFUL_LINK.match(re.sub(r"[\s\x00-\x1f]", "", value))
    return name in ATTRIBUTES


def markdown(text):
    """Markdown with the simplest HTML tags only, no pictures, and links to the web or to neighbours only."""
    return LINK.sub(_link, MARKUP.sub("&lt;", text).replace("![", "["))


def _link(found):
    harmless = found[2].lower().startswith(SAFE_START) or not set(found[2]) & set(":&\\")
    return found[0] if harmless else f"{found[1]}#"
