import pytest
from tensorflow.lite.python.schema_py_generated import BuiltinOperator

from pipelines.exporting.quantization import choose_quantized

CONVOLUTION = BuiltinOperator.CONV_2D
PRODUCT = BuiltinOperator.FULLY_CONNECTED
OTHER = BuiltinOperator.PRELU


def choose(*operations, layers=("backbone",)):
    return sorted(choose_quantized(operations, layers))


def test_what_lies_between_the_first_and_last_product_is_quantised():
    chosen = choose(
        (OTHER, "net/front_end/mul"),
        (OTHER, "net/backbone/pad"),
        (CONVOLUTION, "net/backbone/first"),
        (OTHER, "net/backbone/prelu"),
        (CONVOLUTION, "net/backbone/second"),
        (PRODUCT, "net/backbone/last"),
        (OTHER, "net/backbone/reshape"),
        (PRODUCT, "net/head/matmul"),
    )
    assert chosen == [3, 4]


def test_each_layer_has_its_own_ends():
    layers = ("left", "right")
    operations = [
        (CONVOLUTION, f"net/{layer}_1/{index}")
        for layer in layers
        for index in range(3)
    ]
    assert choose(*operations, layers=layers) == [1, 4]


def test_names_are_whole_words():
    operations = [(CONVOLUTION, f"net/backbones/{k}") for k in range(3)]
    assert choose(*operations) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_short_network_has_nothing_to_quantise(count):
    operations = [(CONVOLUTION, f"net/backbone/{k}") for k in range(count)]
    assert choose(*operations, (OTHER, "net/backbone/relu")) == []
