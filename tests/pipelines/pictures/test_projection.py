import pathlib

import numpy as np
import pytest

from pipelines.datasets.clip import Clip
from pipelines.evaluation.plots import render_png
from pipelines.pictures.projection import projection_figure
from pipelines.pictures.projection import tsne


def make_clip(section="id_00", machine="fan", label=False, **parts):
    path = pathlib.Path("a.wav")
    split = parts.pop("split", "test")
    return Clip(path, machine, section, split, label, **parts)


def make_clusters(seed=0):
    generator = np.random.default_rng(seed)
    centres = np.repeat(np.eye(3), 12, axis=0)
    return centres + generator.normal(0.0, 0.02, centres.shape)


def test_clusters_stay_together():
    points = tsne(make_clusters())
    assert points.shape == (36, 2)
    for i, point in enumerate(points):
        distances = np.linalg.norm(points - point, axis=1)
        nearest = np.argsort(distances)[1:6]
        assert np.all(nearest // 12 == i // 12)


def test_only_directions_count_and_the_seed_fixes_all():
    clusters = make_clusters()
    scales = np.random.default_rng(1).uniform(0.1, 10, (36, 1))
    np.testing.assert_allclose(tsne(clusters), tsne(scales * clusters), 1e-3)
    np.testing.assert_array_equal(tsne(clusters, 3), tsne(clusters, 3))


@pytest.mark.parametrize("shape", [(7, 1), (7, 2), (8, 40)])
def test_few_clips_and_dimensions_have_a_layout(shape):
    embeddings = np.random.default_rng(0).normal(size=shape)
    assert np.isfinite(tsne(embeddings)).all()


def test_a_silent_clip_is_laid_out():
    embeddings = make_clusters()
    embeddings[3] = 0.0
    assert np.isfinite(tsne(embeddings)).all()


@pytest.mark.parametrize(
    "embeddings, reason",
    [
        (np.eye(6), "7 clips or more"),
        (np.ones(9), "7 clips or more"),
        (np.full((9, 2), np.nan), "finite.*9 of 9"),
        (np.arange(1.0, 10.0)[:, None] * [1.0, 2.0], "collapsed"),
    ],
)
def test_what_has_no_layout_is_refused(embeddings, reason):
    with pytest.raises(ValueError, match=reason):
        tsne(embeddings)


def titles(figure):
    return [axes.get_title() for axes in figure.axes]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_panels_tell_class_label_and_domain():
    clips = [
        make_clip(split="train", domain="source"),
        make_clip(domain="target"),
        make_clip("id_02", label=True, domain="source"),
        make_clip("id_02", label=None),
    ]
    figure = projection_figure(np.eye(4)[:, :2], clips, "built-in data")
    by_class, by_label, by_domain = figure.axes
    assert legend(by_class) == ["fan/id_00 (2)", "fan/id_02 (2)"]
    assert legend(by_label) == [
        "normal, train (1)",
        "no label (1)",
        "normal, test (1)",
        "anomaly (1)",
    ]
    assert legend(by_domain) == ["no domain (1)", "source (2)", "target (1)"]
    points = sum(len(dots.get_offsets()) for dots in by_label.collections)
    assert points == 4


def test_without_domains_there_is_no_such_panel():
    figure = projection_figure(np.zeros((1, 2)), [make_clip()])
    assert titles(figure) == ["machine and section", "label"]


@pytest.mark.parametrize("num_machines, num_named", [(28, 28), (40, 28)])
def test_many_classes_become_machines_then_others(num_machines, num_named):
    clips = [
        make_clip(section, f"machine_{i:02d}")
        for i in range(num_machines)
        for section in ("id_00", "id_02")
    ]
    figure = projection_figure(np.zeros((len(clips), 2)), clips)
    assert titles(figure)[0] == "machine"
    names = legend(figure.axes[0])
    assert len(names) == num_named
    if num_machines > 28:
        assert any("13 others (26)" in name for name in names)


def test_no_two_classes_look_alike():
    clips = [make_clip(f"id_{i:02d}") for i in range(28)]
    figure = projection_figure(np.zeros((28, 2)), clips)
    looks = {
        (tuple(dots.get_facecolor()[0]), dots.get_paths()[0].vertices.tobytes())
        for dots in figure.axes[0].collections
    }
    assert len(looks) == 28


def test_the_legends_cover_no_points():
    clips = [make_clip(f"id_{i:02d}") for i in range(20)]
    figure = projection_figure(
        np.random.default_rng(0).normal(size=(20, 2)), clips, "title"
    )
    # Measured as it is drawn: letters keep whole pixels.
    figure.set_dpi(144)
    render_png(figure)
    for axes in figure.axes:
        box, frame = axes.get_legend().get_window_extent(), axes.bbox
        assert box.y1 <= frame.y0
        assert box.y0 >= 0
        assert frame.height > 0.5 * figure.bbox.height


def test_hostile_names_are_drawn():
    clips = [make_clip("_$x$*{" + "long" * 40, "\n日")]
    assert render_png(projection_figure(np.zeros((1, 2)), clips, "$x"))


@pytest.mark.parametrize("num_clips", [0, 2])
def test_as_many_points_as_clips(num_clips):
    with pytest.raises(ValueError, match="one or more"):
        projection_figure(np.zeros((num_clips, 3)), [make_clip()] * num_clips)
