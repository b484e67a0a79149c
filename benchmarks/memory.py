"""Peak memory of a training epoch, of few and of many clips.

Each epoch runs in a fresh process, `python -m benchmarks.memory FOLDER`, since
the peak of a process never falls. The process that starts it loads no
framework: Linux counts what a process was before it became another program.
"""

import pathlib
import random
import subprocess
import sys
import tempfile
import wave

from benchmarks.measurement import Measurement

SAMPLING_RATE = 16_000


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures few and many clips of 1 s, and their ratio."""
    few, many = (8, 16) if is_quick else (500, 5000)
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        _write_clips(root, range(few))
        peak_of_few = _peak_memory(root)
        _write_clips(root, range(few, many))
        peak_of_many = _peak_memory(root)
    name = "peak memory of an epoch"
    return [
        Measurement(f"{name}, {few:,} clips", peak_of_few, "MiB"),
        Measurement(f"{name}, {many:,} clips", peak_of_many, "MiB"),
        Measurement(
            f"{name}, {many:,} to {few:,} clips",
            peak_of_many / peak_of_few,
            "times",
            at_least=0.9,
            below=1.1,
        ),
    ]


def _peak_memory(folder: pathlib.Path) -> float:
    command = [sys.executable, "-m", "benchmarks.memory", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"The epoch failed: {result.stderr}")
    return float(result.stdout.split()[-1])


def _write_clips(folder: pathlib.Path, indices: range) -> None:
    for index in indices:
        noise = random.Random(index).randbytes(2 * SAMPLING_RATE)
        with wave.open(str(folder / f"{index:05}.wav"), "wb") as clip:
            clip.setnchannels(1)
            clip.setsampwidth(2)
            clip.setframerate(SAMPLING_RATE)
            clip.writeframes(noise)


def _train_one_epoch(folder: str) -> None:
    """Inspects the clips, streams them through `fit` once, and prints MiB."""
    import resource

    from pipelines.audio.inspection import inspect_clips
    from pipelines.datasets.clip import Clip
    from pipelines.runs.labels import make_examples
    from pipelines.runs.labels import make_label_map
    from pipelines.settings.config import Config
    from pipelines.settings.embedders import MobileFaceNet
    from pipelines.settings.front_ends import LogMel
    from pipelines.training.assembly import make_classifier
    from pipelines.training.training_data import TrainingData

    paths = sorted(pathlib.Path(folder).iterdir())
    clips = [
        Clip(path, "fan", f"id_{index % 2:02}", "train", False)
        for index, path in enumerate(paths)
    ]
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=32), width=0.25),
        clip_seconds=1.0,
        epochs=1,
        holdout=0.0,
        keep="last",
    )
    inspected, _ = inspect_clips(clips)
    examples = make_examples(clips, config.classes)
    label_map = make_label_map(examples, examples)
    data = TrainingData(examples, inspected, label_map, config)
    classifier = make_classifier(config, data.num_classes)
    classifier.fit(
        data.batches(),
        steps_per_epoch=data.steps_per_epoch,
        shuffle=False,
        verbose=0,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    print(peak / 2**20 if sys.platform == "darwin" else peak / 2**10)


if __name__ == "__main__":
    _train_one_epoch(sys.argv[1])
