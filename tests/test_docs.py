"""Whatever the documents say is run, or looked up where it would be slow."""

import ast
import contextlib
import doctest
import importlib
import io
import pathlib
import re
import shlex

import pytest

from benchmarks.__main__ import main as benchmarks_main
from keras_asd.__main__ import COMMANDS
from keras_asd.__main__ import main

ROOT = pathlib.Path(__file__).parents[1]
ROOMS = ("keras_asd", "pipelines", "tuning")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
# It takes minutes; `make demo` runs it.
WITHOUT_EXAMPLE = {"pipelines.demo.demo"}
# What the front door calls; the command line's tests do.
COMMAND = r"pipelines\.commands\.\w+\.run"
DOCUMENTS = [
    path
    for pattern in ("*.md", "benchmarks/*.md", "docs/**/*.md", "saved_models/*")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix == ".md"
]


def short_name(path):
    return str(path.relative_to(ROOT))


def module_names(*rooms):
    names = []
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def public_definitions(name):
    path = ROOT / name.replace(".", "/")
    package = path / "__init__.py"
    path = package if package.exists() else path.with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [
        node
        for node in tree.body
        if isinstance(node, kinds) and not node.name.startswith("_")
    ]


@pytest.mark.parametrize("name", module_names(*ROOMS, "benchmarks"))
def test_the_examples_of_a_module_give_what_they_show(
    name, tmp_path, monkeypatch
):
    module = importlib.import_module(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        runner.run(test, out=report.write)
    assert not runner.failures, report.getvalue()


def test_every_module_and_public_name_is_documented():
    for name in module_names(*ROOMS, "benchmarks"):
        assert importlib.import_module(name).__doc__, name
    for name in module_names(*ROOMS):
        for node in public_definitions(name):
            assert ast.get_docstring(node), f"{name}.{node.name}"


def names_used_by_other_rooms():
    """Public names that a module of another room, or a benchmark, imports."""
    names = set()
    for importer in module_names(*ROOMS, "benchmarks"):
        path = ROOT / importer.replace(".", "/")
        package = path / "__init__.py"
        path = package if package.exists() else path.with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                room = node.module.split(".")[:2]
                if room != importer.split(".")[:2]:
                    names |= {f"{node.module}.{one.name}" for one in node.names}
    return names


def test_every_name_that_a_room_exports_has_an_example():
    parser = doctest.DocTestParser()
    exported = names_used_by_other_rooms()
    found = set()
    for name in module_names(*ROOMS):
        for node in public_definitions(name):
            public_name = f"{name}.{node.name}"
            if name.startswith("keras_asd") or public_name in exported:
                found.add(public_name)
                examples = parser.get_examples(ast.get_docstring(node) or "")
                is_command = re.fullmatch(COMMAND, public_name)
                is_exempt = is_command or public_name in WITHOUT_EXAMPLE
                assert examples or is_exempt, public_name
    assert WITHOUT_EXAMPLE < found


def fenced_blocks(text, *languages):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [block for language, block in blocks if language in languages]


def quoted_commands(text):
    """The words of each command of ours in blocks and in `code spans`."""
    shell = fenced_blocks(text, "sh", "bash", "shell", "console", "")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = "\n".join(shell).replace("\\\n", " ").splitlines()
    lines += [
        " ".join(span.split())
        for span in re.findall(r"`([^`]+)`", prose)
        if "\n\n" not in span
    ]
    lines += [line for line in prose.splitlines() if line.startswith("    ")]
    commands = []
    for line in lines:
        lexer = shlex.shlex(line.strip(), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.quotes = '"'
        words = list(lexer)
        while words and (words[0] == "$" or re.match(r"[A-Z_]+=", words[0])):
            words.pop(0)
        if words[1:3] in (["-m", "keras_asd"], ["-m", "benchmarks"]):
            words = [words[2].replace("_", "-"), *words[3:]]
        if len(words) > 1 and words[0] in ("make", "keras-asd", "benchmarks"):
            commands.append(words)
    return commands


def help_text(function, *words):
    text = io.StringIO()
    with contextlib.redirect_stdout(text), pytest.raises(SystemExit) as stop:
        function([*words, "--help"])
    assert stop.value.code == 0
    return text.getvalue()


def make_targets():
    path = ROOT / "Makefile"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return set(re.findall(r"^([\w-]+):(?!=)", text, re.MULTILINE))


def find_mistake(words):
    """Why a command that a document quotes would not work, or `None`."""
    if words[0] == "make":
        wrong = {word for word in words[1:] if re.fullmatch(r"[\w-]+", word)}
        wrong -= make_targets()
        return f"no such target: {wrong}" if wrong else None
    known = help_text(benchmarks_main)
    if words[0] == "keras-asd":
        command = words[1]
        if command in ("COMMAND", "--help", "--version"):
            return None
        if command not in COMMANDS:
            return f"no such command: {command}"
        known = help_text(main, command)
    flags = re.findall(r"--[a-z_]+", " ".join(words))
    wrong = set(flags) - set(re.findall(r"--[a-z_]+", known))
    return f"no such flag: {wrong}" if wrong else None


@pytest.mark.parametrize("path", DOCUMENTS, ids=short_name)
def test_commands_in_documents_exist(path):
    for words in quoted_commands(path.read_text(encoding="utf-8")):
        assert find_mistake(words) is None, shlex.join(words)


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("make coffee", "no such target: {'coffee'}"),
        ("keras-asd brew beans", "no such command: brew"),
        ("$ keras-asd train beans --run r --grind 2", "no such flag: {'--gr"),
        ("python -m keras_asd score r c.wav --jason", "no such flag: {'--ja"),
        ("KERAS_BACKEND=jax python -m benchmarks --fast", "no such flag: {'-"),
        ("keras-asd train beans --run r --epochs 3 --seed 1", "None"),
    ],
)
def test_a_wrong_command_in_a_document_would_be_seen(line, mistake):
    for text in (f"Do `{line}`.", f"```sh\n{line}\n```\n", f"Do\n\n    {line}"):
        (words,) = quoted_commands(text)
        assert str(find_mistake(words)).startswith(mistake)


def test_the_readme_shows_how_to_begin():
    commands = quoted_commands((ROOT / "README.md").read_text("utf-8"))
    starts = {" ".join(words[:2]) for words in commands}
    assert {"make demo", "keras-asd train", "keras-asd evaluate"} <= starts


@pytest.mark.parametrize("path", DOCUMENTS, ids=short_name)
def test_python_in_a_document_runs(
    path, tmp_path, monkeypatch, eager, write_hum
):
    text = path.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("1.wav", "2.wav", "3.wav", "4.wav"):
        write_hum(f"recordings/pump/{name}")
        write_hum(f"new/{name}")
    names = {"__name__": path.stem}
    for block in fenced_blocks(text, "python"):
        if block.startswith(">>>"):
            test = doctest.DocTestParser().get_doctest(
                block, names, path.name, str(path), 0
            )
            runner = doctest.DocTestRunner(optionflags=FLAGS)
            runner.run(test, clear_globs=False)
            assert not runner.failures
            names.update(test.globs)
        else:
            exec(compile(block, str(path), "exec"), names)
    # In the order of their making; garbage would be collected in any.
    names.clear()
