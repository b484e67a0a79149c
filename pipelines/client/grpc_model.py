"""A model behind TensorFlow Serving's gRPC interface."""

import pathlib
from typing import Any

import numpy as np

from pipelines.client.credentials import Credentials
from pipelines.client.retries import RETRIES
from pipelines.client.server_error import ServerError
from pipelines.client.server_error import unauthorized
from pipelines.client.server_error import untrusted

MAX_ANSWER_BYTES = 2**26
FIRST_RECONNECT_MILLISECONDS = 250
TOO_LARGE = "larger than"  # In the reason of a RESOURCE_EXHAUSTED.
UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "SSL", "Ssl handshake")
NONE = Credentials()


class GrpcModel:
    """A served model, requested by protocol buffers.

    Args:
        server: Host and port, such as `localhost:8500`.
        name: Name of the model.
        timeout_seconds: How long an answer may take.
        credentials: Certificates and token.
        version: Number of a version; the newest if `None`.
        label: Label of a version, in place of its number.
        is_encrypted: Whether the channel is.

    Raises:
        ValueError: If `tensorflow-serving-api` is not installed.

    >>> GrpcModel("localhost:8500", "fan").name
    'fan'
    """

    def __init__(
        self,
        server: str,
        name: str,
        timeout_seconds: float = 30.0,
        credentials: Credentials = NONE,
        version: str | None = None,
        label: str | None = None,
        is_encrypted: bool = False,
    ):
        try:
            import grpc
            from tensorflow_serving.apis import prediction_service_pb2_grpc
        except ImportError:
            raise ValueError(
                "gRPC needs `tensorflow-serving-api`. Received: "
                f"url=grpc://{server}/{name}. `pip install` it in TensorFlow's "
                "version, or ask over REST: "
                f"http://HOST:8501/v1/models/{name}."
            ) from None
        self.server = server
        self.name = name
        self.timeout_seconds = timeout_seconds
        options = [
            ("grpc.max_receive_message_length", MAX_ANSWER_BYTES),
            ("grpc.initial_reconnect_backoff_ms", FIRST_RECONNECT_MILLISECONDS),
        ]
        if is_encrypted:
            ca_file = credentials.ca_file
            roots = ca_file and pathlib.Path(ca_file).read_bytes()
            channel = grpc.secure_channel(
                server, grpc.ssl_channel_credentials(roots), options
            )
        else:
            # No proxy reads the token on its way to this machine.
            direct = [("grpc.enable_http_proxy", 0)] * bool(credentials.token)
            channel = grpc.insecure_channel(server, options + direct)
        self.url = f"grpc{'s' * is_encrypted}://{server}"
        self._metadata = tuple(credentials.headers.items())
        self._version: dict[str, Any] = {}
        if label is not None:
            self._version = {"version_label": label}
        elif version is not None:
            self._version = {"version": {"value": int(version)}}
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def predict(
        self, signature: str, inputs: dict[str, np.ndarray | list[bytes]]
    ) -> dict[str, list]:
        """Scores a batch; see `RestModel.predict`."""
        import tensorflow as tf
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest(
            model_spec={"name": self.name, **self._version}
        )
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        answer = self._send(request, signature)
        return {
            name: [_as_text(row) for row in tf.make_ndarray(output).tolist()]
            for name, output in answer.outputs.items()
        }

    def _send(self, request, signature: str):
        import grpc

        retries = RETRIES
        while True:
            try:
                return self._stub.Predict(
                    request,
                    timeout=self.timeout_seconds,
                    metadata=self._metadata,
                )
            except grpc.RpcError as error:
                code = error.code()
                reason = error.details() or "no reason given"
                reason = " ".join(reason.split())[:300]
            is_busy = code in (
                grpc.StatusCode.UNAVAILABLE,
                grpc.StatusCode.RESOURCE_EXHAUSTED,
            )
            is_busy = is_busy and not any(
                words in reason for words in (TOO_LARGE, *UNTRUSTED)
            )
            if not is_busy or not retries.total:
                raise self._refusal(code, reason, signature)
            retries = retries.increment()
            retries.sleep()

    def _refusal(self, status, reason: str, signature: str) -> Exception:
        from grpc import StatusCode

        server = self.url
        if any(words in reason for words in UNTRUSTED):
            return untrusted(server, reason)
        if status in (StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED):
            return unauthorized(server, f"{status.name}: {reason}")
        if status == StatusCode.NOT_FOUND:
            return ServerError(
                f"There is no model {self.name!r} at {server}: {reason}. "
                "Is its name right, and has it been loaded?"
            )
        if "Serving signature" in reason:
            return ServerError(
                f"The model {self.name!r} at {server} has no signature "
                f"{signature!r}. Export it again, with this version of "
                "keras-asd."
            )
        if status == StatusCode.UNIMPLEMENTED:
            return ServerError(
                f"What answers at {server} is no TensorFlow Serving: {reason}."
            )
        if status == StatusCode.RESOURCE_EXHAUSTED and TOO_LARGE in reason:
            return ValueError(f"too large for the server: {reason}")
        if status in (StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED):
            return ServerError(
                f"No server answers at {server}: {reason}. Does it run, and "
                "is the address right?"
            )
        if status == StatusCode.DEADLINE_EXCEEDED:
            return ValueError(f"no answer within {self.timeout_seconds:g} s")
        return ValueError(f"refused with {status.name}: {reason}")


def _as_text(row):
    return row.decode("utf-8", "replace") if isinstance(row, bytes) else row
