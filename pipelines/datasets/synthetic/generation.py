"""Generation of a synthetic data set in a folder."""

import dataclasses
import json
import os
import pathlib
import wave

import numpy as np
import tqdm

from pipelines import atomic
from pipelines.datasets.synthetic.recording import Recording
from pipelines.datasets.synthetic.synthetic_settings import SyntheticSettings

SETTINGS_NAME = "synthetic_settings.json"


def generate(
    root: str | pathlib.Path,
    settings: SyntheticSettings | None = None,
) -> list[pathlib.Path]:
    """Writes `<root>/<machine>/{train,test}/section_<id>_<…>.wav`.

    Files are whole or absent. An equal call resumes one that was interrupted;
    existing clips are kept. One process at a time may write to a folder.

    Args:
        root: Folder that is absent, empty, or made by equal settings.
        settings: Settings of the data set. Defaults to `SyntheticSettings()`.

    Returns:
        Paths of the clips, sorted.

    Raises:
        ValueError: If `root` holds anything else.

    >>> import tempfile
    >>> root = tempfile.mkdtemp()
    >>> settings = SyntheticSettings(
    ...     machines=("fan",), num_ids=1, num_train=1, num_train_target=0,
    ...     num_test_normal=0, num_test_anomaly=1, seconds=0.5)
    >>> for path in generate(root, settings):
    ...     print(path.name)
    section_00_source_test_anomaly_0000_load_110_noise_1_fault_bearing_severity_0.63.wav
    section_00_source_train_normal_0000_load_110_noise_1.wav
    """
    root = pathlib.Path(root)
    settings = settings or SyntheticSettings()
    _claim(root, settings)
    paths = []
    recordings = plan(settings)
    for recording in tqdm.tqdm(
        recordings, "generate", unit="clip", disable=None
    ):
        folder = root / recording.machine / recording.split
        path = folder / recording.file_name
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write_wave(path, recording.waveform(settings), settings)
        paths.append(path)
    return sorted(paths)


def plan(settings: SyntheticSettings) -> list[Recording]:
    """Lists the recordings that the settings ask for.

    >>> len(plan(SyntheticSettings(machines=("pump",), num_ids=1)))
    120
    """
    num_source = settings.num_train - settings.num_train_target
    counts = {
        ("train", "source", False): num_source,
        ("train", "target", False): settings.num_train_target,
        ("test", "source", False): (settings.num_test_normal + 1) // 2,
        ("test", "target", False): settings.num_test_normal // 2,
        ("test", "source", True): (settings.num_test_anomaly + 1) // 2,
        ("test", "target", True): settings.num_test_anomaly // 2,
    }
    return [
        Recording(machine, section, *group, index, settings.seed)
        for machine in settings.machines
        for section in range(settings.num_ids)
        for group, count in counts.items()
        for index in range(count)
    ]


def _claim(root: pathlib.Path, settings: SyntheticSettings) -> None:
    """Puts the settings into an empty folder, or finds equal ones there."""
    text = json.dumps(dataclasses.asdict(settings), indent=2) + "\n"
    path = root / SETTINGS_NAME
    if path.exists():
        if (found := path.read_text()) != text:
            raise ValueError(
                "`settings` must equal those that `root` was made with. "
                f"Received: root={root}, settings={settings}; its "
                f"{SETTINGS_NAME} holds {json.loads(found)}. "
                "Choose another folder, or delete this one."
            )
        return
    root.mkdir(parents=True, exist_ok=True)
    if any(not name.startswith(".") for name in os.listdir(root)):
        raise ValueError(
            "`root` must be absent, empty, or made by this generator. "
            f"Received: root={root}, which has no {SETTINGS_NAME} and is "
            "not empty. Choose another folder."
        )
    atomic.write_text(path, text)


def _write_wave(
    path: pathlib.Path, waveform: np.ndarray, settings: SyntheticSettings
) -> None:
    """Writes 16-bit PCM."""
    pcm = np.round(waveform * 32767).astype("<i2")

    with atomic.replacing(path) as partial:
        with wave.open(str(partial), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(settings.sampling_rate)
            file.writeframes(pcm.tobytes())
