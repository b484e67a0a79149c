"""SavedModels by bare TensorFlow, told of as TensorFlow Serving does."""

import pathlib

import tensorflow as tf
from google.protobuf import text_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.config import model_server_config_pb2

from tests.serving.refusal import Refusal


class ServedModels:
    """The newest version of each model in a folder, and those with a label.

    Labels are those of `models.config` in the folder, where there is one.
    """

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self._labels = read_labels(folder / "models.config")
        self._models = {}
        for path in sorted(folder.iterdir()):
            numbers = [
                int(version.name)
                for version in (path.iterdir() if path.is_dir() else [])
                if version.name.isdecimal()
            ]
            if numbers:
                labels = self._labels.get(path.name, {})
                served = sorted({max(numbers), *labels.values()})
                self._models[path.name] = {
                    str(number): Model(path / str(number)) for number in served
                }

    def status(self, name):
        """The JSON of a model's status."""
        version, _ = self._find(name)
        state = {
            "version": version,
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
        return {"model_version_status": [state]}

    def metadata(self, name, version=None, label=None):
        """The number of a version, and the map of its signatures."""
        number, model = self._find(name, version, label)
        return number, model.signature_defs

    def predict(self, name, signature, inputs, version=None, label=None):
        """Outputs by name, as NumPy arrays."""
        serve = self.signature(name, signature, version, label)
        _, wanted = serve.structured_input_signature
        if set(inputs) != set(wanted):
            raise Refusal(
                "INVALID_ARGUMENT",
                f"inputs {sorted(inputs)}, expected {sorted(wanted)}",
            )
        try:
            tensors = {
                key: tf.constant(value, wanted[key].dtype)
                for key, value in inputs.items()
            }
            outputs = serve(**tensors)
        except (ValueError, TypeError) as error:
            raise Refusal("INVALID_ARGUMENT", str(error)) from None
        except tf.errors.OpError as error:
            is_ours = isinstance(error, tf.errors.InvalidArgumentError)
            code = "INVALID_ARGUMENT" if is_ours else "INTERNAL"
            raise Refusal(code, error.message) from None
        return {key: value.numpy() for key, value in outputs.items()}

    def signature(self, name, signature, version=None, label=None):
        _, model = self._find(name, version, label)
        if signature not in model.loaded.signatures:
            raise Refusal(
                "INVALID_ARGUMENT",
                f'Serving signature name: "{signature}" not found in signature '
                "def",
            )
        return model.loaded.signatures[signature]

    def _find(self, name, version=None, label=None):
        served = self._models.get(name, {})
        if label:
            version = str(self._labels.get(name, {}).get(label, label))
        version = version or max(served, key=int, default="")
        if version not in served:
            wish = f"Specific({name}, {version})" if version else ""
            raise Refusal(
                "NOT_FOUND",
                f"Servable not found for request: {wish or f'Latest({name})'}",
            )
        return version, served[version]


class Model:
    """A loaded version, and its signatures as the file has them."""

    def __init__(self, version):
        self.loaded = tf.saved_model.load(str(version))
        model = saved_model_pb2.SavedModel()
        model.ParseFromString((version / "saved_model.pb").read_bytes())
        self.signature_defs = model.meta_graphs[0].signature_def


def read_labels(path):
    """Versions by model and label."""
    config = model_server_config_pb2.ModelServerConfig()
    if path.exists():
        text_format.Parse(path.read_text(), config)
    return {
        model.name: dict(model.version_labels)
        for model in config.model_config_list.config
    }
