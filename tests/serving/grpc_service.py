"""`PredictionService` over SavedModels, and the status of a model."""

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tests.serving.refusal import Refusal


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers `Predict` alone."""

    def __init__(self, models, faults):
        self._models = models
        self._faults = faults

    def Predict(self, request, context):
        answer = predict_pb2.PredictResponse()
        try:
            fault = self._faults.take()
            if fault == "garbage":
                return answer
            spec = request.model_spec
            inputs = {
                name: tf.make_ndarray(value)
                for name, value in request.inputs.items()
            }
            signature = spec.signature_name or "serving_default"
            outputs = self._models.predict(spec.name, signature, inputs)
        except Refusal as refusal:
            code = getattr(grpc.StatusCode, refusal.code)
            context.abort(code, refusal.message)
        for name, value in outputs.items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return answer
