"""A model behind TensorFlow Serving's gRPC interface."""

import numpy as np

from pipelines.client.server_error import ServerError

MAX_ANSWER_BYTES = 2**26
FIRST_RECONNECT_MILLISECONDS = 250


class GrpcModel:
    """A served model, asked in protocol buffers over an insecure channel.

    Args:
        server: Host and port, such as `localhost:8500`.
        name: Of the model.
        timeout_seconds: How long an answer may take.

    Raises:
        ValueError: If `tensorflow-serving-api` is not installed.

    >>> GrpcModel("localhost:8500", "fan").name
    'fan'
    """

    def __init__(self, server: str, name: str, timeout_seconds: float = 30.0):
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
        channel = grpc.insecure_channel(server, options)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def predict(
        self, signature: str, inputs: dict[str, np.ndarray | list[bytes]]
    ) -> dict[str, list]:
        """Asks once; see `RestModel.predict`."""
        import grpc
        import tensorflow as tf
        from tensorflow_serving.apis import predict_pb2

        request = predict_pb2.PredictRequest()
        request.model_spec.name = self.name
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        try:
            answer = self._stub.Predict(request, timeout=self.timeout_seconds)
        except grpc.RpcError as error:
            told = " ".join((error.details() or "nothing said").split())[:300]
            raise self._refusal(error.code(), told, signature) from None
        return {
            name: [_as_text(row) for row in tf.make_ndarray(output).tolist()]
            for name, output in answer.outputs.items()
        }

    def _refusal(self, status, told: str, signature: str) -> Exception:
        from grpc import StatusCode

        place = f"grpc://{self.server}"
        if status == StatusCode.NOT_FOUND:
            return ServerError(
                f"There is no model {self.name!r} at {place}: {told}. "
                "Is its name right, and has it been loaded?"
            )
        if "Serving signature" in told:
            return ServerError(
                f"The model {self.name!r} at {place} has no signature "
                f"{signature!r}. Export it again, with this version of "
                "keras-asd."
            )
        if status == StatusCode.UNIMPLEMENTED:
            return ServerError(
                f"What answers at {place} is no TensorFlow Serving: {told}."
            )
        if status == StatusCode.RESOURCE_EXHAUSTED and "larger than" in told:
            return ValueError(f"too large for the server: {told}")
        if status in (StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED):
            return ServerError(
                f"No server answers at {place}: {told}. Does it run, and is "
                "the address right?",
                may_pass=True,
            )
        if status == StatusCode.DEADLINE_EXCEEDED:
            return ValueError(f"no answer within {self.timeout_seconds:g} s")
        return ValueError(f"refused with {status.name}: {told}")


def _as_text(row):
    return row.decode("utf-8", "replace") if isinstance(row, bytes) else row
