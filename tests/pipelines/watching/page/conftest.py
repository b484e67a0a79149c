"""A page of a history that tests of a file share."""

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("flask")
    from tests.pipelines.watching.page.page_cases import write_history

    folder = tmp_path_factory.mktemp("page")
    write_history(folder)
    return folder


@pytest.fixture
def page(folder):
    from tests.pipelines.watching.page.page_cases import make_page

    return make_page(folder)
