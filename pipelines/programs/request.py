"""Scores of clips, from a server."""

import math
import os
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from pipelines.audio.libsndfile import MAX_SAMPLING_RATE
from pipelines.audio.libsndfile import MIN_SAMPLING_RATE
from pipelines.audio.libsndfile import check_channel
from pipelines.client.address import ServedModel
from pipelines.client.clip_request import Inputs
from pipelines.client.clip_request import clip_request
from pipelines.client.server_error import ServerError
from pipelines.datasets.clip_keys import possible_keys
from pipelines.scoring.scoring_settings import OUTPUTS
from pipelines.scoring.scoring_settings import name_missing_score

Row = dict[str, Any]

NO_ANSWER: Row = {
    "machine": None,
    "anomaly_score": None,
    "p_value": None,
    "decision": -1,
    "valid": False,
    "problem": "",
}
UNKNOWN_MACHINE = "unknown machine"


def request_clips(
    model: ServedModel,
    paths: Sequence[str],
    machine: str | None = None,
    false_alarm_rate: float | None = None,
    sampling_rate: int = 16_000,
    recording_channel: int | str = "mean",
) -> Iterator[Row]:
    """Asks a server about clips, one by one.

    Args:
        model: From `connect`.
        paths: The recordings.
        machine: Key of all of them; read from each clip's name and folders
            where it is `None`.
        false_alarm_rate: Wished share of false alarms, in (0, 1); as the
            model was exported if `None`.
        sampling_rate: Hz that the model expects.
        recording_channel: See `clip_request`.

    Yields:
        A row for each clip, a dict of `clip`, `machine` and `OUTPUTS`. It has
        `None` where there is no number; where a clip cannot be used or its
        request is refused, `problem` tells why.

    Raises:
        ServerError: If no server answers, or it has no such model.
        ValueError: If `false_alarm_rate` is no share, or sampling rate or
            channel are such as no recording has; before the first clip.

    >>> from pipelines.client.address import connect
    >>> model = connect("http://localhost:8501/v1/models/fan")
    >>> [row["problem"] for row in request_clips(model, ["gone.wav"])]
    ['missing: ...']
    """
    if false_alarm_rate is not None and not 0 < false_alarm_rate < 1:
        raise ValueError(
            "`false_alarm_rate` must lie in (0, 1). Received: "
            f"false_alarm_rate={false_alarm_rate}."
        )
    if not MIN_SAMPLING_RATE <= sampling_rate <= MAX_SAMPLING_RATE:
        raise ValueError(
            f"`sampling_rate` must be {MIN_SAMPLING_RATE} to "
            f"{MAX_SAMPLING_RATE} Hz. Received: sampling_rate={sampling_rate}. "
            "The contract of the model has it."
        )
    check_channel(recording_channel)
    for path in paths:
        row = {"clip": path, **NO_ANSWER}
        try:
            signature, inputs = clip_request(
                path, sampling_rate, recording_channel, false_alarm_rate
            )
            keys = [machine] if machine else possible_keys(path)
            row.update(_ask(model, signature, inputs, keys))
        except ValueError as error:
            row["problem"] = str(error)
        yield row


def _ask(
    model: ServedModel, signature: str, inputs: Inputs, keys: Sequence[str]
) -> Row:
    """Asks by one key after the other, up to one that the model knows."""
    answers = []
    for key in keys:
        named = {**inputs, "machine": [os.fsencode(key)]}
        outputs = model.predict(signature, named)
        answers.append({"machine": key, **_only_row(outputs)})
        if answers[-1]["problem"] != UNKNOWN_MACHINE:
            return answers[-1]
    return answers[0]


def _only_row(outputs: dict[str, list]) -> Row:
    if any(len(outputs.get(name, [])) != 1 for name in OUTPUTS):
        raise ServerError(
            f"The model must give one row of {', '.join(OUTPUTS)}. Received: "
            f"{', '.join(sorted(outputs)) or 'nothing'}. Was it exported by "
            "this version of keras-asd?"
        )
    row = {name: outputs[name][0] for name in OUTPUTS}
    for name, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            row[name] = None
    return {**row, **name_missing_score(row)}
