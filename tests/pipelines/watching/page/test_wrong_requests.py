"""Wrong requests of the page: refused, each with its plain reason."""

import pytest

pytest.importorskip("flask")
from tests.pipelines.watching.page.page_cases import FAN
from tests.pipelines.watching.page.page_cases import TOKEN
from tests.pipelines.watching.page.page_cases import make_page
from tests.pipelines.watching.page.page_cases import write_history
from tests.pipelines.watching.page.page_client import BASE
from tests.pipelines.watching.page.page_client import OWN
from tests.pipelines.watching.page.page_client import client_of
from tests.pipelines.watching.page.page_client import csrf_of
from tests.pipelines.watching.page.page_client import post
from tests.pipelines.watching.page.page_client import why


@pytest.mark.parametrize("path", ["/", "/alarm/1", "/sound/1.flac", "/machine"])
def test_nothing_is_shown_without_the_token(page, path):
    answer = page.app.test_client().get(path, base_url=BASE)
    assert answer.status_code == 401 and "token is needed" in why(answer)
    assert FAN not in answer.text


def test_a_wrong_token_and_a_wrong_cookie_let_nobody_in(page, folder):
    client = page.app.test_client()
    answer = post(client, "/enter", {"token": TOKEN + "x"})
    assert answer.status_code == 401
    assert "not the token of this page" in why(answer)
    assert client.get("/", base_url=BASE).status_code == 401
    good = client_of(page).get_cookie("keras_asd_page_8080", domain="127.0.0.1")
    client.set_cookie(
        "keras_asd_page_8080", good.value + "x", domain="127.0.0.1"
    )
    answer = client.get("/", base_url=BASE)
    assert answer.status_code == 401 and "token is needed" in why(answer)
    # A session outlives the watch; another token ends it.
    after = make_page(folder).app.test_client()
    after.set_cookie("keras_asd_page_8080", good.value, domain="127.0.0.1")
    assert after.get("/", base_url=BASE).status_code == 200
    other = make_page(folder, token="another-token-of-tests").app.test_client()
    other.set_cookie("keras_asd_page_8080", good.value, domain="127.0.0.1")
    assert other.get("/", base_url=BASE).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": BASE, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
def test_a_form_of_another_site_is_refused(page, headers):
    client = client_of(page)
    data = {"csrf": csrf_of(client)}
    answer = post(client, "/alarm/1/normal", data, headers)
    assert answer.status_code == 403 and "from another site" in why(answer)
    assert not page.told.told


def test_a_foreign_site_embeds_nothing(page):
    client = client_of(page)
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    answer = client.get("/sound/1.flac", headers=headers, base_url=BASE)
    assert answer.status_code == 403 and "from another site" in why(answer)


def test_a_foreign_host_is_refused(page, folder):
    client = client_of(page)
    answer = client.get("/", base_url="http://evil.example:8080")
    assert answer.status_code == 400
    assert "not served under the name evil.example" in why(answer)
    assert "--page_name" in why(answer)
    named = make_page(folder, name="watch.example.org").app.test_client()
    answer = named.get("/enter", base_url="https://watch.example.org")
    assert answer.status_code == 200


@pytest.mark.parametrize("csrf", [None, "", "wrong"])
def test_a_form_without_its_secret_is_refused(page, csrf):
    client = client_of(page)
    data = {} if csrf is None else {"csrf": csrf}
    for path in ("/alarm/1/normal", "/machine/mute", "/entry/1/undo"):
        answer = post(client, path, data)
        assert answer.status_code == 403 and "Load it again" in why(answer)
    assert not page.told.told


def test_the_secret_of_another_session_is_refused(page):
    data = {"csrf": csrf_of(client_of(page))}
    answer = post(client_of(page), "/alarm/1/normal", data)
    assert answer.status_code == 403 and not page.told.told


def test_a_path_out_of_the_folder_leads_nowhere(page, folder):
    client = client_of(page)
    for path in (
        "/sound/../history.sqlite",
        "/sound/..%2f..%2fhistory.sqlite",
        "/sound/1.flac/../../../history.sqlite",
        "/../page_token",
    ):
        answer = client.get(path, base_url=BASE)
        assert answer.status_code == 404 and "SQLite" not in answer.text


def test_a_link_out_of_the_folder_is_no_sound(tmp_path):
    sound = write_history(tmp_path)
    client = client_of(make_page(tmp_path))
    sound.unlink()
    sound.symlink_to(tmp_path / "history.sqlite")
    answer = client.get("/sound/1.flac", base_url=BASE)
    assert answer.status_code == 404 and "No sound of this" in why(answer)


def test_a_huge_body_is_refused(page):
    client = client_of(page)
    data = {"csrf": csrf_of(client), "name": "x" * 100_000}
    answer = post(client, "/alarm/1/fault", data)
    assert answer.status_code == 413 and "exceeds the capacity" in why(answer)
    assert not page.told.told


def test_a_wrong_method_is_refused(page):
    client = client_of(page)
    for path in ("/alarm/1/normal", "/entry/1/undo", "/machine/mute"):
        answer = client.get(path, base_url=BASE)
        assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE"):
        answer = client.open("/", method=method, headers=OWN, base_url=BASE)
        assert answer.status_code == 405 and "not allowed" in why(answer)


def test_what_is_not_there_is_refused(page):
    client = client_of(page)
    csrf = csrf_of(client)
    for path, text in (
        ("/alarm/99", "There is no alarm 99"),
        ("/sound/99.flac", "There is no alarm 99"),
        ("/machine?machine=lathe", "has no machine lathe"),
        (f"/machine?machine={FAN}&days=99", "1, 7 and 30 days"),
    ):
        answer = client.get(path, base_url=BASE)
        assert answer.status_code == 404 and text in why(answer)
    for path, data, code, text in (
        ("/alarm/99/normal", {}, 404, "There is no alarm 99"),
        ("/alarm/1/delete", {}, 404, "normal, fault or seen"),
        ("/alarm/1/fault", {"name": " "}, 400, "needs a name"),
        ("/alarm/1/fault", {"name": "x" * 65}, 400, "needs a name"),
        ("/entry/7/undo", {}, 404, "no entry 7"),
        ("/machine/mute", {"machine": FAN, "hours": "-1"}, 400, "1, 8 or 24"),
        ("/machine/mute", {"machine": "lathe", "hours": "1"}, 404, "lathe"),
    ):
        answer = post(client, path, {"csrf": csrf, **data})
        assert answer.status_code == code and text in why(answer)
    assert not page.told.told


def test_a_range_beyond_the_sound_is_refused(page):
    client = client_of(page)
    with client.get("/sound/1.flac", base_url=BASE) as answer:
        size = len(answer.data)
    for wanted, code in (("bytes=0-9", 206), ("bytes=99999999-", 416)):
        headers = {"Range": wanted}
        answer = client.get("/sound/1.flac", headers=headers, base_url=BASE)
        assert answer.status_code == code
        answer.close()
    assert answer.headers["Content-Range"] == f"bytes */{size}"
