"""A model behind TensorFlow Serving's REST interface."""

import base64
import http.client
import itertools
import json
import ssl
from typing import Any

import numpy as np
import requests
import urllib3

from pipelines.client.credentials import Credentials
from pipelines.client.retries import RETRIES
from pipelines.client.retries import find_cause
from pipelines.client.server_error import ServerError
from pipelines.client.server_error import unauthorized
from pipelines.client.server_error import untrusted

MAX_ANSWER_BYTES = 2**26
PIECE_BYTES = 2**16
NONE = Credentials()
UNAUTHORIZED = (401, 403)
NOT_FOUND = 404
TOO_LARGE = 413
OUT_OF_TIME = 504


class RestModel:
    """A served model, requested by JSON over HTTP.

    Args:
        url: URL of the model, such as `http://localhost:8501/v1/models/fan`.
        timeout_seconds: How long an answer may take.
        credentials: Certificates and token.

    >>> RestModel("http://localhost:8501/v1/models/fan").url
    'http://localhost:8501/v1/models/fan'
    """

    def __init__(
        self,
        url: str,
        timeout_seconds: float = 30.0,
        credentials: Credentials = NONE,
    ):
        self.url = url
        self.timeout_seconds = timeout_seconds
        self._ca_file = credentials.ca_file or True
        self._session = requests.Session()
        self._session.headers.update(credentials.headers)
        if credentials.token and url.startswith("http:"):
            # No proxy reads the token on its way to this machine.
            self._session.trust_env = False
        # Sends no password from ~/.netrc.
        self._session.auth = lambda request: request
        for scheme in ("http://", "https://"):
            adapter = requests.adapters.HTTPAdapter(max_retries=RETRIES)
            self._session.mount(scheme, adapter)

    def predict(
        self, signature: str, inputs: dict[str, np.ndarray | list[bytes]]
    ) -> dict[str, list]:
        """Scores a batch, again where the server is busy.

        Args:
            signature: Name of the signature, such as `"serving_default"`.
            inputs: Batches by name: arrays of numbers, or lists of bytes.

        Returns:
            The outputs by name, each a list of its rows.

        Raises:
            ServerError: If there is no such model or signature, or no
                server that answers.
            ValueError: If the request is refused.
        """
        body = {
            "signature_name": signature,
            "inputs": {name: _as_json(value) for name, value in inputs.items()},
        }
        answer = self._send(body, signature)
        try:
            outputs = json.loads(answer)["outputs"]
            return {name: list(rows) for name, rows in outputs.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._garbage(answer) from None

    def _send(self, body: dict[str, Any], signature: str) -> bytes:
        try:
            with self._session.post(
                self.url + ":predict",
                # Not `json=`, which refuses what is not finite.
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                timeout=self.timeout_seconds,
                allow_redirects=False,
                verify=self._ca_file,
                stream=True,
            ) as response:
                pieces = response.iter_content(PIECE_BYTES)
                num_pieces = MAX_ANSWER_BYTES // PIECE_BYTES
                answer = b"".join(itertools.islice(pieces, num_pieces))
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
        ) as error:
            raise self._failure(error) from None
        if response.status_code != 200:
            reason = _reason(answer)
            raise self._refusal(response.status_code, reason, signature)
        return answer

    def _failure(self, error: Exception) -> Exception:
        cause = find_cause(error)
        if isinstance(cause, ssl.SSLError):
            return untrusted(self.url, str(cause))
        if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
            return self._unreachable(cause)
        if isinstance(
            cause, TimeoutError | urllib3.exceptions.ReadTimeoutError
        ):
            return ValueError(f"no answer within {self.timeout_seconds:g} s")
        if isinstance(cause, http.client.HTTPException) and not isinstance(
            cause, ConnectionError
        ):
            return self._garbage(str(cause).encode())
        return self._unreachable(cause)

    def _refusal(self, status: int, reason: str, signature: str) -> Exception:
        if status == NOT_FOUND:
            return ServerError(
                f"There is no such model at {self.url}: {reason}. "
                "Is its name right, and has it been loaded?"
            )
        if "Serving signature" in reason:
            return ServerError(
                f"The model at {self.url} has no signature {signature!r}. "
                "Export it again, with this version of keras-asd."
            )
        if status in UNAUTHORIZED:
            return unauthorized(self.url, f"HTTP {status}: {reason}")
        if status in RETRIES.status_forcelist:
            return self._unreachable(f"HTTP {status}: {reason}")
        if status == TOO_LARGE:
            return ValueError(f"too large for the server: {reason}")
        if status == OUT_OF_TIME:
            return ValueError(f"the server ran out of time: {reason}")
        return ValueError(f"refused with HTTP {status}: {reason}")

    def _unreachable(self, reason: Any) -> ServerError:
        return ServerError(
            f"No server answers at {self.url}: {reason}. Does it run, and is "
            "the address right?"
        )

    def _garbage(self, answer: bytes) -> ServerError:
        return ServerError(
            f"What answers at {self.url} is no TensorFlow Serving: it begins "
            f"with {answer[:60]!r}."
        )


def _as_json(value: np.ndarray | list[bytes]) -> list:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [{"b64": base64.b64encode(row).decode()} for row in value]


def _reason(body: bytes) -> str:
    """The reason of an error that an answer gives, in one line."""
    text = body.decode("utf-8", "replace")
    try:
        text = str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        pass
    return " ".join(text.split())[:300] or "no reason given"
