"""The commands of the campaign: a line each.

In the words, `{data}` and the like are places of `tests.hostile.world`; what
a command writes lies in its working folder.
"""

import dataclasses

from keras_asd.__main__ import COMMANDS

FREE = (
    "--preset training_free --sampling_rate 4000 --clip_seconds 0.5 "
    "--embedder.num_mel_bins 8 --embedder.embedding_dim 4"
)
NETWORK = (
    "--preset autoencoder_study --sampling_rate 4000 --clip_seconds 1 "
    "--networks one --epochs 3 --seed 1"
)


@dataclasses.dataclass(frozen=True)
class Verb:
    """A command that writes.

    Args:
        name: Its name.
        words: Words after it.
        run: Whether it works in a run, which is copied to `run`.
        seconds: Longest time that it may take.
        is_quick: Whether it is tried without the switch, too.
    """

    name: str
    words: str
    run: bool = False
    seconds: int = 240
    is_quick: bool = False

    @property
    def title(self):
        """The name, and what tells two lines of one command apart."""
        count = [verb.name for verb in VERBS].count(self.name)
        return self.name + (f" ({VERBS.index(self)})" if count > 1 else "")


VERBS = (
    Verb("train", f"{{data}} --run run {NETWORK}"),
    Verb("train", f"{{data}} --run run {FREE}"),
    Verb("train", "{data} --run run --sampling_rate 4000 --clip_seconds 0.5"),
    Verb("evaluate", "run {data} --submission submission", run=True),
    Verb("score", "{run} {data} --out scores.csv", is_quick=True),
    Verb(
        "score",
        "{fan} {data} --out scores.parquet --window 0.2 --report page.html",
    ),
    Verb(
        "score", "{run} --clips {clips} --batch_size 1 --shard 1/2 --out p.csv"
    ),
    Verb(
        "merge", "{parts}/0.csv {parts}/1.csv --out scores.csv", is_quick=True
    ),
    Verb(
        "watch",
        "{run} fan/id_00={clip} --speed 0 --loops 300 --history watch "
        "--events_file events.jsonl --page 0",
        is_quick=True,
    ),
    Verb("explain", "{run} {clip} --masks 20 --to pictures"),
    Verb("export", "{run} --to fan"),
    Verb("embed", "{run} {data} --to map"),
    Verb("calibrate", "run {fresh}", run=True),
    Verb(
        "feedback",
        "run --normal {fresh}/fan/train --machine fan/id_00",
        run=True,
        is_quick=True,
    ),
    Verb(
        "feedback", "run --fault {clip} --machine fan/id_02 --name a", run=True
    ),
    Verb(
        "enrol",
        "run pump/id_00 {fresh}/fan/train",
        run=True,
        is_quick=True,
    ),
    Verb(
        "tune",
        f"{{data}} --search search --trials 2 --confirm_seeds 0 {FREE}",
    ),
    Verb("serve-files", "{models} --to serving --shards 3", is_quick=True),
    Verb("bench", "{benchmark} --to results"),
    Verb(
        "download",
        "dcase2020 --parts development --mirror {zenodo} --to d",
        is_quick=True,
    ),
)
# They write nothing, or what the lines above write, through the same doors.
WITHOUT_A_LINE = {
    "thresholds": "prints",
    "alarms": "writes one row into the history of a watch",
    "drift": "writes one picture, as explain does",
    "request": "prints",
    "official": "prints",
    "study": "a benchmark of another name",
    "demo": "train, evaluate and export",
}
ALL_COMMANDS = set(COMMANDS)
