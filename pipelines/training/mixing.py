"""Mixup: seeded weights and partners, and the targets of mixed clips."""

import tensorflow as tf

# Below this weight the row with the margin would vanish; Beta(0.5, 0.5) does
# yield zeros.
MIN_MIX_WEIGHT = 1e-6


def draw_mix(
    num_clips: tf.Tensor,
    seed: tf.Tensor,
    alpha: float = 0.5,
    mix_per: str = "batch",
    probability: float = 1.0,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws mix weights and partners of a batch, determined by the seed.

    Args:
        num_clips: Number of clips in the batch.
        seed: Two integers, `(2,)`.
        alpha: Parameter of Beta(alpha, alpha), from which weights are drawn;
            they are at least 1e-6.
        mix_per: Scope of a weight: `"batch"`, one for all clips (as published),
            or `"clip"`, one for each.
        probability: Share of the clips that are mixed; the weight of the others
            is 1.

    Returns:
        `mix_weight` `(num_clips,)`, float32 in `[1e-6, 1]`, and
        `mix_partner` `(num_clips,)`, a permutation of the batch, int32.

    >>> weight, partner = draw_mix(4, [1, 2])
    >>> weight.shape, sorted(partner.numpy().tolist())
    (TensorShape([4]), [0, 1, 2, 3])

    Reference: Zhang et al., mixup, https://arxiv.org/abs/1710.09412
    """
    num_clips = tf.convert_to_tensor(num_clips, tf.int32)
    seed = tf.cast(seed, tf.int32)
    seeds = tf.random.split(seed, 3)
    num_weights = num_clips if mix_per == "clip" else tf.constant(1)
    # In float64, since two float32 gamma variates of a small alpha can both be
    # 0.
    first, second = (
        tf.random.stateless_gamma(
            [num_weights], seeds[i], alpha, None, tf.float64
        )
        for i in range(2)
    )
    weight = tf.cast(first / (first + second), tf.float32)
    weight = tf.maximum(weight, MIN_MIX_WEIGHT)
    weight = tf.broadcast_to(weight, [num_clips])
    if probability < 1:
        chance = tf.random.stateless_uniform(
            [num_clips], tf.random.experimental.stateless_fold_in(seed, 3)
        )
        weight = tf.where(chance < probability, weight, 1.0)
    partner = tf.random.experimental.stateless_shuffle(
        tf.range(num_clips), seeds[2]
    )
    return weight, partner


def mixed_targets(
    one_hot: tf.Tensor, mix_weight: tf.Tensor, mix_partner: tf.Tensor
) -> tf.Tensor:
    """Two-row targets of mixed clips.

    Args:
        one_hot: One-hot classes, `(batch, num_classes)`.
        mix_weight: Weights from `draw_mix`, `(batch,)`.
        mix_partner: Partners from `draw_mix`, `(batch,)`.

    Returns:
        Targets, `(batch, 2, num_classes)`: row 0 is `mix_weight * one_hot`, row
        1 is `1 - mix_weight` times the partner's `one_hot`.

    >>> targets = mixed_targets(tf.eye(2), tf.constant([0.75, 1.0]), [1, 0])
    >>> targets[0].numpy().tolist()
    [[0.75, 0.0], [0.0, 0.25]]
    """
    weight = mix_weight[:, None]
    partner = tf.gather(one_hot, mix_partner)
    return tf.stack([weight * one_hot, (1 - weight) * partner], axis=1)
