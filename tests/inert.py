"""Find what could run or load in a page: a strict reading of its HTML, for tests of pages that show students' work."""

import re
from html.parser import HTMLParser

ACTIVE = {"script", "iframe", "frame", "object", "embed", "applet", "form", "input", "button", "base", "link", "meta"}
ADDRESSES = {"src", "srcset", "action", "formaction", "data", "poster", "background", "xlink:href", "srcdoc"}
POLICY = "content-security-policy"  # the one thing that a page may tell the browser: what it must not do


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag in ACTIVE and not (tag == "meta" and given.get("http-equiv", POLICY).lower() == POLICY):
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}={value[:40]}" for name, value in given.items() if _is_harmful(name, value)]

    handle_startendtag = handle_starttag


def _is_harmful(name, value):
    address = "".join(value.split()).lower()
    if name == "href":
        scheme, colon, _ = re.split("[/?#]", address, maxsplit=1)[0].partition(":")  # later colons are no scheme
        return bool(colon) and scheme not in ("http", "https", "mailto")
    if name in ADDRESSES:
        return not address.startswith("data:image/")
    return name.startswith("on") or (name == "style" and ("url(" in address or "expression(" in address))


def harmful_markup(html):
    """Everything in a page that could run or load something: [] for an inert one."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found
