"""Keeps this package and Keras out of a process that runs an exported form."""

import sys

for name in ("keras", "tf_keras", "keras_asd", "pipelines", "tuning"):
    sys.modules[name] = None
