"""SavedModels by bare TensorFlow, told of as TensorFlow Serving does."""

import pathlib

import tensorflow as tf

from tests.serving.refusal import Refusal


class ServedModels:
    """The newest version of each model in a folder."""

    def __init__(self, folder):
        self._models = {}
        for path in sorted(pathlib.Path(folder).iterdir()):
            numbers = [
                int(version.name)
                for version in (path.iterdir() if path.is_dir() else [])
                if version.name.isdecimal()
            ]
            if numbers:
                version = str(max(numbers))
                loaded = tf.saved_model.load(str(path / version))
                self._models[path.name] = version, loaded

    def status(self, name):
        """The JSON of a model's status."""
        version, _ = self._find(name)
        state = {
            "version": version,
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
        return {"model_version_status": [state]}

    def predict(self, name, signature, inputs):
        """Outputs by name, as NumPy arrays."""
        serve = self._signature(name, signature)
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

    def _find(self, name):
        if name not in self._models:
            raise Refusal(
                "NOT_FOUND", f"Servable not found for request: Latest({name})"
            )
        return self._models[name]

    def _signature(self, name, signature):
        _, model = self._find(name)
        if signature not in model.signatures:
            raise Refusal(
                "INVALID_ARGUMENT",
                f'Serving signature name: "{signature}" not found in signature '
                "def",
            )
        return model.signatures[signature]
