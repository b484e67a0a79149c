"""Checks of the draws and the weights that a classifier is trained with."""

import keras


def check_draws(inputs) -> None:
    """Refuses partners that are given row by row.

    Whoever cuts, shuffles or joins rows makes other batches of them, in which
    an index counts other clips.

    Args:
        inputs: Dict of `waveform` and perhaps `mix_partner`, arrays or specs.

    Raises:
        ValueError: For a `mix_partner` that is not `(1, batch)`.

    >>> from keras import ops
    >>> check_draws({"mix_partner": ops.zeros((1, 4), "int32")})
    """
    if not isinstance(inputs, dict) or "mix_partner" not in inputs:
        return
    shape = tuple(inputs["mix_partner"].shape)
    if len(shape) != 2 or shape[0] not in (1, None):
        raise ValueError(
            "`mix_partner` must be one row that counts the clips of a batch, "
            f"(1, batch). Received: mix_partner of shape {shape}. Row by row, "
            "give the partners themselves: `partner_waveform`, "
            "waveform[mix_partner]."
        )


def check_training_data(x, y, class_weight=None) -> None:
    """Refuses what `fit` would train on wrongly, as far as it can be seen.

    Args:
        x: Inputs, or a data set of inputs and targets.
        y: Targets, `None` for a data set.
        class_weight: Weights by class, or `None`.

    Raises:
        ValueError: For partners that are given row by row, or weights of
            classes with targets of two rows, which have two classes.

    >>> import numpy as np
    >>> check_training_data({"waveform": np.zeros((4, 8))}, np.zeros((4, 2)))
    """
    batch = x[0] if isinstance(x, keras.utils.PyDataset) else (x, y)
    batch = getattr(x, "element_spec", batch)
    parts = batch if isinstance(batch, tuple) else (batch,)
    inputs, targets = (*parts, None)[:2]
    check_draws(inputs)
    rank = len(getattr(targets, "shape", ()))
    if class_weight is not None and rank == 3:
        raise ValueError(
            "`class_weight` must come with one class a clip. Received: "
            f"class_weight={class_weight} with mixed targets of shape "
            f"{tuple(targets.shape)}. Give `sample_weight`, one a clip."
        )
