"""Export of trials to TensorBoard's HParams page."""

import io
import math
import os
import pathlib
import time
from collections.abc import Sequence
from typing import Any

from tensorboard.compat.proto import event_pb2
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.plugins.hparams import summary_v2
from tensorboard.summary.writer.record_writer import RecordWriter

from tuning.trials.trial_record import TrialRecord

FILE_NAME = "events.out.tfevents.0.trial"
STATUS = {
    "completed": api_pb2.STATUS_SUCCESS,
    "failed": api_pb2.STATUS_FAILURE,
}


def write_hparams(
    folder: str | os.PathLike[str],
    records: Sequence[TrialRecord],
    parameters: Sequence[str],
) -> list[pathlib.Path]:
    """Writes a run for each trial that has ended, unless it exists.

    `tensorboard --logdir folder` shows them under HParams, with the metrics
    of the completed ones.

    Args:
        folder: Folder of the runs, each in a subfolder.
        records: Records of a search.
        parameters: Names of the searched parameters.

    Returns:
        Paths of the event files written by this call.

    >>> import tempfile
    >>> record = TrialRecord("0", {"margin": 0.5}, "completed", 0.8)
    >>> folder = tempfile.mkdtemp()
    >>> len(write_hparams(folder, [record], ["margin"]))
    1
    >>> len(write_hparams(folder, [record], ["margin"]))
    0
    """
    written = []
    for record in records:
        path = pathlib.Path(folder) / record.name / FILE_NAME
        if record.status not in STATUS or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        # TensorBoard does not read a file of this name until it is whole.
        partial = path.with_name("partial")
        partial.write_bytes(_encode(record, parameters))
        os.replace(partial, path)
        written.append(path)
    return written


def _encode(record: TrialRecord, parameters: Sequence[str]) -> bytes:
    ended = time.time()
    began = ended - (record.seconds or 0.0)
    values = {
        name: record.values[name]
        for name in parameters
        if name in record.values
    }
    end = plugin_data_pb2.HParamsPluginData(
        session_end_info=plugin_data_pb2.SessionEndInfo(
            status=STATUS[record.status], end_time_secs=ended
        )
    )
    closing = summary_pb2.Summary()
    closing.value.add(
        tag=metadata.SESSION_END_INFO_TAG,
        metadata=metadata.create_summary_metadata(end),
        tensor=metadata.NULL_TENSOR,
    )
    numbers = summary_pb2.Summary()
    for name, value in record.metrics.items():
        if math.isfinite(value):
            numbers.value.add(tag=name, simple_value=value)
    opening = summary_v2.hparams_pb(
        values, trial_id=record.name, start_time_secs=began
    )
    file = io.BytesIO()
    writer = RecordWriter(file)
    events: list[dict[str, Any]] = [{"file_version": "brain.Event:2"}]
    events += [{"summary": part} for part in (opening, numbers, closing)]
    for event in events:
        encoded = event_pb2.Event(wall_time=ended, **event)
        writer.write(encoded.SerializeToString())
    return file.getvalue()
