"""A watch that goes on with another version of its model."""

import pytest

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.history import History
from pipelines.watching.watch import Watch
from tests.pipelines.watching.watch_cases import Line
from tests.pipelines.watching.watch_cases import make_judge


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as opened:
        yield opened


def test_another_version_keeps_the_machines_that_it_judges_as_before(history):
    settings = AlarmSettings(2, 3)
    second = make_judge()
    second.models["fan"] = "second"
    given = iter([second])

    def renew():
        heard = [history.num_judged(key, "first") for key in ("fan", "pump")]
        return next(given, None) if all(heard) else None

    lines = [Line([9.0] * 200), Line([9.0] * 200, "other", "pump")]
    watch = Watch(
        make_judge(),
        lines,
        history,
        settings,
        renew=renew,
    )
    events = [(event.kind, event.machine) for event in watch.listen()]
    changed = events.index(("model_changed", "fan"))
    assert ("model_changed", "pump") not in events
    assert events.count(("alarm", "pump")) == 1
    assert history.num_judged("fan", "second") > 0
    assert history.num_judged("pump", "second") == 0
    # An alarm of the version before does not go on for ever.
    if ("alarm", "fan") in events[:changed]:
        assert events[changed - 1] == ("alarm_ended", "fan")
