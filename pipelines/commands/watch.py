"""The command `keras-asd watch`."""

import sys
from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.outlets.outlet_settings import OutletSettings


@command
def run(
    model: str,
    sources: Sequence[str],
    *,
    history: str = "watch",
    json: bool = False,
    step_seconds: float | None = None,
    speed: float | None = None,
    loops: int | None = None,
    rate: int | None = None,
    channels: int | None = None,
    format: str | None = None,
    alarm: AlarmSettings,
    drift: DriftSettings,
    outlets: OutletSettings,
    trust: Sequence[str] = (),
) -> None:
    """Listens to sources without end, and prints alarms and other events.

    A source is SOURCE or MACHINE=SOURCE: a folder to which recordings are
    added, a recording that is replayed, - for raw PCM on standard input, card
    or card:NAME, an address such as rtsp://HOST/PATH, or a YAML file of
    sources. Windows are as long as what the model hears at once. Started again
    with the same history, a watch goes on where it was stopped or killed. It
    ends when all sources do, or by Ctrl-C.

    Args:
        model: Folder of a run, or of an exported model.
        sources (SOURCE): Sources to listen to.
        history (FOLDER): Folder of what must not be lost: history.sqlite with
            scores, events and positions, and kept sounds.
        json: Print events as JSON objects, one a line.
        step_seconds (SECONDS): Time from window to window. Defaults to their
            length.
        speed (FACTOR): Speed of a replayed recording, 0 for as fast as it
            goes. Defaults to 1.
        loops (N): How often a recording is replayed, 0 for without end.
            Defaults to 1.
        rate (HZ): Sampling rate of raw PCM (16,000) or of a sound card (its
            own).
        channels (N): Number of channels of these.
        format: Format of raw PCM: s16le (the default), s24le, s32le or f32le.
        alarm: When windows are an alarm.
        drift: How often a drift may be told by mistake.
        outlets: Where windows and events go.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.programs.watch import open_watch
    from pipelines.watching.sources.source_words import read_sources

    found = read_sources(
        sources,
        {
            "speed": speed,
            "loops": loops,
            "rate": rate,
            "channels": channels,
            "format": format,
        },
    )
    with open_watch(
        model, found, history, alarm, outlets, step_seconds, trust, drift
    ) as watch:
        for machine, promise in watch.promises().items():
            print(f"{machine}: {promise}", file=sys.stderr)
        for event in watch.listen():
            print(event.to_json() if json else event, flush=True)
