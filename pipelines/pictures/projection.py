"""t-SNE projection of embeddings, and its figure."""

from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import threadpoolctl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.manifold import TSNE

from pipelines.datasets.clip import Clip
from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR
from pipelines.evaluation.plots import SECTION_COLORS
from pipelines.files.names import printable

MAX_PERPLEXITY = 30.0
MIN_CLIPS = 7
MARKERS = "os^Dv<>"
MAX_CLASSES = 28
PANEL_INCHES = 4.8
LEGEND_LETTERS = 86
LEGEND_LINE_INCHES = 0.17
# Colour, marker and size, drawn in this order: the rare on top.
LABEL_STYLES = {
    "normal, train": ("0.72", "o", 14),
    "no label": ("#000000", "+", 26),
    "normal, test": (NORMAL_COLOR, "o", 18),
    "anomaly": (ANOMALY_COLOR, "X", 30),
}
DOMAIN_STYLES = {
    "no domain": ("0.72", "o", 14),
    "source": ("#56B4E9", "o", 16),
    "target": ("#000000", "^", 22),
}


def tsne(embeddings: np.ndarray, seed: int = 0) -> np.ndarray:
    """Lays embeddings out on a plane so that neighbours stay neighbours.

    The embeddings are scaled to length 1, so that squared distances are
    twice the cosine distances, and start from their two principal
    directions. Perplexity 30, or a third of the other clips where they are
    few. Distances between far groups mean little.

    Args:
        embeddings: `(clips, embedding_dim)`.
        seed: Seed, an integer that is not negative.

    Returns:
        `(clips, 2)`, float32.

    Raises:
        ValueError: If there are fewer than seven clips, or they are not
            finite, or all embeddings point the same way.

    >>> tsne(np.random.default_rng(0).normal(size=(9, 4))).shape
    (9, 2)

    Reference: van der Maaten & Hinton, Visualizing data using t-SNE (2008),
    https://www.jmlr.org/papers/v9/vandermaaten08a.html
    """
    embeddings = np.asarray(embeddings, "float64")
    if embeddings.ndim != 2 or len(embeddings) < MIN_CLIPS:
        raise ValueError(
            f"`embeddings` must be `(clips, embedding_dim)` of {MIN_CLIPS} "
            f"clips or more. Received: shape {embeddings.shape}. Fewer have "
            "too few neighbours for a layout."
        )
    if not np.isfinite(embeddings).all():
        raise ValueError(
            "`embeddings` must be finite. Received: NaN or infinity in "
            f"{np.count_nonzero(~np.isfinite(embeddings).all(axis=1))} of "
            f"{len(embeddings)} clips. Leave those out."
        )
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    directions = embeddings / np.maximum(lengths, 1e-12)
    if np.ptp(directions, axis=0).max() < 1e-6:
        raise ValueError(
            "`embeddings` must differ in direction. Received: "
            f"{len(embeddings)} clips that all point the same way. Has the "
            "network collapsed?"
        )
    # Principal directions need two columns.
    directions = np.pad(directions, [(0, 0), (0, 1)])
    perplexity = min(MAX_PERPLEXITY, (len(directions) - 1) / 3)
    layout = TSNE(perplexity=perplexity, init="pca", random_state=seed)
    # On busy cores its threads wait for each other: one is much faster.
    with threadpoolctl.threadpool_limits(1):
        return layout.fit_transform(directions)


def projection_figure(
    points: np.ndarray, clips: Sequence[Clip], title: str = ""
) -> Figure:
    """Draws the points thrice: by class, by label, and by domain.

    Classes are `<machine>/<section>`, or machines where those would be more
    than 28. The panel of domains is left out where no clip has one.

    Args:
        points: Points `(clips, 2)`, such as `tsne` returns.
        clips: Clips of the points.
        title: Title above all panels.

    Raises:
        ValueError: If the number of points is not that of the clips, or
            there are none.

    >>> import pathlib
    >>> clips = [Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)]
    >>> figure = projection_figure(np.zeros((1, 2)), clips)
    >>> [axes.get_title() for axes in figure.axes]
    ['machine and section', 'label']
    """
    points = np.asarray(points)
    if not clips or points.shape != (len(clips), 2):
        raise ValueError(
            "`points` must be of shape `(clips, 2)`, one or more. Received: "
            f"shape {points.shape} for {len(clips)} clips."
        )
    title_of_classes, name_class = _choose_classes(clips)
    panels = [
        (title_of_classes, name_class, None),
        ("label", _name_label, LABEL_STYLES),
        ("domain", _name_domain, DOMAIN_STYLES),
    ]
    if not any(clip.domain for clip in clips):
        panels.pop()
    names_of = [
        np.array([choose(clip) for clip in clips]) for _, choose, _ in panels
    ]
    lines = max(
        -(-len(set(names)) // _legend_columns(names)) for names in names_of
    )
    size = (
        PANEL_INCHES * len(panels),
        PANEL_INCHES + 0.8 + LEGEND_LINE_INCHES * lines,
    )
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(printable(title), parse_math=False)
    all_axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (name, _, styles), names in zip(
        all_axes, panels, names_of, strict=True
    ):
        if styles is None:
            styles = _class_styles(sorted(set(names)))
        axes.set_title(name)
        _draw(axes, points, names, styles)
    return figure


def _choose_classes(
    clips: Sequence[Clip],
) -> tuple[str, Callable[[Clip], str]]:
    if len({clip.key for clip in clips}) <= MAX_CLASSES:
        return "machine and section", lambda clip: clip.key
    machines = sorted({clip.machine for clip in clips})
    if len(machines) <= MAX_CLASSES:
        return "machine", lambda clip: clip.machine
    named = set(machines[: MAX_CLASSES - 1])
    others = f"{len(machines) - len(named)} others"
    return (
        "machine",
        lambda clip: clip.machine if clip.machine in named else others,
    )


def _name_label(clip: Clip) -> str:
    if clip.is_anomaly is None:
        return "no label"
    return "anomaly" if clip.is_anomaly else f"normal, {clip.split}"


def _name_domain(clip: Clip) -> str:
    return clip.domain or "no domain"


def _class_styles(names: list[str]) -> dict[str, tuple[str, str, int]]:
    """The colour changes first, so that neighbours in the legend differ."""
    num = len(SECTION_COLORS)
    return {
        name: (SECTION_COLORS[i % num], MARKERS[i // num], 18)
        for i, name in enumerate(names)
    }


def _legend_columns(names: np.ndarray) -> int:
    """As many as fit below a panel, at least one."""
    longest = max(len(name) for name in names)
    return max(1, LEGEND_LETTERS // (longest + 8))


def _draw(
    axes: Axes,
    points: np.ndarray,
    names: np.ndarray,
    styles: dict[str, tuple[str, str, int]],
) -> None:
    for name, (color, marker, size) in styles.items():
        chosen = points[names == name]
        if len(chosen):
            axes.scatter(
                chosen[:, 0],
                chosen[:, 1],
                s=size,
                c=color,
                marker=marker,
                linewidths=1.0 if marker == "+" else 0.3,
                edgecolors=None if marker == "+" else "white",
                label=f"{printable(name)} ({len(chosen)})",
            )
    axes.set_aspect("equal", "datalim")
    axes.set_xticks([])
    axes.set_yticks([])
    legend = axes.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.01),
        ncols=_legend_columns(names),
        frameon=False,
        fontsize="x-small",
        handletextpad=0.2,
        columnspacing=1.0,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
