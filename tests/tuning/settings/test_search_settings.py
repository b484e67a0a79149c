import pytest

from pipelines.settings.config import Config
from tuning.settings.search_settings import SearchSettings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parameters": ()}, "`parameters` must be at least one name"),
        ({"trials": 0}, "`trials` must be at least 1. Received: trials=0"),
        ({"patience": -1}, "`patience` must be 0 or more epochs"),
        ({"seed": -1}, r"`seed` must be in \[0, 2\*\*31\)"),
        ({"seed": 2**31}, "`seed` must be"),
        ({"development": ("dev",)}, "only with it. Received: .*'dev'"),
        ({"objective": "val_official_score"}, "`development` must be given"),
    ],
)
def test_settings_out_of_their_range_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        SearchSettings(Config(), **changes)


def test_labelled_clips_go_with_the_official_score():
    settings = SearchSettings(
        Config(), objective="val_official_score", development=("dev",)
    )
    assert settings.development == ("dev",)
