"""Access to the page: which requests are answered, and which refused why."""

import hashlib
import hmac
import secrets
import urllib.parse
from typing import Any

import flask

from pipelines.files.names import printable
from pipelines.watching.page.page_address import PageAddress

# What is there before somebody is let in.
OPEN = {"enter", "let_in", "style", "script"}
SESSION_DAYS = 30
MAX_BODY_BYTES = 8192
MAX_NAME = 64
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' "
    "data:; media-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # A form would have no origin with `no-referrer`.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Access:
    """Lets requests in, or refuses them.

    Args:
        address: Where the page is served.
        token: Token that is asked for; `None` where a proxy asks.
        user_header: Name of the header in which a proxy says who it is.

    >>> Access(PageAddress("127.0.0.1", 80), "a" * 32, None).is_token("b")
    False
    """

    def __init__(
        self, address: PageAddress, token: str | None, user_header: str | None
    ):
        self._address, self._token = address, token
        self._user_header = user_header

    def guard(self, app: flask.Flask) -> None:
        """Guards all that an application serves."""
        secret = secrets.token_bytes(32)
        if self._token is not None:
            # The same after a restart; another token ends all sessions.
            text = f"session of the page of a watch: {self._token}"
            secret = hashlib.sha256(text.encode()).digest()
        app.config.update(
            SECRET_KEY=secret,
            # Cookies know no ports.
            SESSION_COOKIE_NAME=f"keras_asd_page_{self._address.port}",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Strict",
            PERMANENT_SESSION_LIFETIME=SESSION_DAYS * 86_400,
            MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
            PROVIDE_AUTOMATIC_OPTIONS=False,
        )
        app.session_interface = _Sessions()
        app.before_request(self._check)
        app.after_request(_add_headers)

    def is_token(self, text: str) -> bool:
        """Whether a text is the token."""
        return self._token is not None and hmac.compare_digest(
            text.encode(), self._token.encode()
        )

    def let_in(self) -> None:
        """Begins a session."""
        flask.session.clear()
        flask.session.permanent = True
        flask.session.update(is_in=True, csrf=secrets.token_urlsafe(24))

    @property
    def user(self) -> str:
        """Who asks, as the journal names them."""
        if self._user_header is None:
            return "page"
        return f"page: {self._proxy_user()}"

    def _check(self) -> Any:
        request = flask.request
        if not self._address.answers_to(request.host):
            flask.abort(
                400,
                f"This page is not served under the name {request.host}. "
                "Where it is yours, start the watch with --page_name.",
            )
        is_writing = request.method not in ("GET", "HEAD")
        site = request.headers.get("Sec-Fetch-Site", "")
        is_opened = request.headers.get("Sec-Fetch-Mode") == "navigate"
        is_foreign = site in ("cross-site", "same-site") and not is_opened
        if is_foreign or (is_writing and not self._is_from_here(site)):
            flask.abort(
                403,
                "This request came from another site. Open the page itself, "
                "and press the button there.",
            )
        if request.endpoint is None or request.endpoint in OPEN:
            return None
        self._check_user()
        if is_writing:
            given = request.form.get("csrf", "")
            expected = flask.session.get("csrf", "")
            if not expected or not hmac.compare_digest(
                given.encode(), expected.encode()
            ):
                flask.abort(
                    403, "This form is not one of this page. Load it again."
                )
        return None

    def _check_user(self) -> None:
        if self._user_header is not None:
            if not 0 < len(self._proxy_user()) <= MAX_NAME:
                flask.abort(
                    401,
                    f"The proxy must say who you are, in {self._user_header}. "
                    "Come in through the proxy.",
                )
            if self._token is None and "csrf" not in flask.session:
                self.let_in()
        if not flask.session.get("is_in"):
            flask.abort(
                401, "The token is needed. Open the address with the token."
            )

    def _proxy_user(self) -> str:
        """Printable name that a proxy gives; empty if it gives none."""
        name = flask.request.headers.get(self._user_header or "", "")
        # WSGI hands bytes on as Latin-1.
        name = name.encode("latin-1", "replace").decode("utf-8", "replace")
        return printable(name.strip())

    def _is_from_here(self, site: str) -> bool:
        """Whether a form was sent by this page, as browsers say."""
        origin = flask.request.headers.get("Origin")
        if origin is None:
            return site == "same-origin"
        parts = urllib.parse.urlsplit(origin)
        is_own = parts.netloc.lower() == flask.request.host.lower()
        return is_own and site in ("", "same-origin")


class _Sessions(flask.sessions.SecureCookieSessionInterface):
    """Cookies that are sent encrypted only, where a proxy encrypts."""

    def get_cookie_secure(self, app: flask.Flask) -> bool:
        return flask.request.headers.get("X-Forwarded-Proto") == "https"


def _add_headers(response: flask.Response) -> flask.Response:
    response.headers.update(HEADERS)
    return response
