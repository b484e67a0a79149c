import dataclasses
import os

import keras
import pytest
from keras import ops

from keras_asd.models import JoinedEmbedder
from pipelines.benchmarking.cost_overview import cost_table
from pipelines.benchmarking.costs import read_costs
from pipelines.benchmarking.costs import try_to_count
from pipelines.benchmarking.multiplications import count_multiplications
from pipelines.benchmarking.result_row import ResultRow
from pipelines.benchmarking.training_effort import begin_attempt
from pipelines.benchmarking.training_effort import count_attempts
from pipelines.benchmarking.training_effort import training_seconds
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings
from tests.made_up_benchmark import table_row


class Network(keras.Sequential):
    samples = 64


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([keras.layers.Dense(10, activation="relu")], 64 * 10),
        (
            [
                keras.layers.Reshape((8, 8, 1)),
                keras.layers.Conv2D(4, 3, padding="same"),
                keras.layers.BatchNormalization(),
                keras.layers.Conv2D(6, 3, groups=2, use_bias=False),
                keras.layers.DepthwiseConv2D(3, strides=2, padding="same"),
            ],
            64 * 4 * 9 + 36 * 6 * 9 * 2 + 9 * 6 * 9,
        ),
        ([keras.layers.Reshape((16, 4)), keras.layers.Conv1D(5, 3)], 14 * 60),
        ([keras.layers.Reshape((16, 4)), keras.layers.Dense(3)], 16 * 12),
    ],
)
def test_multiplications_are_those_by_hand(layers, expected):
    assert count_multiplications(Network(layers)) == expected


def test_what_cannot_be_counted_is_told_and_fails_nothing(caplog, outcome):
    layers = [keras.layers.Input((4,)), keras.layers.Dense(1)]
    assert try_to_count(keras.Sequential(layers)) is None
    assert "no attribute 'samples'" in caplog.text
    own = dataclasses.replace(outcome(1).costs, num_multiplications=None)
    table = cost_table([ResultRow("odd", "odd", {}, {1: own})])
    assert table_row(table, "odd")[6] == "?"


def test_a_peak_that_nobody_saw_does_not_count(outcome):
    own = outcome(1).costs
    costs = {1: own, 2: dataclasses.replace(own, peak_bytes=None)}
    table = cost_table([ResultRow("odd", "odd", {}, costs)])
    assert table_row(table, "odd")[7] == "700"
    table = cost_table([ResultRow("odd", "odd", {}, {2: costs[2]})])
    assert table_row(table, "odd")[7] == "?"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"num_epochs": 3}'])
def test_costs_that_are_none_are_measured_again(tmp_path, text, caplog):
    (tmp_path / "cell.json").write_text(text)
    assert read_costs(RunFolder(tmp_path)) is None
    assert "measured again" in caplog.text


def test_networks_side_by_side_count_together():
    sizes = {"num_steps": 1, "front_end": {"num_mel_bins": 16}}
    config = read_settings({"embedder": sizes}, choose_preset("glow_study"))
    one, other = (config.embedder.build(config) for _ in range(2))
    joined = JoinedEmbedder([one, other])
    count = try_to_count(joined)
    assert count == 2 * count_multiplications(one) > 0
    assert count == count_multiplications(joined)


class Einsum(keras.Model):
    samples = 64

    def call(self, waveform, training=None):
        rows = ops.reshape(waveform, (-1, 16, 4))
        product = ops.einsum("...ij,...kj->...ik", rows, rows)
        return ops.matmul(product, rows)


def test_products_of_two_tensors_count():
    assert count_multiplications(Einsum()) == 16 * 16 * 4 * 2


def test_the_papers_network_has_the_published_multiplications():
    config = choose_preset("tastgram_mfn_noisy_arcmix")
    embedder = config.embedder.build(config)
    mel_filters = 313 * 1025 * 128  # Left out of the 0.791 G.
    found = count_multiplications(embedder)
    assert found == pytest.approx(0.791e9 + mel_filters, rel=0.002)


def touch(path, now):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (now, now))


def test_the_seconds_of_killed_attempts_count_up_to_their_last_weights(
    tmp_path,
):
    run = RunFolder(tmp_path / "run")
    begin_attempt(run, now=100.0)
    assert training_seconds(run) == 0
    assert count_attempts(run) == 1
    begin_attempt(run, now=200.0)  # Killed before an epoch's end.
    touch(run.checkpoint(1), 230.0)
    assert training_seconds(run) == 30
    begin_attempt(run, now=500.0)
    assert training_seconds(run) == 30
    touch(run.checkpoint(2), 510.0)
    touch(run.detector, 515.0)
    assert training_seconds(run) == 45
    begin_attempt(run, now=900.0)
    assert training_seconds(run) == 45
    assert count_attempts(run) == 4
