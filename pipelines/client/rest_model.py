"""A model behind TensorFlow Serving's REST interface."""

import base64
import http.client
import json
import urllib.error
import urllib.request
from typing import Any

import numpy as np

from pipelines.client.server_error import ServerError

MAX_ANSWER_BYTES = 2**26
BUSY = (429, 502, 503)
NOT_FOUND = 404
TOO_LARGE = 413
OUT_OF_TIME = 504


class RestModel:
    """A served model, asked in JSON over HTTP.

    Args:
        url: Such as `http://localhost:8501/v1/models/fan`.
        timeout_seconds: How long an answer may take.

    >>> RestModel("http://localhost:8501/v1/models/fan").url
    'http://localhost:8501/v1/models/fan'
    """

    def __init__(self, url: str, timeout_seconds: float = 30.0):
        self.url = url
        self.timeout_seconds = timeout_seconds

    def predict(
        self, signature: str, inputs: dict[str, np.ndarray | list[bytes]]
    ) -> dict[str, list]:
        """Asks once.

        Args:
            signature: Such as `"serving_default"`.
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
        request = urllib.request.Request(
            self.url + ":predict",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        answer = self._send(request, signature)
        try:
            outputs = json.loads(answer)["outputs"]
            return {name: list(rows) for name, rows in outputs.items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._garbage(answer) from None

    def _send(self, request: urllib.request.Request, signature: str) -> bytes:
        try:
            with urllib.request.urlopen(
                request, timeout=self.timeout_seconds
            ) as answer:
                return answer.read(MAX_ANSWER_BYTES)
        except urllib.error.HTTPError as error:
            with error:
                told = _told(error.read(MAX_ANSWER_BYTES))
            raise self._refusal(error.code, told, signature) from None
        except urllib.error.URLError as error:
            may_pass = isinstance(error.reason, ConnectionError)
            raise self._unreachable(error.reason, may_pass) from None
        except TimeoutError:
            raise ValueError(
                f"no answer within {self.timeout_seconds:g} s"
            ) from None
        except ConnectionError as error:
            raise self._unreachable(error, may_pass=True) from None
        except http.client.HTTPException as error:
            raise self._garbage(str(error).encode()) from None

    def _refusal(self, status: int, told: str, signature: str) -> Exception:
        if status == NOT_FOUND:
            return ServerError(
                f"There is no such model at {self.url}: {told}. "
                "Is its name right, and has it been loaded?"
            )
        if "Serving signature" in told:
            return ServerError(
                f"The model at {self.url} has no signature {signature!r}. "
                "Export it again, with this version of keras-asd."
            )
        if status in BUSY:
            return self._unreachable(f"HTTP {status}: {told}", may_pass=True)
        if status == TOO_LARGE:
            return ValueError(f"too large for the server: {told}")
        if status == OUT_OF_TIME:
            return ValueError(f"the server ran out of time: {told}")
        return ValueError(f"refused with HTTP {status}: {told}")

    def _unreachable(self, reason: Any, may_pass: bool) -> ServerError:
        return ServerError(
            f"No server answers at {self.url}: {reason}. Does it run, and is "
            "the address right?",
            may_pass,
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


def _told(body: bytes) -> str:
    """What an answer says of an error, in one line."""
    text = body.decode("utf-8", "replace")
    try:
        text = str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        pass
    return " ".join(text.split())[:300] or "nothing said"
