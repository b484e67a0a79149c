"""Alert rules and queries of the dashboard, as Prometheus reads them."""

import json
import pathlib
import re
import subprocess

import pytest
import yaml

from pipelines.watching.outlets.metrics import PREFIX
from tests.watch_tools import find_program

FOLDER = pathlib.Path(__file__).parents[4] / "deploy" / "watch"


@pytest.fixture(scope="module")
def alerts():
    text = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    (group,) = yaml.safe_load(text)["groups"]
    return group["rules"]


def dashboard_queries():
    path = FOLDER / "grafana" / "dashboard.json"
    panels = json.loads(path.read_text(encoding="utf-8"))["panels"]
    return [one["expr"] for panel in panels for one in panel["targets"]]


def test_promtool_takes_the_rules_and_every_query(alerts, tmp_path):
    promtool = find_program("promtool", "prometheus")
    rules = [
        {"record": f"query:{number}", "expr": query}
        for number, query in enumerate(dashboard_queries())
    ]
    queries = tmp_path / "queries.yaml"
    queries.write_text(
        json.dumps({"groups": [{"name": "dashboard", "rules": rules}]})
    )
    for words in (
        ["rules", "--lint-fatal", FOLDER / "alerts.yaml"],
        ["rules", "--lint-fatal", queries],
        ["config", FOLDER / "prometheus.yaml"],
    ):
        done = subprocess.run(
            [promtool, "check", *words], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr + done.stdout


# Series of a quarter of an hour, and the alert that they raise at its end.
FIRING = [
    ('state{machine="fan",state="alarm"}', "1x60", "MachineSoundsUnusual"),
    (
        'state{machine="fan",state="cannot judge"}',
        "1x60",
        "MachineCannotBeJudged",
    ),
    ('drift{machine="fan"}', "1x60", "MachineDrifts"),
    ('source_up{source="line"}', "0x60", "SourceGivesNoSound"),
    ('last_window_time_seconds{machine="fan"}', "-4000x60", "MachineNotHeard"),
    ('windows_dropped_total{source="line"}', "0+9x120", "WindowsDropped"),
    ('lag_seconds{source="line"}', "300+15x120", "LagGrows"),
    ('receiver_behind{receiver="mqtt"}', "3x60", "ReceiverBehind"),
    ("sounds_lost", "0x30 1x30", "SoundsLost"),
    ('up{job="keras-asd-watch"}', "0x60", "WatchDown"),
]


@pytest.mark.parametrize(("series", "values", "alert"), FIRING)
def test_each_alert_fires_when_it_should_and_not_else(
    alerts, tmp_path, series, values, alert
):
    promtool = find_program("promtool", "prometheus")
    assert {rule["alert"] for rule in alerts} == {one[2] for one in FIRING}
    name = series if series.startswith("up{") else PREFIX + series
    (rule,) = [rule for rule in alerts if rule["alert"] == alert]
    labels = dict(re.findall(r'(\w+)="([^"]*)"', series), **rule["labels"])
    summary = re.sub(
        r"\{\{ \$labels\.(\w+) \}\}",
        lambda found: labels[found[1]],
        rule["annotations"]["summary"],
    )
    expected = {
        "exp_labels": labels,
        "exp_annotations": {**rule["annotations"], "summary": summary},
    }
    at = "15m" if "x60" in values or "x30" in values else "30m"
    tests = {
        "rule_files": [str(FOLDER / "alerts.yaml")],
        "evaluation_interval": "15s",
        "tests": [
            {
                "interval": "15s",
                "input_series": [{"series": name, "values": values}],
                "alert_rule_test": [
                    {
                        "eval_time": at,
                        "alertname": other["alert"],
                        "exp_alerts": [expected] * (other is rule),
                    }
                    for other in alerts
                ],
            }
        ],
    }
    path = tmp_path / "test.yaml"
    path.write_text(json.dumps(tests))
    done = subprocess.run(
        [promtool, "test", "rules", path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr + done.stdout
