"""What a package index shows, held against the repository."""

import pathlib
import re
import runpy

import pytest
import yaml

ROOT = pathlib.Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def packaging(monkeypatch):
    """The names of `setup.py`, and the arguments of its call as `given`."""
    given = {}
    monkeypatch.setattr("setuptools.setup", lambda **words: given.update(words))
    return {**runpy.run_path(str(ROOT / "setup.py")), "given": given}


def test_the_author_is_the_citations(packaging):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    names = [author["name"] for author in citation["authors"]]
    assert packaging["given"]["author"] == ", ".join(names)
    assert packaging["given"]["license"] == citation["license"]


def test_the_classifiers_name_the_supported_pythons(packaging):
    given = packaging["given"]
    prefix = "Programming Language :: Python :: 3."
    minor = [
        int(one.removeprefix(prefix))
        for one in given["classifiers"]
        if one.startswith(prefix)
    ]
    assert given["python_requires"] == f">=3.{min(minor)},<3.{max(minor) + 1}"


def test_an_index_without_an_address_gets_no_dead_link(packaging):
    text = packaging["given"]["long_description"]
    assert "![" not in text
    assert not re.findall(r"\]\((?!\w+:)", text)
    assert "map of the code, contributing, changes" in text


def test_with_an_address_pictures_and_links_lead_there(packaging):
    describe = packaging["long_description"]
    describe.__globals__["FILES"] = "https://example.org/blob/main/"
    text = describe()
    assert "](https://example.org/blob/main/docs/images/report.png)" in text
    assert text.count("](https:") == README.count("](")


def test_the_front_page_is_short_and_its_picture_is_small():
    assert len(README.splitlines()) <= 150
    (path,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert (ROOT / path).stat().st_size < 150_000
