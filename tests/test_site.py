"""Links between pages, as a code host follows them."""

import pathlib
import posixpath
import re

import yaml

ROOT = pathlib.Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("benchmarks/*.md"),
    *ROOT.glob("saved_models/*.md"),
]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def test_links_between_pages_lead_to_files():
    wrong = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in PAGES
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert not wrong


def test_the_pages_of_the_site_are_here_or_made():
    """`make docs` wants the rest: no page beside `nav`, no dead anchor."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = re.findall(r": (\w+)\.md$", text, re.MULTILINE)
    made = {"index", "contributing", "changelog", "security"}
    made |= {"benchmark_commands"}
    known = {path.stem for path in ROOT.glob("docs/*.md")}
    assert set(pages) - made == known


def test_the_site_fetches_nothing():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    assert settings["theme"]["font"] is False
    assert settings["strict"] is True
    for name in ("extra_css", "extra_javascript"):
        for path in settings.get(name, []):
            assert "//" not in path
            assert (ROOT / posixpath.join("docs", path)).exists()
