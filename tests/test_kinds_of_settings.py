"""What asks which kind a setting is, counted on the syntax trees."""

import ast

from tests.test_house import ROOT
from tests.test_house import read_tree
from tests.test_house import source_files

# Settings that are chosen by a name.
NAMED_SETTINGS = set(
    "embedder loss scorer pretraining front_end fusion networks calibration "
    "space gate stages spectrogram level predicts centres adaptive_scale "
    "mix_position mix_per keep classes one_class further_classes long_clips "
    "short_clips decoder recording_channel head targets reads gives "
    "needs".split()
)
MOST_COMPARISONS = 5


def compared_with_names(tree):
    """Comparisons of such a setting with a name, or of its class."""
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("isinstance", "type") and node.args:
                yield from filter(is_setting, node.args[:1])
            if called.endswith(".startswith"):
                yield from filter(is_setting, [node.func.value])
        elif isinstance(node, ast.Match):
            yield from filter(is_setting, [node.subject])
        if any(map(is_name, parts)):
            yield from filter(is_setting, parts)


def is_setting(node):
    # A detector's parts are Keras layers, no settings.
    return (
        isinstance(node, ast.Attribute)
        and node.attr in NAMED_SETTINGS
        and ast.unparse(node.value) != "detector"
    )


def is_name(node):
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) and all(map(is_name, node.elts))
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_hardly_anything_outside_settings_asks_which_kind_a_setting_is():
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in source_files("pipelines", "tuning", "benchmarks")
        if "settings" not in path.parent.parts
        for node in compared_with_names(read_tree(path))
    ]
    print(f"{len(found)} comparisons of kinds", *found, sep="\n")
    assert len(found) <= MOST_COMPARISONS
