import math
import types

import pytest
from tensorboard.backend.event_processing import data_provider
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.backend.event_processing import plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import backend_context
from tensorboard.plugins.hparams import get_experiment
from tensorboard.plugins.hparams import list_session_groups

from tuning.showing.hparams import write_hparams
from tuning.trials.trial_record import TrialRecord

NAMES = ("margin", "gate", "is_affine")
VALUES = {"margin": 0.5, "gate": "raw", "is_affine": True}
RECORDS = [
    TrialRecord(
        "00",
        VALUES,
        "completed",
        0.8,
        {"val_proxy_auc": 0.8, "val_loss": math.nan},
        seconds=30.0,
    ),
    TrialRecord("01", {**VALUES, "margin": 0.9}, "failed", reason="NaN"),
    TrialRecord("02", VALUES, "running"),
    TrialRecord("03", VALUES, "waiting"),
]


def ask(folder):
    """What TensorBoard's own HParams page would get."""
    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    multiplexer.AddRunsFromDirectory(str(folder))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(folder))
    context = backend_context.Context(
        types.SimpleNamespace(data_provider=provider)
    )
    metadata = context.hparams_metadata(RequestContext(), "")
    experiment = get_experiment.Handler(
        RequestContext(), context, "", api_pb2.GetExperimentRequest()
    ).run()
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0,
        slice_size=10,
        allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE],
    )
    groups = list_session_groups.Handler(
        RequestContext(), context, "", request
    ).run()
    assert set(metadata) == {group.name for group in groups.session_groups}
    return experiment, {group.name: group for group in groups.session_groups}


def test_tensorboard_finds_each_ended_trial(tmp_path):
    write_hparams(tmp_path, RECORDS, NAMES)
    experiment, groups = ask(tmp_path)
    assert {info.name for info in experiment.hparam_infos} == set(NAMES)
    assert [info.name.tag for info in experiment.metric_infos] == [
        "val_proxy_auc"
    ]
    assert set(groups) == {"00", "01"}
    best, failed = groups["00"], groups["01"]
    assert best.hparams["margin"].number_value == 0.5
    assert best.hparams["gate"].string_value == "raw"
    assert best.hparams["is_affine"].bool_value is True
    assert best.metric_values[0].value == pytest.approx(0.8)
    [session] = best.sessions
    assert session.status == api_pb2.STATUS_SUCCESS
    assert session.end_time_secs - session.start_time_secs == pytest.approx(30)
    assert failed.sessions[0].status == api_pb2.STATUS_FAILURE


def test_a_trial_is_written_once(tmp_path):
    [*first] = write_hparams(tmp_path, RECORDS, NAMES)
    contents = [path.read_bytes() for path in first]
    assert write_hparams(tmp_path, RECORDS, NAMES) == []
    assert [path.read_bytes() for path in first] == contents
    ended = [TrialRecord("02", VALUES, "completed", 0.7)]
    assert len(write_hparams(tmp_path, ended, NAMES)) == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 3


def test_what_a_kill_left_is_written_anew(tmp_path):
    (tmp_path / "00").mkdir()
    (tmp_path / "00" / "partial").write_bytes(b"half")
    [path] = write_hparams(tmp_path, RECORDS[:1], NAMES)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    events = list(event_file_loader.EventFileLoader(str(path)).Load())
    assert events[0].file_version == "brain.Event:2"
    assert len(events) == 4
