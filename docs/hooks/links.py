"""Pages from outside `docs`, and links that hold here and on a code host."""

import json
import pathlib
import posixpath
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[2]
# Where a file of the repository lies on the site; those of `docs` keep theirs.
INCLUDED = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CITATION.cff": "CITATION.cff",
    "LICENSE": "LICENSE.txt",
    "benchmarks/README.md": "benchmark_commands.md",
    "saved_models/README.md": "reference/contract.md",
}
NOTEBOOKS = {
    f"examples/{path.name}": f"examples/{path.stem}.md"
    for path in sorted((ROOT / "examples").glob("*.ipynb"))
}
# What a search for an error, or a word, should find first.
BOOST = {"troubleshooting.md": 8, "glossary.md": 2} | dict.fromkeys(
    NOTEBOOKS.values(), 0.5
)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#)([^)#\s]+)")


def on_config(config):
    """Names the notebooks in the navigation."""
    for part in config.nav:
        for title, pages in part.items():
            if title == "Help":
                pages.append({"Notebooks": [*NOTEBOOKS.values()]})
    return config


def on_files(files, config):
    """Adds what lies outside `docs`."""
    for source, target in INCLUDED.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, target, content=text))
    for source, target in NOTEBOOKS.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, source, content=text))
        page = write_notebook(json.loads(text))
        files.append(File.generated(config, target, content=page))
    return files


def on_page_markdown(markdown, page, **_):
    """Turns links between files of the repository into links of the site."""
    target = page.file.src_uri
    page.meta["search"] = {"boost": BOOST.get(target, 1)}
    moved = {**INCLUDED, **NOTEBOOKS}
    sources = {new: old for old, new in moved.items()}
    folder = posixpath.dirname(sources.get(target, f"docs/{target}"))
    if target.startswith("reference/") and target not in sources:
        return markdown

    def move(match):
        path = posixpath.normpath(posixpath.join(folder, match[0]))
        path = moved.get(path, path.removeprefix("docs/"))
        return posixpath.relpath(path, posixpath.dirname(target) or ".")

    return LINK.sub(move, markdown)


def write_notebook(notebook):
    """A notebook as Markdown: its text, code, printed text and pictures."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif source:
            parts.append(f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            text = "".join(output.get("text", data.get("text/plain", "")))
            if picture := "".join(data.get("image/png", "")).replace("\n", ""):
                parts.append(f"![](data:image/png;base64,{picture})")
            elif text.strip():
                parts.append(f"```text\n{text.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"
