"""Sphinx's settings for the reading edition; `autograder/site.py` copies this file beside the pages and runs it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Train a Linear Model"
language = "en"
extensions = ["myst_nb", "sphinx.ext.githubpages", "offline"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_merge_streams = True
html_theme = "furo"
html_title = project
html_context = {"language": "en-GB"}  # what the pages say; Sphinx's own en_GB breaks its search
html_use_index = False
html_math_renderer = "mathml"
html_favicon = "static/icon.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_search_summary = False  # it would be fetched, which a page opened from disk can't
html_theme_options = {"navigation_with_keys": True}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
