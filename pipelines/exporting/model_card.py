"""Model card in Markdown: a model's use, training data and quality."""

import collections
import datetime
from collections.abc import Sequence
from typing import Any

import jinja2

import keras_asd
from pipelines.files.names import printable_value
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips


def model_card(
    name: str, facts: dict[str, Any], listed: Sequence[ListedClip]
) -> str:
    """Returns the model card as Markdown.

    Args:
        name: Name of the served model.
        facts: Facts of the manifest: `contract`, `training_data_sha256`,
            (`None` without a run), `metrics` (or `None`) and
            `score_differences`.
        listed: Clips of the run with their roles.

    >>> contract = {
    ...     "machines": ["fan"], "sampling_rate": 16_000, "samples": 32_000,
    ...     "embedder": "MobileFaceNet", "fusion": "none",
    ...     "scorer": "Centroids", "false_alarm_rate": 0.05,
    ...     "calibration_clips": [99], "calibration_sources": ["unseen"],
    ... }
    >>> facts = {"contract": contract, "training_data_sha256": "e3b0c442",
    ...     "metrics": None, "score_differences": {}}
    >>> model_card("fans", facts, []).splitlines()[0]
    '# fans'
    """
    contract = facts["contract"]
    differences = facts["score_differences"]
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.exporting", ""),
        undefined=jinja2.StrictUndefined,
        # Markdown, and no page: nothing is escaped.
        autoescape=False,
        finalize=printable_value,
    )
    return environment.get_template("model_card.md").render(
        name=name,
        version=keras_asd.__version__,
        date=datetime.date.today().isoformat(),
        seconds=contract["samples"] / contract["sampling_rate"],
        digest=facts["training_data_sha256"],
        clips=collections.Counter(one.clip.key for one in normal_clips(listed)),
        rate=contract["false_alarm_rate"],
        calibration=list(
            zip(
                contract["machines"],
                contract["calibration_clips"],
                contract["calibration_sources"],
                strict=True,
            )
        ),
        metrics=facts["metrics"],
        differences=differences,
        probes=list(next(iter(differences.values()), {})),
        machines=contract["machines"],
        sampling_rate=contract["sampling_rate"],
        embedder=contract["embedder"],
        fusion=contract["fusion"],
        scorer=contract["scorer"],
    )
