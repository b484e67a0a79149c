"""Base class of layers and models that are made of other Keras objects."""

import keras


@keras.saving.register_keras_serializable(package="keras_asd")
class Composite(keras.layers.Layer):
    """Layer whose configuration nests those of its parts.

    `parts` names the constructor arguments that hold a Keras object, a list
    of them or `None`; they are attributes of the same names.

    >>> class Twice(Composite):
    ...     parts = ("layer",)
    ...     def __init__(self, layer, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.layer = layer
    >>> config = Twice(keras.layers.Dense(3)).get_config()
    >>> Twice.from_config(config).layer.units
    3
    """

    parts: tuple[str, ...] = ()

    def quantize(self, mode=None, **kwargs):
        """Quantizes the layers that Keras can quantize, if there are any.

        Raises:
            NotImplementedError: Where there is none; Keras would do nothing.
        """
        if not any(map(_can_be_quantized, self._flatten_layers())):
            raise NotImplementedError(
                "`quantize` must find a layer that Keras can quantize. "
                f"Received: {type(self).__name__}, which has none. `keras-asd "
                "export RUN --to FOLDER --also litert_int8` writes a network "
                "of 8 bits."
            )
        super().quantize(mode, **kwargs)

    def get_config(self):
        parts = {
            name: keras.saving.serialize_keras_object(getattr(self, name))
            for name in self.parts
        }
        return {**super().get_config(), **parts}

    @classmethod
    def from_config(cls, config):
        parts = {
            name: keras.saving.deserialize_keras_object(config.get(name))
            for name in cls.parts
        }
        return cls(**{**config, **parts})


def _can_be_quantized(layer) -> bool:
    bases = (keras.layers.Layer, keras.Model, Composite)
    return type(layer).quantize not in {base.quantize for base in bases}
