"""Browsers without a window: requests of the page, and what they say."""

import html
import re

from tests.pipelines.watching.page.page_cases import TOKEN

OWN = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
BASE = "http://127.0.0.1:8080"


def client_of(page, token=TOKEN, headers=OWN):
    client = page.app.test_client()
    client.post("/enter", data={"token": token}, headers=headers, base_url=BASE)
    return client


def csrf_of(client):
    text = client.get("/", base_url=BASE).text
    return re.search(r'name="csrf" value="([^"]+)"', text)[1]


def post(client, path, data=None, headers=OWN, base_url=BASE):
    return client.post(path, data=data, headers=headers, base_url=base_url)


def why(answer):
    """What the page says, without its marks."""
    return html.unescape(re.sub(r"<[^>]+>", "", answer.text))
