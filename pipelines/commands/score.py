"""The command `keras-asd score`."""

import dataclasses
import functools
import pathlib
import sys
from collections.abc import Sequence
from typing import Literal

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.command import refuse_together
from pipelines.commands.printing import print_files
from pipelines.commands.printing import print_scores


@command
def run(
    model: str,
    recordings: Sequence[str] = (),
    *,
    clips: str | None = None,
    machine: str | None = None,
    out: str | None = None,
    shard: str | None = None,
    engine: Literal["own", "beam"] = "own",
    beam: str | None = None,
    json: bool = False,
    window: float | str | None = None,
    hop: float | None = None,
    false_alarm_rate: float | None = None,
    one_in: float | None = None,
    batch_size: int = 16,
    threads: int | None = None,
    verify: bool = False,
    report: str | None = None,
    audio: str = "alarms",
    fail_on_alarm: bool = False,
    trust: Sequence[str] = (),
) -> int:
    """Scores clips or folders with a run or an exported model.

    Prints a header and a line a clip: anomaly score, machine, clip, decision
    (1 alarm, 0 normal, -1 none) and p-value; with --window also the seconds
    where the window begins and ends; where the run knows faults, also the one
    that an alarm is nearest to, and its distance. With --report, writes a page
    that says which machines to look at first. With --out, writes scores and
    decisions, `valid` and `problem` as a table. Killed and started again with
    the same words, it goes on where it stopped, and scores again what has
    changed since; the table appears when it is whole.

    Args:
        model: Folder of a run, or of an exported model; or the file of an
            exported form, such as 1/model.onnx, to score with that form. It
            is what scores where TensorFlow is not installed, too.
        recordings (CLIP): Recordings, or folders.
        clips (LIST): CSV that lists the recordings instead, in its columns path
            and, where wanted, machine and section.
        machine (KEY): Machine of all clips, MACHINE/SECTION or MACHINE.
            Defaults to what the list, or each clip's name and folders say.
        out (TABLE): Table to write, .csv or .parquet.
        shard (I/N): Score only share I, from 0, of N of the list; `merge` joins
            the tables. One that is finished is left alone.
        engine: What shares the list out: own, this process alone, or beam, a
            pipeline of Apache Beam, whose --out may be a folder or its address,
            with / at its end.
        beam (FLAGS): Flags of that pipeline, as in
            --beam="--direct_running_mode=multi_processing
            --direct_num_workers=2"; --share_model loads one model a machine.
        json: Print one JSON object a line, also for a clip that is left out.
        window (SECONDS): Length of windows in which a recording of any length
            is scored; `model` for what the model hears at once. The last one
            ends with the recording.
        hop (SECONDS): Time from window to window. Defaults to their length.
        false_alarm_rate (RATE): Requested share of normal clips that raise
            an alarm. Defaults to the model's.
        one_in (N): The same, as at most one false alarm in N normal clips.
        batch_size (N): Windows of the model that are scored together, of
            clips of equal length, or of windows of --window. No clip is
            divided: a long one is heard in one call, unless --window cuts it.
        threads (N): Threads for decoding and for the model. Defaults to one a
            core.
        verify: Read all recordings that have rows in a table that goes on, to
            find what changed; otherwise those of another size or time.
        report (PAGE): Page to write, .html: machines ranked, clip by clip, with
            pictures of what is unusual and sounds to play.
        audio (CLIPS): Of which clips the page has sounds: none, alarms or
            all; as many as fit into 8 MB.
        fail_on_alarm: Exit with 1 if a clip raised an alarm.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    if out and json:
        raise UsageError("--json is for lines; a table is .csv or .parquet")
    if hop is not None and window is None:
        raise UsageError("--hop needs --window")
    if isinstance(window, str) and window != "model":
        raise UsageError("--window must be seconds, or `model`")
    if bool(recordings) == (clips is not None):
        raise UsageError("either CLIP or --clips must be given")
    if beam is not None and engine != "beam":
        raise UsageError("--beam needs --engine beam")
    if engine == "beam" and (out is None or shard is not None or report):
        raise UsageError(
            "--engine beam needs --out, and no --shard or --report"
        )
    if shard is not None and out is None:
        raise UsageError("--shard needs --out")
    if shard is not None and (report is not None or fail_on_alarm):
        raise UsageError("--report and --fail_on_alarm are not for a --shard")
    refuse_together(false_alarm_rate=false_alarm_rate, one_in=one_in)
    import tqdm

    from pipelines.calibration.requested_rates import requested_rate
    from pipelines.datasets.listed_clips import find_listed_clips
    from pipelines.datasets.listed_clips import read_listed_clips
    from pipelines.feedback.named_faults import naming_faults
    from pipelines.feedback.named_faults import read_nearest_fault
    from pipelines.files.names import escape_name
    from pipelines.programs.score import score_shard
    from pipelines.programs.score import score_to_table
    from pipelines.report.sounds import check_audio
    from pipelines.scoring.batch_scoring import score_clips
    from pipelines.scoring.clip_scorer import open_model
    from pipelines.scoring.clip_scorer import read_digest
    from pipelines.scoring.scoring_settings import MAX_SECONDS
    from pipelines.scoring.scoring_settings import ScoringSettings
    from pipelines.scoring.shard import read_shard
    from pipelines.scoring.tally import Tally

    check_audio(audio)
    if report is not None:
        # It needs Keras, which scoring with an exported form does not.
        from pipelines.programs.report import check_page
        from pipelines.programs.report import report_scores

        check_page(report)
    rate = requested_rate(false_alarm_rate, one_in)
    # What cannot be is said before a model is waited for.
    seconds = MAX_SECONDS if isinstance(window, str) else window
    settings = ScoringSettings(machine, seconds, hop, rate, batch_size, threads)
    share = None if shard is None else read_shard(shard)
    listed = None if clips is None else read_listed_clips(clips)
    # Neither a finished part nor Beam needs it in this process.
    load = functools.cache(lambda: open_model(model, threads, trust))
    if window == "model" or (share is None and engine == "own"):
        load()
    if window == "model":
        scorer, _ = load()
        seconds = scorer.samples / scorer.sampling_rate
        settings = dataclasses.replace(settings, window_seconds=seconds)
    listed = listed or find_listed_clips(recordings)
    settings = dataclasses.replace(settings, listed_machines=listed.machines)
    if engine == "beam":
        from pipelines.programs.score_by_beam import score_by_beam

        target = str(out)
        flags = beam or ""
        counts = score_by_beam(model, listed, target, settings, flags, trust)
        print_files([target])
        if not counts.get("scored"):
            return 2
        return 1 if fail_on_alarm and counts.get("alarms") else 0
    if share is not None:
        part = pathlib.Path(str(out))
        digest = read_digest(model)
        is_new = score_shard(
            lambda: load()[0], digest, listed, share, part, settings, verify
        )
        if is_new:
            print_files([part])
        else:
            print(f"finished before: {escape_name(part)}")
        return 0  # With broken clips alone it is whole, too.
    scorer, digest = load()
    paths = listed.paths
    tally = Tally(keeps_rows=report is not None)
    if out is not None:
        table = pathlib.Path(out)
        score_to_table(scorer, digest, paths, table, settings, verify, tally)
        print_files([table])
    else:
        scorer = naming_faults(scorer, read_nearest_fault(model))
        total = len(paths) if seconds is None else None
        # In a terminal the lines show how far it is.
        rows = tqdm.tqdm(
            score_clips(scorer, paths, settings),
            "scoring",
            total,
            unit="clip" if total else "window",
            disable=True if sys.stdout.isatty() else None,
        )
        print_scores(tally.count(rows), json)
    if report is not None:
        page = report_scores(tally.rows, model, report, rate, audio, trust)
        print_files([page])
    if not tally.num_scored:
        return 2
    return 1 if fail_on_alarm and tally.num_alarms else 0
