"""Training batches with tf.data, reproducible from a seed."""

import os
from collections.abc import Sequence

import tensorflow as tf

from pipelines.audio.decoder_choice import choose_routes
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.tf_data_decoder import make_decoder
from pipelines.audio.waveforms import fit_length
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.training.mixing import draw_mix
from pipelines.training.mixing import mixed_targets


class TrainingData:
    """Streams batches of examples, in a new order in every epoch.

    The order, mix weights and partners of an epoch depend only on the seed and
    the index of the epoch, so a resumed run sees the same batches as an
    uninterrupted one. A clip that cannot be decoded any more is logged; it and
    the clips mixed with it have a sample weight of zero. Unmixed, its target is
    zero, too.

    Args:
        examples: Examples to train on.
        inspected: Inspected clip of each example, in the same order.
        label_map: Auxiliary classes of the examples.
        config: Settings of the run.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> inspected = InspectedClip(clip, "WAV", "PCM_16", 16000, 1, 9, True)
    >>> data = TrainingData(
    ...     [Example(clip, "fan/id_00")] * 65,
    ...     [inspected] * 65,
    ...     LabelMap(("fan/id_00",), {}),
    ...     Config(batch_size=32, decoder="libsndfile"),
    ... )
    >>> data.steps_per_epoch
    2
    """

    def __init__(
        self,
        examples: Sequence[Example],
        inspected: Sequence[InspectedClip],
        label_map: LabelMap,
        config: Config,
    ):
        self.config = config
        self.num_examples = len(examples)
        self.num_classes = len(label_map.classes)
        class_index = {
            name: index for index, name in enumerate(label_map.classes)
        }
        routes = choose_routes(inspected, config.sampling_rate, config.decoder)
        self._decode = make_decoder(
            routes, config.sampling_rate, config.recording_channel
        )
        self._paths = tf.constant(
            [os.fsencode(example.clip.path) for example in examples], tf.string
        )
        self._routes = tf.constant(routes, tf.string)
        self._speeds = tf.constant(
            [example.speed for example in examples], tf.float32
        )
        self._positions = tf.constant(
            [example.place for example in examples], tf.float32
        )
        self._classes = tf.constant(
            [class_index[example.class_name] for example in examples], tf.int32
        )

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches; a last batch of a single clip is dropped.

        Batch normalisation needs more than one clip.
        """
        full, rest = divmod(self.num_examples, self.config.batch_size)
        return max(full + (rest > 1), 1)

    def batches(self, first_epoch: int = 0) -> tf.data.Dataset:
        """Batches of all epochs from `first_epoch` on, for one `fit`."""
        epochs = tf.data.Dataset.range(first_epoch, self.config.epochs)
        return epochs.flat_map(self._epoch).prefetch(2)

    def unmixed_batches(self) -> tf.data.Dataset:
        """All examples once, in order and unmixed, for validation."""
        indices = tf.data.Dataset.range(self.num_examples)
        return self._batch(indices).map(self._unmixed).prefetch(2)

    def _epoch(self, epoch):
        seed = tf.stack([tf.constant(self.config.seed, tf.int64), epoch])
        order = tf.random.experimental.stateless_shuffle(
            tf.range(self.num_examples, dtype=tf.int64), seed
        )
        batches = self._batch(tf.data.Dataset.from_tensor_slices(order))
        batches = batches.take(self.steps_per_epoch)
        mixup = self.config.loss.mixup
        if mixup is None:
            return batches.map(self._unmixed)
        first_step = epoch * self.steps_per_epoch
        return batches.enumerate(first_step).map(
            lambda step, batch: self._mixed(mixup, step, batch)
        )

    def _batch(self, indices):
        decoded = indices.map(
            self._load, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        )
        return decoded.batch(self.config.batch_size)

    def _load(self, index):
        waveform = self._decode(
            self._paths[index], self._routes[index], self._speeds[index]
        )
        is_whole = tf.cast(tf.size(waveform) > 0, tf.float32)
        surplus = tf.maximum(tf.size(waveform) - self.config.samples, 0)
        start = self._positions[index] * tf.cast(surplus, tf.float32)
        waveform = fit_length(
            waveform[tf.cast(start, tf.int32) :],
            self.config.samples,
            self.config.short_clips,
        )
        one_hot = tf.one_hot(self._classes[index], self.num_classes)
        return waveform, one_hot, is_whole

    def _unmixed(self, waveform, one_hot, is_whole):
        # Losses over pairs of clips must not use a broken clip as a partner.
        one_hot = one_hot * is_whole[:, None]
        target = one_hot
        if self.config.loss.targets == "rows":
            target = tf.stack([one_hot, tf.zeros_like(one_hot)], axis=1)
        return {"waveform": waveform}, target, is_whole

    def _mixed(self, mixup, step, batch):
        waveform, one_hot, is_whole = batch
        seed = tf.stack([tf.constant(self.config.seed, tf.int64), step])
        weight, partner = draw_mix(
            tf.shape(waveform)[0],
            seed,
            mixup.mix_alpha,
            mixup.mix_per,
            mixup.mix_probability,
        )
        inputs = {
            "waveform": waveform,
            "mix_weight": weight,
            "mix_partner": partner[None],
        }
        targets = mixed_targets(one_hot, weight, partner)
        if self.config.loss.targets == "soft":
            targets = tf.reduce_sum(targets, axis=1)
        return inputs, targets, is_whole * tf.gather(is_whole, partner)
