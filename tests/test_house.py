"""The house: which room may import which, read from the syntax trees."""

import ast
import pathlib
import subprocess
import sys

import pytest

from tests import house_order

ROOT = pathlib.Path(__file__).parents[1]
PACKAGES = ("keras_asd", "pipelines", "tuning")
FRONT_DOOR = "keras_asd.__main__"
# The only import from the package up to the flow: the door for Python.
PYTHON_DOOR = ("keras_asd", "pipelines.detector.Detector")

# Inside keras_asd, the folders and leaf modules that each may import.
KERAS_ASD_LEAVES = {
    "angular_margin",
    "checks",
    "composite",
    "numerics",
    "presets",
    "problems",
    "rates",
}
KERAS_ASD_FOLDERS = {
    "explanation": {"explanation"},
    "layers": {"layers"},
    "losses": {"losses"},
    "metrics": {"metrics"},
    "scorers": {"scorers"},
    "models": {"models", "layers", "scorers"},
}


def source_files(*folders):
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py")
    )


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_tree(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def is_inside(name, *modules):
    return any(name == one or name.startswith(f"{one}.") for one in modules)


def imported_names(tree):
    """Absolute dotted names, `a.b.c` for `from a.b import c`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_at_once(tree):
    """Likewise, without the imports inside functions."""
    outside = ast.Module(
        [node for node in tree.body if not isinstance(node, ast.FunctionDef)],
        [],
    )
    return imported_names(outside)


IMPORTS = {
    module_name(path): set(imported_names(read_tree(path)))
    for path in source_files(*PACKAGES)
}
MODULES = sorted(set(IMPORTS) - {FRONT_DOOR})


def wrong_imports(is_wrong, *rooms):
    """`module: name` of the imports for which `is_wrong(module, name)`."""
    return [
        f"{module}: {name}"
        for module in MODULES
        if is_inside(module, *rooms)
        for name in sorted(IMPORTS[module])
        if (module, name) != PYTHON_DOOR and is_wrong(module, name)
    ]


def test_rooms_import_downhill_only():
    def is_uphill(module, name):
        place = PACKAGES.index(module.split(".")[0])
        return is_inside(name, *PACKAGES[place + 1 :])

    assert not wrong_imports(is_uphill, *PACKAGES)


def test_nobody_imports_the_front_door():
    assert FRONT_DOOR in IMPORTS
    for imports in IMPORTS.values():
        assert not any(is_inside(name, FRONT_DOOR) for name in imports)


def test_the_front_door_opens_other_rooms_only_inside_functions():
    path = ROOT / "keras_asd" / "__main__.py"
    at_once = set(imported_at_once(read_tree(path)))
    assert any(is_inside(name, "pipelines") for name in IMPORTS[FRONT_DOOR])
    assert not any(
        is_inside(name, "pipelines", "tuning", "keras") for name in at_once
    )


def test_the_python_door_opens_the_detector_alone_and_when_it_is_used():
    module, detector = PYTHON_DOOR
    path = ROOT / module / "__init__.py"
    assert IMPORTS[module] == {"importlib", detector}
    assert set(imported_at_once(read_tree(path))) == {"importlib"}


def test_only_pipelines_imports_tensorflow():
    def is_framework(module, name):
        return is_inside(name, "tensorflow", "tensorflow_io", "jax", "torch")

    assert wrong_imports(is_framework, "pipelines")
    assert not wrong_imports(is_framework, "keras_asd", "tuning")


def test_keras_asd_needs_keras_numpy_and_scikit_learn_alone():
    known = {*sys.stdlib_module_names, "keras_asd", "keras", "numpy"}

    def is_foreign(module, name):
        is_fitted = is_inside(module, "keras_asd.metrics", "keras_asd.scorers")
        package = name.split(".")[0]
        return package not in known and not (is_fitted and package == "sklearn")

    assert not wrong_imports(is_foreign, "keras_asd")


def test_folders_of_keras_asd_keep_to_themselves():
    def is_a_neighbours(module, name):
        if not is_inside(name, "keras_asd"):
            return False
        folder, used = module.split(".")[1], name.split(".")[1]
        if folder in KERAS_ASD_LEAVES:
            return True
        return used not in KERAS_ASD_FOLDERS[folder] | KERAS_ASD_LEAVES

    rooms = {module for module in MODULES if module.count(".")}
    rooms = {module for module in rooms if is_inside(module, "keras_asd")}
    assert not wrong_imports(is_a_neighbours, *rooms)


@pytest.mark.parametrize("package", list(house_order.ROOMS))
def test_a_package_is_its_rooms_and_few_loose_modules(package):
    folder = ROOT / package
    rooms = {path.parent.name for path in folder.glob("*/__init__.py")}
    loose = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    print(f"{package}: {len(rooms)} rooms, {len(loose)} loose modules")
    assert loose == house_order.MODULES[package]
    assert sorted(house_order.ROOMS[package]) == sorted(rooms | loose)


@pytest.mark.parametrize("package", list(house_order.ROOMS))
def test_a_room_imports_only_rooms_below_it(package):
    order = house_order.ROOMS[package]

    def is_uphill(module, name):
        if not is_inside(name, package):
            return False
        own, used = module.split(".")[1], name.split(".")[1]
        return order.index(used) > order.index(own)

    rooms = [f"{package}.{name}" for name in order]
    assert not wrong_imports(is_uphill, *rooms)


def test_programs_do_not_import_each_other():
    def is_a_neighbours(module, name):
        return is_inside(name, "pipelines.programs") and not is_inside(
            name, module
        )

    assert not wrong_imports(is_a_neighbours, "pipelines.programs")


@pytest.mark.parametrize("module", ["keras_asd", "pipelines", "datasets"])
def test_package_inits_import_nothing_but_their_own(module):
    folder = {"datasets": "pipelines.datasets"}.get(module, module)
    known = {"importlib", PYTHON_DOOR[1]} if module == "keras_asd" else set()
    assert all(is_inside(name, folder) for name in IMPORTS[folder] - known)


@pytest.mark.parametrize(
    "module",
    [
        FRONT_DOOR,
        "keras_asd",
        "keras_asd.presets",
        "pipelines.datasets",
        "pipelines.settings.config",
        "pipelines.commands.options",
        "pipelines.detector",
        "tuning",
        "tuning.commands",
    ],
)
def test_what_must_answer_at_once_loads_no_framework(module):
    code = f"import sys, {module}\nprint(*sys.modules, sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.split())
    assert module in loaded
    assert not loaded & {"keras", "tensorflow", "matplotlib", "sklearn"}
