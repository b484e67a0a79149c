"""Official DCASE scores, from submitted files or from scored clips."""

import pathlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import lacking_parts
from keras_asd.metrics import paired_difference
from pipelines.datasets.clip import Clip
from pipelines.evaluation.official.comparison import Comparison
from pipelines.evaluation.official.ground_truth import read_ground_truth
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.official.judgement import Unjudged
from pipelines.evaluation.official.judgement import judge_scores
from pipelines.evaluation.official.labelled_scores import LabelledScores
from pipelines.evaluation.official.score_folder import read_score_folder
from pipelines.methods.scored_clip import ScoredClip


def judge(
    scores_folder: pathlib.Path,
    ground_truth_folder: pathlib.Path,
    year: int,
    num_resamples: int = 1000,
    seed: int = 0,
    leave_out_incomplete: bool = False,
) -> Judgement:
    r"""Evaluates score files like the official evaluator of a year.

    Unlike the evaluator it joins clips by file name, and it refuses files that
    the evaluator would skip or misread.

    Args:
        scores_folder: Folder with `anomaly_score_...csv` of every section, and
            `decision_result_...csv` of every section or of none.
        ground_truth_folder: Folder of the evaluator.
        year: Integer, 2020 to 2026.
        num_resamples: Number of bootstrap resamples.
        seed: Seed of the bootstrap.
        leave_out_incomplete: Whether sections that lack a domain or a label are
            left out, and listed in the notes, instead of refused.

    Raises:
        FileNotFoundError: If a file is missing, see `read_ground_truth` and
            `read_score_folder`.
        ValueError: If a file is malformed, see the same functions.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> truth = "fan\nid_01_00.wav,normal_id_01_07.wav,0\n"
    >>> truth += "id_01_01.wav,anomaly_id_01_00.wav,1\n"
    >>> _ = (folder / "eval_data_list.csv").write_text(truth)
    >>> scores = "anomaly_id_01_00.wav,0.7\nid_01_00.wav,0.1\n"
    >>> _ = (folder / "anomaly_score_fan_id_01.csv").write_text(scores)
    >>> judge(folder, folder, 2020, num_resamples=10).official_score
    1.0
    """
    truth = read_ground_truth(pathlib.Path(ground_truth_folder), year)
    labelled = read_score_folder(pathlib.Path(scores_folder), truth, year)
    return judge_scores(
        labelled, year, num_resamples, seed, leave_out_incomplete
    )


def compare(
    first_folder: pathlib.Path,
    second_folder: pathlib.Path,
    ground_truth_folder: pathlib.Path,
    year: int,
    num_resamples: int = 1000,
    seed: int = 0,
    leave_out_incomplete: bool = False,
) -> Comparison:
    r"""Compares two folders of score files on the same clips and resamples.

    The arguments are those of `judge`, with two folders of scores.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> truth = "fan\nid_01_00.wav,normal_id_01_07.wav,0\n"
    >>> truth += "id_01_01.wav,anomaly_id_01_00.wav,1\n"
    >>> _ = (folder / "eval_data_list.csv").write_text(truth)
    >>> scores = "id_01_01.wav,0.7\nid_01_00.wav,0.1\n"
    >>> _ = (folder / "anomaly_score_fan_id_01.csv").write_text(scores)
    >>> compare(folder, folder, folder, 2020, 10).difference.p_value
    1.0
    """
    options = (year, num_resamples, seed, leave_out_incomplete)
    first, second = (
        judge(folder, ground_truth_folder, *options)
        for folder in (first_folder, second_folder)
    )
    drawn = first.drawn.values - second.drawn.values
    return Comparison(first, second, paired_difference(drawn))


def official_of_clips(
    scored_clips: Sequence[ScoredClip],
    year: int | None = None,
    leave_out_incomplete: bool = False,
    num_resamples: int = 1000,
    seed: int = 0,
) -> Judgement | Unjudged:
    """Returns the official numbers of scored clips, or why there are none.

    Args:
        scored_clips: Scored clips with labels and domains, in any order; those
            of unknown label are ignored.
        year: Integer, 2020 to 2026. Defaults to `guess_year`.
        leave_out_incomplete: Whether sections that lack a domain or a label are
            left out and listed in the notes. Otherwise the result is
            `Unjudged`.
        num_resamples: Number of bootstrap resamples.
        seed: Seed of the bootstrap.

    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> official_of_clips([ScoredClip(clip, 0.5)]).reasons
    ('fan/id_00 has no normal clip',)
    """
    if year is None:
        year = guess_year([scored.clip for scored in scored_clips])
    sections: dict[str, list[ScoredClip]] = defaultdict(list)
    for scored in sorted(scored_clips, key=lambda scored: scored.clip.path):
        sections[scored.clip.key].append(scored)
    kept, reasons = [], []
    for key in sorted(sections):
        if lacking := _lacking(year, sections[key]):
            reasons.append(f"{key} has no {', no '.join(lacking)}")
        else:
            kept += [
                scored
                for scored in sections[key]
                if scored.clip.is_anomaly is not None
            ]
    if not kept or (reasons and not leave_out_incomplete):
        return Unjudged(tuple(reasons or ["there is no clip"]))
    clips = [scored.clip for scored in kept]
    labelled = LabelledScores(
        machines=np.array([clip.machine for clip in clips]),
        sections=np.array([clip.section for clip in clips]),
        domains=np.array([clip.domain or "" for clip in clips]),
        is_anomaly=np.array([clip.is_anomaly for clip in clips], dtype=bool),
        scores=np.array([scored.anomaly_score for scored in kept]),
        notes=tuple(f"Left out: {reason}." for reason in reasons),
    )
    return judge_scores(labelled, year, num_resamples, seed)


def guess_year(clips: Sequence[Clip]) -> int:
    """Returns a year whose rules are compatible with the clips.

    2020 if no clip has a domain, 2021 if they are in its folders `source_test`
    and `target_test`, otherwise 2023, whose rules are those of 2022 to 2026.

    >>> guess_year([Clip(pathlib.Path("a"), "fan", "id_00", "test", True)])
    2020
    """
    if all(clip.domain is None for clip in clips):
        return 2020
    folders = {clip.path.parent.name for clip in clips}
    return 2021 if folders & {"source_test", "target_test"} else 2023


def _lacking(year: int, scored_clips: list[ScoredClip]) -> list[str]:
    """What the clips lack for official numbers: labels, else domains."""
    clips = [
        scored.clip
        for scored in scored_clips
        if scored.clip.is_anomaly is not None
    ]
    lacking = lacking_parts(
        year,
        [clip.domain or "" for clip in clips],
        [bool(clip.is_anomaly) for clip in clips],
    )
    if lacking and len(clips) < len(scored_clips):
        num_unknown = len(scored_clips) - len(clips)
        return [f"label for {num_unknown} of its {len(scored_clips)} clips"]
    return lacking
