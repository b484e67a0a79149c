"""`PredictionService` over SavedModels, and the metadata of a model."""

import grpc
import tensorflow as tf
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tests.serving.refusal import Refusal


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers `Predict` and `GetModelMetadata`."""

    def __init__(self, models, faults, token=None):
        self._models = models
        self._faults = faults
        self._token = token

    def Predict(self, request, context):
        answer = predict_pb2.PredictResponse()
        try:
            self._check_token(context)
            fault = self._faults.take()
            if fault == "garbage":
                return answer
            spec = request.model_spec
            inputs = {
                name: tf.make_ndarray(value)
                for name, value in request.inputs.items()
            }
            signature = spec.signature_name or "serving_default"
            outputs = self._models.predict(
                spec.name, signature, inputs, *_version(spec)
            )
        except Refusal as refusal:
            code = getattr(grpc.StatusCode, refusal.code)
            context.abort(code, refusal.message)
        for name, value in outputs.items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return answer

    def GetModelMetadata(self, request, context):
        answer = get_model_metadata_pb2.GetModelMetadataResponse()
        try:
            self._check_token(context)
            if list(request.metadata_field) != ["signature_def"]:
                raise Refusal("INVALID_ARGUMENT", "Metadata field unsupported")
            spec = request.model_spec
            number, signatures = self._models.metadata(
                spec.name, *_version(spec)
            )
        except Refusal as refusal:
            code = getattr(grpc.StatusCode, refusal.code)
            context.abort(code, refusal.message)
        answer.model_spec.name = spec.name
        answer.model_spec.version.value = int(number)
        found = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in signatures.items():
            found.signature_def[name].CopyFrom(signature)
        answer.metadata["signature_def"].Pack(found)
        return answer

    def _check_token(self, context):
        given = dict(context.invocation_metadata()).get("authorization")
        if self._token and given != f"Bearer {self._token}":
            raise Refusal("UNAUTHENTICATED", "no token, or another")


def _version(spec):
    """Number and label of a request, one of them at most."""
    number = str(spec.version.value) if spec.HasField("version") else None
    return number, spec.version_label or None
