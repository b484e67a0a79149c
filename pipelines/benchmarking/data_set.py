"""Data sets of a benchmark: given folders or built-in machines."""

import dataclasses
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.benchmarking.benchmark import BUILT_IN
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.injected_faults import InjectedFaults
from pipelines.benchmarking.injected_faults import inject_faults
from pipelines.datasets.clip import Clip
from pipelines.datasets.reading import read_all_clips
from pipelines.datasets.synthetic import generate


@dataclasses.dataclass(frozen=True)
class DataSet:
    """A data set: one or more data folders, with its own table.

    Args:
        name: Name of the data set.
        roots: Data folders.

    >>> DataSet("dcase2020", ("/data/fan", "/data/pump")).name
    'dcase2020'
    """

    name: str
    roots: tuple[str, ...]


def parse_data_set(word: str) -> DataSet:
    """Reads `NAME=DIR[,DIR...]`.

    Raises:
        ValueError: If the word has another form.

    >>> parse_data_set("dcase2020=/data/fan,/data/pump").roots
    ('/data/fan', '/data/pump')
    """
    name, _, roots = word.partition("=")
    folders = tuple(root for root in roots.split(",") if root)
    if not folder_name(name) or not folders:
        raise ValueError(
            "Data must be given as NAME=DIR or NAME=DIR,DIR, such as "
            f"dcase2020=/data/dcase2020. Received: {word!r}."
        )
    return DataSet(name, folders)


def choose_data_sets(
    benchmark: Benchmark, words: Sequence[str], folder: pathlib.Path
) -> list[DataSet]:
    """Data sets of a benchmark: the given ones, or else the built-in.

    Args:
        benchmark: The benchmark.
        words: Data sets, each as `NAME=DIR[,DIR...]`.
        folder: Folder for recordings of the built-in machines.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If there are no data, two data sets with the same name, or
            no test clips of both labels.

    >>> benchmark = Benchmark("mine", "Which?", (), "")
    >>> choose_data_sets(benchmark, [], pathlib.Path("runs/mine"))
    Traceback (most recent call last):
    ValueError: This benchmark needs data. Received: none ...
    """
    data_sets = [parse_data_set(word) for word in words]
    folders = [folder_name(data_set.name) for data_set in data_sets]
    if len(set(folders)) < len(folders):
        raise ValueError(
            "The names of data sets must differ. Received: "
            f"{', '.join(data_set.name for data_set in data_sets)}. Give the "
            "folders of one data set together: NAME=DIR,DIR."
        )
    if data_sets and len(benchmark.built_in) > 1:
        raise ValueError(
            "This benchmark compares built-in data sets, and takes no others. "
            f"Received: {', '.join(words)} for {benchmark.name}. "
            "Leave the data folders out."
        )
    if not data_sets and not benchmark.built_in:
        raise ValueError(
            f"This benchmark needs data. Received: none for {benchmark.name}. "
            "Name the folders: --data NAME=DIR."
        )
    if not data_sets:
        for name, settings in benchmark.built_in.items():
            root = folder / "data"
            if name != BUILT_IN:
                root = root / folder_name(name)
            generate(root, settings)
            data_sets.append(DataSet(name, (str(root),)))
    if benchmark.injected is not None:
        data_sets = [
            _with_faults(data_set, benchmark.injected, folder)
            for data_set in data_sets
        ]
    for data_set in data_sets:
        _check_labels(data_set)
    return data_sets


def _with_faults(
    data_set: DataSet, injected: InjectedFaults, folder: pathlib.Path
) -> DataSet:
    target = folder / "faults" / folder_name(data_set.name)
    root = inject_faults(data_set.roots, target, injected)
    return DataSet(data_set.name, (str(root),))


def labelled_sections(clips: Iterable[Clip]) -> tuple[set[str], set[str]]:
    """Sections of the test clips, and those that can be evaluated.

    Args:
        clips: Clips; those of other splits than `test` are ignored.

    Returns:
        Keys of all sections, and of those with clips of both labels.

    >>> labelled_sections([])
    (set(), set())
    """
    labels: dict[str, set[bool | None]] = {}
    for clip in clips:
        if clip.split == "test":
            labels.setdefault(clip.key, set()).add(clip.is_anomaly)
    labelled = {
        key for key, values in labels.items() if {False, True} <= values
    }
    return set(labels), labelled


def _check_labels(data_set: DataSet) -> None:
    """Refuses data that could not be evaluated after the trainings."""
    sections, labelled = labelled_sections(
        read_all_clips(data_set.roots, seed=0)
    )
    if not labelled:
        raise ValueError(
            "A benchmark needs test clips of known label, normal ones and "
            "anomalies of one section. Received: "
            f"{data_set.name}={','.join(data_set.roots)} with test clips of "
            f"{len(sections)} sections, none of which has both."
        )
