"""Events to a web server, by POST."""

import hashlib
import pathlib
import ssl
import urllib.parse
import uuid

import requests
import urllib3

from pipelines.client.credentials import read_credentials
from pipelines.client.retries import find_cause
from pipelines.watching.events import Event

# Answers that concern every event alike, or pass.
AGAIN = (401, 403, 408, 429)


class WebhookReceiver:
    """Posts each event as JSON, and takes any 2xx for a confirmation.

    `Idempotency-Key` is the same whenever an event is sent again, so that the
    server can drop what it has. After 408, 429 and 5xx, and without an
    answer, the event comes again; a server that refuses the token (401, 403)
    is asked again, too, with what the file then holds. Any other 4xx refuses
    the event for good; a redirection, which could lead the token elsewhere,
    is an error of the address. It asks once: `Delivery` pauses and asks again,
    and urllib3, which could, would log the whole address.

    Args:
        url: `https://...`, or `http://...`. One that holds a secret, as those
            of chat services do, is not for a command line: `@FILE` names a
            text file that holds it. Only scheme and host are ever logged.
        token_file: See `pipelines.client.credentials.read_credentials`.
        ca_file: See `pipelines.client.credentials.read_credentials`.
        timeout_seconds: How long an answer may take.

    Raises:
        ValueError: If `url` is none, holds a password, or for a file that
            `read_credentials` refuses.

    >>> WebhookReceiver("https://example.org/hook?key=secret").name
    'webhook https://example.org 5acef3'
    """

    def __init__(
        self,
        url: str,
        token_file: str | None = None,
        ca_file: str | None = None,
        timeout_seconds: float = 10.0,
    ):
        self._url = _read_url(url)
        parts = urllib.parse.urlsplit(self._url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        # Two addresses of a server are two receivers.
        digest = hashlib.sha256(self._url.encode()).hexdigest()[:6]
        self.name = f"webhook {self.origin} {digest}"
        self.timeout_seconds = timeout_seconds
        self._files = (ca_file, token_file)
        self._ca_file = ca_file or True
        self._session = requests.Session()
        # Sends no password from ~/.netrc.
        self._session.auth = lambda request: request
        self._read_token()

    def received(self) -> int | None:
        """`None`: the server does not say."""
        return None

    def send(self, event: Event) -> None:
        """Posts an event.

        Raises:
            OSError: If the server cannot be reached, or takes it later.
            ValueError: If it refuses the event.
        """
        body = event.to_json()
        key = uuid.uuid5(uuid.NAMESPACE_OID, body)
        try:
            with self._session.post(
                self._url,
                data=body.encode(),
                headers={
                    "Content-Type": "application/json",
                    "Idempotency-Key": str(key),
                },
                timeout=self.timeout_seconds,
                allow_redirects=False,
                verify=self._ca_file,
                stream=True,  # What it answers is of no interest.
            ) as response:
                status = response.status_code
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
        ) as error:
            raise OSError(f"{self.origin}: {_reason(error)}") from None
        if 200 <= status < 300:
            return
        if status in (401, 403):
            self._read_token_again()
        if status in AGAIN or not 400 <= status < 500:
            raise OSError(f"{self.origin} answers HTTP {status}")
        raise ValueError(f"{self.origin} refuses it with HTTP {status}")

    def close(self) -> None:
        """Closes the connection."""
        self._session.close()

    def _read_token(self) -> None:
        credentials = read_credentials(self.origin, *self._files)
        self._session.headers.update(credentials.headers)
        # No proxy reads the token on its way to this machine.
        is_plain_token = credentials.token and self.origin.startswith("http:")
        self._session.trust_env = not is_plain_token

    def _read_token_again(self) -> None:
        try:
            self._read_token()
        except ValueError as error:
            raise OSError(str(error)) from None


def _read_url(url: str) -> str:
    """Returns the address, of a file where `url` names one."""
    shown = url if url.startswith("@") else "another address"
    if url.startswith("@"):
        try:
            url = pathlib.Path(url[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise ValueError(
                "`webhook` must be an address, or @ and a text file that "
                f"holds it. Received: webhook={shown}: "
                f"{getattr(error, 'strerror', '') or 'no text'}."
            ) from None
    try:
        parts = urllib.parse.urlsplit(url)
        is_valid = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or parts.scheme not in ("http", "https") or " " in url:
        raise ValueError(
            "`webhook` must be an address of https:// or http://. Received: "
            f"webhook={shown}."
        )
    if "@" in parts.netloc:
        raise ValueError(
            "`webhook` must hold neither user nor password. Received: an "
            "address with them. Give a token by --webhook_token_file."
        )
    return url


def _reason(error: Exception) -> str:
    """What went wrong, without the address, which may hold a secret."""
    cause = find_cause(error)
    if isinstance(cause, ssl.SSLError):
        return f"its certificate is not trusted: {cause.reason or 'TLS'}"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return type(cause).__name__
