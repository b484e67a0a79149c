"""What holds for every source file, and for the wheel."""

import ast
import fnmatch
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
ROOMS = ("keras_asd", "pipelines", "tuning")
MAX_LINES = 250
PICKLERS = {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}


def source_files(*folders):
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


def read_tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_no_source_file_is_longer_than_a_reader_can_hold():
    long_files = [
        path
        for path in source_files(*ROOMS, "benchmarks", "tests")
        if len(path.read_text(encoding="utf-8").splitlines()) > MAX_LINES
    ]
    print(f"{len(long_files)} files over {MAX_LINES} lines")
    assert not long_files


def test_no_package_below_tests_hides_a_room():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def forbidden_parts(tree):
    """Code that runs what a file says, or checks that vanish with `-O`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.lineno, "assert"
        elif isinstance(node, ast.Attribute | ast.alias):
            name = getattr(node, "attr", "") or node.name
            if name.split(".")[0] in PICKLERS or name == "Lambda":
                yield node.lineno, name
        elif isinstance(node, ast.ImportFrom) and node.module in PICKLERS:
            yield node.lineno, node.module
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                value = getattr(keyword.value, "value", None)
                if (keyword.arg, value) in (
                    ("safe_mode", False),
                    ("allow_pickle", True),
                ):
                    yield node.lineno, keyword.arg


def test_nothing_in_a_file_is_run_and_nothing_is_checked_by_assert():
    for path in source_files(*ROOMS):
        assert not list(forbidden_parts(read_tree(path))), path


def test_the_forbidden_parts_would_be_seen():
    code = """
from keras.layers import Lambda
from cloudpickle import loads
import pickle
layer = keras.layers.Lambda(abs)
model = keras.saving.load_model("a.keras", safe_mode=False)
np.load("a.npy", allow_pickle=True)
assert model
"""
    found = sorted(forbidden_parts(ast.parse(code)))
    assert found == [
        (2, "Lambda"),
        (3, "cloudpickle"),
        (4, "pickle"),
        (5, "Lambda"),
        (6, "safe_mode"),
        (7, "allow_pickle"),
        (8, "assert"),
    ]


def keras_classes():
    """Classes of Keras's kinds, and those that inherit from them."""
    found = {}
    nodes = [
        node
        for path in source_files("keras_asd")
        for node in ast.walk(read_tree(path))
        if isinstance(node, ast.ClassDef)
    ]
    for _ in nodes:
        for node in nodes:
            bases = {ast.unparse(base) for base in node.bases}
            if bases & set(found) or any("keras." in base for base in bases):
                found[node.name] = node
    return [found[name] for name in sorted(found)]


@pytest.mark.parametrize("node", keras_classes(), ids=lambda node: node.name)
def test_keras_classes_are_registered_as_ours(node):
    wanted = "keras.saving.register_keras_serializable(package='keras_asd')"
    assert wanted in [ast.unparse(one) for one in node.decorator_list]


def setup_argument(function, name):
    for node in ast.walk(read_tree(ROOT / "setup.py")):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function:
            for keyword in node.keywords:
                if keyword.arg == name:
                    return ast.literal_eval(keyword.value)
    raise LookupError(f"setup.py calls no {function}({name}=...)")


def test_the_wheel_holds_the_three_rooms_and_nothing_else():
    patterns = setup_argument("find_packages", "include")
    packed = set()
    for folder in ROOT.iterdir():
        if not folder.name.startswith("."):
            for path in folder.rglob("__init__.py"):
                name = ".".join(path.parent.relative_to(ROOT).parts)
                if any(fnmatch.fnmatch(name, one) for one in patterns):
                    packed.add(name)
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in source_files(*ROOMS)
    }
    assert packed == folders


def test_the_wheel_holds_what_lies_beside_the_code():
    package_data = setup_argument("setup", "package_data")
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            is_code = path.suffix in (".py", ".pyc") or path.is_dir()
            name = str(path.relative_to(ROOT / room))
            patterns = package_data.get(room, [])
            assert is_code or any(
                fnmatch.fnmatch(name, pattern) for pattern in patterns
            ), path
