"""Drawing: axes and curves as inline SVG, in the colours of the page."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.ticker import MaxNLocator
from PIL import Image

from pipelines.files.names import printable

# Width of a picture that a phone shows without scaling it. Text and margins of
# a wider one are as much larger; the page makes text smaller on wide screens.
PHONE_WIDTH, TEXT_SIZE = 360, 13
MARGIN_LEFT, MARGIN_BOTTOM, MARGIN_TOP, MARGIN_RIGHT = 52, 37, 8, 10
# Of steps from nothing to the strongest: 0 is not seen.
NUM_COLORS = 64
ABOVE_RGB, BELOW_RGB = (217, 95, 2), (44, 127, 184)


class Drawing:
    """A picture with two axes.

    Args:
        x_range: Least and greatest value of the horizontal axis.
        y_range: Least and greatest value of the vertical axis.
        title: What it shows, for screen readers.
        size: Width and height.

    >>> drawing = Drawing((0.0, 1.0), (0.0, 2.0), "Score")
    >>> drawing.line([0.0, 1.0], [0.0, 2.0], "usual")
    >>> "polyline" in drawing.svg()
    True
    """

    def __init__(
        self,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        title: str,
        size: tuple[int, int] = (PHONE_WIDTH, 190),
    ):
        self._x, self._y, self._title, self._size = (
            x_range,
            y_range,
            title,
            size,
        )
        self.scale = size[0] / PHONE_WIDTH
        self._left, self._bottom, self._top, self._right = (
            round(self.scale * margin)
            for margin in (MARGIN_LEFT, MARGIN_BOTTOM, MARGIN_TOP, MARGIN_RIGHT)
        )
        self._parts: list[Markup] = []
        self._axes: list[Markup] = []

    def x(self, value: float) -> float:
        """Horizontal position of a value."""
        low, high = self._x
        width = self._size[0] - self._left - self._right
        return round(self._left + width * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        """Vertical position of a value."""
        low, high = self._y
        height = self._size[1] - self._top - self._bottom
        return round(self._top + height * (high - value) / (high - low), 1)

    def add(self, form: str, **values: object) -> None:
        """Adds markup; values are escaped."""
        self._parts.append(Markup(form).format(**values))

    def line(self, xs: Sequence[float], ys: Sequence[float], kind: str) -> None:
        """Adds a curve of a class of the page's style."""
        points = _points(map(self.x, xs), map(self.y, ys))
        form = '<polyline class="line {kind}" points="{points}"/>'
        self.add(form, kind=kind, points=points)

    def area(
        self,
        xs: Sequence[float],
        lows: Sequence[float],
        highs: Sequence[float],
    ) -> None:
        """Adds the area between two curves."""
        there = zip(map(self.x, xs), map(self.y, lows), strict=True)
        back = zip(map(self.x, xs), map(self.y, highs), strict=True)
        points = " ".join(f"{x},{y}" for x, y in [*there, *[*back][::-1]])
        self.add('<polygon class="area" points="{points}"/>', points=points)

    def image(self, uri: str) -> None:
        """Adds a picture that fills the axes."""
        self.add(
            '<image x="{x}" y="{y}" width="{width}" height="{height}" '
            'preserveAspectRatio="none" href="{uri}"/>',
            x=self._left,
            y=self._top,
            width=self._size[0] - self._left - self._right,
            height=self._size[1] - self._top - self._bottom,
            uri=uri,
        )

    def box(self, x: float, y: float, x_end: float, y_end: float) -> None:
        """Adds a frame around values from `x, y` to `x_end, y_end`."""
        self.add(
            '<rect class="box" x="{x}" y="{y}" width="{w}" height="{h}"/>',
            x=self.x(x),
            y=self.y(y_end),
            w=round(max(self.x(x_end) - self.x(x), 1), 1),
            h=round(max(self.y(y) - self.y(y_end), 1), 1),
        )

    def axes(
        self,
        x_label: str,
        y_label: str,
        x_ticks: Sequence[tuple[float, str]] | None = None,
        y_ticks: Sequence[tuple[float, str]] | None = None,
    ) -> None:
        """Adds axes with labels, and ticks, at round values if not given."""
        width, height = self._size
        bottom, line = height - self._bottom, self.scale * TEXT_SIZE
        for value, text in x_ticks or ticks(*self._x):
            # A long one at the end would be cut off.
            half = 0.3 * line * len(text)
            x = min(self.x(value), width - half)
            self._text(x, bottom + 1.1 * line, text, "middle")
        for value, text in y_ticks or ticks(*self._y, 4):
            y = round(self.y(value) + 0.33 * line, 1)
            self._text(self._left - 0.35 * line, y, text, "end")
        middle = (self._left + width - self._right) / 2
        self._text(middle, height - 0.35 * line, x_label, "middle")
        place = f' transform="rotate(-90 {line:.0f} {bottom / 2:.0f})"'
        self._text(round(line), round(bottom / 2), y_label, "middle", place)
        form = '<path class="axis" d="M{left} {top}V{bottom}H{right}"/>'
        self._axes.append(
            Markup(form).format(
                left=self._left,
                top=self._top,
                bottom=bottom,
                right=width - self._right,
            )
        )

    def svg(self) -> Markup:
        """The picture as an SVG element."""
        width, height = self._size
        head = Markup(
            '<svg viewBox="0 0 {w} {h}" font-size="{size}" role="img" '
            'aria-label="{title}">'
        ).format(
            w=width,
            h=height,
            size=round(self.scale * TEXT_SIZE, 1),
            title=printable(self._title),
        )
        parts = [*self._parts, *self._axes]
        return head + Markup("").join(parts) + Markup("</svg>")

    def _text(self, x, y, text, anchor, more="") -> None:
        form = (
            '<text x="{x}" y="{y}" text-anchor="{anchor}"{more}>{text}</text>'
        )
        values = {
            "x": round(x, 1),
            "y": round(y, 1),
            "anchor": anchor,
            "more": Markup(more),
            "text": printable(text),
        }
        self._axes.append(Markup(form).format(**values))


