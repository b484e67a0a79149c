import numpy as np
import pytest
import soundfile

from pipelines.audio.libsndfile import decode_clip
from pipelines.client.address import connect
from pipelines.client.server_error import ServerError
from pipelines.programs.request import request_clips


def size(path, sampling_rate=16000):
    return float(np.abs(decode_clip(path, sampling_rate)).mean())


@pytest.fixture
def ask(url_of):
    def ask(*paths, name="fan", **options):
        paths = [str(path) for path in paths]
        return list(request_clips(connect(url_of(name)), paths, **options))

    return ask


def test_wav_bytes_and_decoded_clips_are_scored_alike(ask, write_hum):
    plain = write_hum("fan/test/normal_id_00_00000000.wav")
    for name, options in (
        ("fan/test/normal_id_00_00000001.wav", {"subtype": "PCM_24"}),
        ("fan/test/normal_id_00_00000002.flac", {}),
        ("fan/test/normal_id_00_00000003.wav", {"sampling_rate": 8000}),
    ):
        other = write_hum(name, **options)
        for path, row in zip([plain, other], ask(plain, other), strict=True):
            assert row["machine"] == "fan/id_00"
            assert row["anomaly_score"] == pytest.approx(size(path), abs=1e-6)
            assert row["p_value"] == pytest.approx(1 - size(path), abs=1e-6)
            assert (row["decision"], row["problem"]) == (0, "")
            assert row["valid"] is True


def test_a_broken_clip_does_not_stop_the_rest(ask, write_hum, tmp_path):
    good = write_hum("pump/normal.wav")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(good.read_bytes()[:1000])
    text = tmp_path / "text.wav"
    text.write_text("no sound at all")
    rows = ask("gone.wav", broken, text, good, machine="pump")
    reasons = [row["problem"][:9] for row in rows]
    assert reasons == ["missing: ", "truncated", "not audio", ""]
    scores = [row["anomaly_score"] is not None for row in rows]
    assert scores == [False, False, False, True]
    assert len({tuple(row) for row in rows}) == 1


def test_a_machine_is_asked_for_by_its_section_and_then_alone(ask, write_hum):
    known, unknown = write_hum("pump/a.wav"), write_hum("whale/a.wav")
    rows = ask(known, unknown)
    assert [row["machine"] for row in rows] == ["pump", "whale/all"]
    assert [row["problem"] for row in rows] == ["", "unknown machine"]
    assert rows[1]["anomaly_score"] is rows[1]["p_value"] is None
    assert rows[1]["valid"] is False and rows[1]["decision"] == -1


def test_a_wished_rate_goes_to_the_signature_that_takes_it(ask, write_hum):
    path = write_hum("pump/a.wav")
    p_value = 1 - size(path)
    for rate, decision in ((p_value - 0.01, 0), (p_value + 0.01, 1)):
        (row,) = ask(path, machine="pump", false_alarm_rate=rate)
        assert row["decision"] == decision
    with pytest.raises(ValueError, match="false_alarm_rate=1.5"):
        ask(path, machine="pump", false_alarm_rate=1.5)


def test_a_server_that_is_busy_is_asked_again(ask, server, write_hum):
    path = write_hum("pump/a.wav")
    for fault in ("UNAVAILABLE", "RESOURCE_EXHAUSTED"):
        server.order_faults(fault, fault)
        (row,) = ask(path, machine="pump")
        assert row["anomaly_score"] == pytest.approx(size(path), abs=1e-6)
        assert server.order_faults() == 3


def test_there_is_an_end_to_asking_again(ask, server, write_hum):
    server.order_faults(*["UNAVAILABLE"] * 9)
    with pytest.raises(ServerError, match="No server answers"):
        ask(write_hum("pump/a.wav"), machine="pump")
    assert server.order_faults() == 5


def test_a_refused_request_concerns_its_clip_alone(ask, server, write_hum):
    paths = [write_hum(f"pump/{name}.wav") for name in "abc"]
    server.order_faults("INTERNAL", "DEADLINE_EXCEEDED")
    rows = ask(*paths, machine="pump")
    problems = [row["problem"] for row in rows]
    assert "INTERNAL" in problems[0] or "500" in problems[0]
    assert "time" in problems[1] or "no answer" in problems[1]
    assert problems[2] == ""
    assert server.order_faults() == 3


def test_a_wrong_name_is_told_at_once(ask, write_hum):
    with pytest.raises(ServerError, match="no (such )?model.*Latest"):
        ask(write_hum("pump/a.wav"), name="fun", machine="pump")


def test_a_missing_signature_is_named(url_of):
    inputs = {"waveform": np.zeros((1, 8), "float32")}
    with pytest.raises(ServerError, match="no signature 'guess'"):
        connect(url_of("fan")).predict("guess", inputs)


def test_garbage_is_no_answer(ask, server, write_hum):
    server.order_faults("garbage")
    with pytest.raises(ServerError, match="no TensorFlow Serving|Received"):
        ask(write_hum("pump/a.wav"), machine="pump")


def test_a_slow_answer_is_not_waited_for(server, url_of, write_hum):
    path = str(write_hum("pump/a.wav"))
    model = connect(url_of("fan"), timeout_seconds=0.5)
    server.order_faults("slow")
    slow, fast = request_clips(model, [path, path], machine="pump")
    assert slow["problem"] == "no answer within 0.5 s"
    assert fast["problem"] == ""


def test_a_dropped_connection_is_made_again(server, write_hum):
    server.order_faults("drop")
    model = connect(server.rest_url("fan"))
    (row,) = request_clips(model, [str(write_hum("a.wav"))], machine="pump")
    assert row["anomaly_score"] > 0


def test_too_large_a_message_is_told(server, tmp_path):
    path = tmp_path / "long.flac"
    soundfile.write(path, np.zeros(5_000_000), 16000)
    model = connect(server.grpc_url("fan"))
    (row,) = request_clips(model, [str(path)], machine="pump")
    assert "too large for the server" in row["problem"]
    server.order_faults("TOO_LARGE")
    model = connect(server.rest_url("fan"))
    path = tmp_path / "short.wav"
    soundfile.write(path, np.zeros(1000), 16000)
    (row,) = request_clips(model, [str(path)], machine="pump")
    assert "too large for the server" in row["problem"]


def test_where_nobody_listens_the_address_is_told(server, write_hum):
    paths = [str(write_hum("a.wav"))]
    for url in ("http://127.0.0.1:9/v1/models/fan", "grpc://127.0.0.1:9/fan"):
        with pytest.raises(ServerError, match="127.0.0.1:9.*Does it run"):
            list(request_clips(connect(url), paths, machine="pump"))


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_is_not_finite_is_named(score, write_hum):
    class Broken:
        def predict(self, signature, inputs):
            numbers = {"anomaly_score": [score], "p_value": [np.nan]}
            told = {"decision": [-1], "valid": [True], "problem": [""]}
            return {**numbers, **told}

    (row,) = request_clips(Broken(), [str(write_hum("pump/a.wav"))])
    assert row["anomaly_score"] is row["p_value"] is None
    assert (row["valid"], row["problem"]) == (False, "no finite score")
