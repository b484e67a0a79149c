"""The command `keras-asd request`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.commands.printing import print_scores


@command
def run(
    url: str,
    clips: Sequence[str],
    *,
    machine: str | None = None,
    false_alarm_rate: float | None = None,
    sampling_rate: int = 16_000,
    recording_channel: int | str = "mean",
    timeout: float = 30.0,
    ca_file: str | None = None,
    token_file: str | None = None,
    json: bool = False,
) -> int:
    """Scores clips with a model that TensorFlow Serving serves.

    Prints a line a clip: anomaly score, machine, clip, decision (1 alarm, 0
    normal, -1 none) and p-value.

    Args:
        url: http://HOST:8501/v1/models/NAME or grpc://HOST:8500/NAME, also
            with /versions/NUMBER or /labels/LABEL, such as /labels/stable;
            https:// and grpcs:// are encrypted.
        clips (CLIP): Recordings.
        machine (KEY): Machine of all clips, MACHINE/SECTION or MACHINE.
            Defaults to what each clip's name and folders say.
        false_alarm_rate (RATE): Requested share of false alarms. Defaults to
            the one that the model was exported with.
        sampling_rate (HZ): Sampling rate that the model expects.
        recording_channel (CHANNEL): Channel of what is decoded here, which
            is everything but 16-bit PCM WAV: `mean`, or an index.
        timeout (SECONDS): Longest wait for an answer.
        ca_file (FILE): Certificates to trust, in PEM. Defaults to those of
            the system.
        token_file (FILE): Text file of a token, sent as the header
            `Authorization: Bearer`, over an encrypted connection or to this
            machine only.
        json: Print one JSON object a line, also for a clip that is left out.
    """
    from pipelines.client.address import connect
    from pipelines.programs.request import request_clips
    from pipelines.scoring.tally import Tally

    rows = request_clips(
        connect(url, timeout, ca_file, token_file),
        clips,
        machine,
        false_alarm_rate,
        sampling_rate,
        recording_channel,
    )
    return 0 if print_scores(Tally().count(rows), json) else 2