def ticks(low: float, high: float, number: int = 5) -> list[tuple[float, str]]:
    """Round values between two, with their text.

    >>> ticks(0.0, 10.0)
    [(0.0, '0'), (2.0, '2'), (4.0, '4'), (6.0, '6'), (8.0, '8'), (10.0, '10')]
    """
    values = MaxNLocator(number).tick_values(low, high)
    return [(float(v), f"{v:g}") for v in values if low <= v <= high]


def difference_uri(strength: np.ndarray) -> str:
    """A map of differences as a picture: orange above 0, blue below.

    What is not seen is 0, so that the colour of the page shows through, light
    or dark.

    Args:
        strength: From -1 to 1, `(rows, columns)`, the first row at the top.

    >>> difference_uri(np.zeros((2, 2)))[:22]
    'data:image/png;base64,'
    """
    steps = np.clip(np.round(strength * NUM_COLORS), -NUM_COLORS, NUM_COLORS)
    indices = (steps + NUM_COLORS).astype("uint8")
    colors: list[int] = []
    alphas = []
    for step in range(-NUM_COLORS, NUM_COLORS + 1):
        colors += ABOVE_RGB if step > 0 else BELOW_RGB
        alphas.append(round(255 * abs(step) / NUM_COLORS))
    return _uri(indices, colors, bytes(alphas))


def level_uri(strength: np.ndarray) -> str:
    """A map of levels as a picture, from dark (0) to bright (1).

    Args:
        strength: From 0 to 1, `(rows, columns)`, the first row at the top.

    >>> level_uri(np.zeros((2, 2)))[:22]
    'data:image/png;base64,'
    """
    from matplotlib import colormaps

    indices = np.clip(np.round(127 * strength), 0, 127).astype("uint8")
    table = colormaps["viridis"](np.linspace(0, 1, 128))[:, :3]
    return _uri(indices, np.round(255 * table).astype(int).ravel().tolist())


def _uri(
    indices: np.ndarray, colors: list[int], alphas: bytes | None = None
) -> str:
    image = Image.fromarray(indices, "P")
    image.putpalette(colors)
    content = io.BytesIO()
    more = {} if alphas is None else {"transparency": alphas}
    image.save(content, "png", optimize=True, **more)
    text = base64.b64encode(content.getvalue()).decode("ascii")
    return f"data:image/png;base64,{text}"


def _points(xs, ys) -> str:
    return " ".join(f"{x},{y}" for x, y in zip(xs, ys, strict=True))
