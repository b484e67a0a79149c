"""Contract of the objectives of a search."""

import importlib
from collections.abc import Sequence
from typing import ClassVar
from typing import Self

from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.settings.config import Config
from tuning.settings.objectives import OBJECTIVES
from tuning.settings.search_settings import SearchSettings
from tuning.trials.search_data import SearchData


class Objective:
    """Objective of a search, measured on its trials; larger is better.

    A subclass has a `name` and a line in `OBJECTIVES`.

    >>> class NumClips(Objective):
    ...     name = "num_clips"
    ...     def measure(self, detector, config):
    ...         return {self.name: 3.0}
    >>> NumClips().measure(None, Config())
    {'num_clips': 3.0}
    """

    name: ClassVar[str]

    @classmethod
    def of_search(cls, settings: SearchSettings, data: SearchData) -> Self:
        """The objective of a search.

        Args:
            settings: Settings of the search.
            data: Clips of the search.

        Raises:
            FileNotFoundError: If a folder of labelled clips is missing.
            ValueError: If there is too little to judge by.
        """
        raise NotImplementedError

    @property
    def development_clips(self) -> Sequence[InspectedClip]:
        """Labelled clips that it is measured on, none where it needs none."""
        return ()

    def measure(
        self, detector: AnomalyDetector, config: Config
    ) -> dict[str, float]:
        """The objective under its name, and its parts, if there are any.

        Args:
            detector: Detector of a trial.
            config: Settings of the trial.

        Raises:
            ValueError: If a score is not finite, or a clip is gone.
        """
        raise NotImplementedError


def make_objective(settings: SearchSettings, data: SearchData) -> Objective:
    """The objective that the settings of a search name.

    Raises:
        FileNotFoundError: If a folder of labelled clips is missing.
        ValueError: If there is too little to judge by.

    >>> import pathlib
    >>> from pipelines.runs.labels import LabelMap
    >>> data = SearchData(pathlib.Path("searches/x"), (), (), LabelMap((), {}))
    >>> make_objective(SearchSettings(Config()), data)
    Traceback (most recent call last):
    ValueError: There must be held-out clips to judge by. Received: 0 clips...
    """
    path = OBJECTIVES[settings.objective].class_path
    module, _, name = path.rpartition(".")
    objective = getattr(importlib.import_module(module), name)
    return objective.of_search(settings, data)
