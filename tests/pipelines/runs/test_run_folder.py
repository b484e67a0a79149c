import pytest
import yaml

from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_folder import write_config
from pipelines.settings.config import Config


@pytest.fixture
def old_run(tmp_path):
    """A run that was begun before there were settings for decisions."""
    run = RunFolder(tmp_path)
    write_config(run, Config(epochs=9), ["/recordings"])
    settings = yaml.safe_load(run.config.read_text())
    del settings["calibration"], settings["false_alarm_rate"]
    run.config.write_text(yaml.safe_dump(settings))
    run.clips.write_text("")
    return run


def test_a_run_without_newer_settings_goes_on_with_their_defaults(old_run):
    before = old_run.config.read_bytes()
    write_config(old_run, Config(epochs=9), ["/recordings"])
    assert old_run.config.read_bytes() == before
    assert read_config(old_run) == Config(epochs=9)


@pytest.mark.parametrize(
    "settings", [{"false_alarm_rate": 0.2}, {"calibration": "gamma"}]
)
def test_other_values_of_newer_settings_are_refused(old_run, settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        write_config(old_run, Config(epochs=9, **settings), ["/recordings"])
