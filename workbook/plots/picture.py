"""`Picture`, a figure that says what it shows, and what all figures share: colours, frames and labels."""

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from io import BytesIO

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

BLUE, RED, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"  # Okabe and Ito's, safe for all eyes
COLORS = [BLUE, RED, GREEN, PURPLE]
MARKERS = ["o", "s", "^", "D"]
LINES = ["-", "--", "-.", ":"]
INK, GREY, PALE = "#222222", "#6b6b6b", "#d9d9d9"
CARD = "background:#fff; padding:8px; border-radius:6px; box-sizing:content-box; max-width:95%; height:auto"
PIXELS_PER_INCH = 96  # of a web page; pictures are drawn twice as fine


@dataclass(frozen=True)
class Picture:
    """A figure that says what it shows: its `axes` (one, or a tuple) and the sentence `alt`."""

    axes: Axes | tuple[Axes, ...]
    alt: str

    @property
    def figure(self):
        return (self.axes[0] if isinstance(self.axes, tuple) else self.axes).figure

    def png(self):
        """The figure as PNG bytes, at twice a screen's resolution and with at most 128 colours."""
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        small = picture.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        small.putpalette([255 if part > 250 else part for part in small.getpalette()])  # white stays white
        packed = BytesIO()
        small.save(packed, "PNG")
        return packed.getvalue()

    def svg(self):
        """The figure as SVG bytes: sharp on any screen, and ready in about half the time of `png`."""
        packed = BytesIO()
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "workbook"}):
            self.figure.savefig(packed, format="svg", metadata={"Date": None})
        return packed.getvalue()

    def html(self):
        """An `<img>` element with the alt text, on a white card so that it reads well on a dark page."""
        return self._img("svg+xml", b64encode(self.svg()).decode("ascii"))

    def _img(self, kind, content):
        width = round(self.figure.get_figwidth() * PIXELS_PER_INCH)
        source = f"data:image/{kind};base64,{content}"
        return f'<img alt="{escape(self.alt)}" width="{width}" style="{CARD}" src="{source}">'

    def _repr_mimebundle_(self, include=None, exclude=None):
        png = b64encode(self.png()).decode("ascii")
        return {"image/png": png, "text/html": self._img("png", png), "text/plain": self.alt}


def new_axes(width=7.0, height=3.9, columns=1, **options):
    """The axes of a new figure, `width` x `height` inches; an array of axes if there are several columns."""
    figure = Figure(figsize=(width, height), dpi=2 * PIXELS_PER_INCH, facecolor="white", layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    return figure.subplots(1, columns, **options)


def steady(axes, **margins):
    """Margins that stay as they are, in parts of the figure: nothing moves with a slider but what it changes."""
    axes.figure.set_layout_engine(None)  # which would also measure every text twice
    axes.figure.subplots_adjust(**margins)


def dress(axes, title, x_label, y_label):
    """Give axes a title that says the finding, labels, and a light frame."""
    axes.set_title(title, loc="left", fontsize=12, color=INK, fontweight="bold", pad=10)
    axes.set_xlabel(x_label, fontsize=11, color=INK)
    axes.set_ylabel(y_label, fontsize=11, color=INK)
    axes.tick_params(labelsize=10, colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.grid(color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def head(axes, title):
    """A title, which says the finding, over several axes."""
    axes[0].figure.suptitle(title, fontsize=13, color=INK, fontweight="bold")


def expit(z):
    """SciPy's inverse logit; it is loaded by the first figure that draws one, as that takes longer than all else."""
    from scipy.special import expit

    return expit(z)


def dark(color):
    """A darker shade, for text."""
    return tuple(0.72 * part for part in to_rgb(color))


def label_right(axes, labels, gap=0.085):
    """Write each (y, text, color) beside the right edge at height y, at least `gap` (of the height) apart."""
    to_axes = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    room = 0.97 + gap
    for y, text, color in sorted(labels, reverse=True):
        room = min(to_axes.transform((x, y))[1], room - gap)
        axes.text(1.015, room, text, transform=axes.transAxes, va="center", fontsize=10.5, color=dark(color))


def number(value):
    """A number as short text: 3, 0.25, -1."""
    return f"{value:.3g}"


def ratio(value):
    """A measured ratio with the two digits that are worth reading."""
    return f"{value:.1f}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"
