"""Files that run a watch for good: what can be checked without their images."""

import fnmatch
import json
import pathlib
import re
import subprocess

import pytest
import yaml

from pipelines.watching.outlets.metrics import METRICS
from pipelines.watching.outlets.metrics import PREFIX
from tests.mqtt_broker import Broker
from tests.watch_tools import find_program

ROOT = pathlib.Path(__file__).parents[4]
FOLDER = ROOT / "deploy" / "watch"
# What the text format makes of each kind of metric.
NAMES = {
    PREFIX + name + "_total" * (kind == "Counter") for name, kind, *_ in METRICS
}
PINNED = re.compile(r"[\w./-]+:\d+\.\d+\.\d+[\w.-]*|[\w./-]+:v\d+\.\d+\.\d+")


def read(name):
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(read("compose.yaml"))


@pytest.fixture(scope="module")
def alerts():
    (group,) = yaml.safe_load(read("alerts.yaml"))["groups"]
    return group["rules"]


def dashboard_queries():
    panels = json.loads(read("grafana/dashboard.json"))["panels"]
    return [one["expr"] for panel in panels for one in panel["targets"]]


def test_services_are_pinned_hardened_and_of_this_machine_alone(compose):
    services = compose["services"]
    assert {*services} == {"watch", "mosquitto", "prometheus", "grafana"}
    for name, service in services.items():
        assert PINNED.fullmatch(service["image"]), name
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
        assert {*service.get("depends_on", ())} < {*services}
        assert {*service.get("secrets", ())} <= {*compose["secrets"]}
    assert "password" not in " ".join(services["watch"]["command"])


def test_every_volume_is_a_file_here_or_a_declared_one(compose):
    used = set()
    for service in compose["services"].values():
        for volume in service["volumes"]:
            source, target, *mode = re.sub(r"\$\{.*?\}", "VALUE", volume).split(
                ":"
            )
            assert target.startswith("/")
            if source.startswith("."):
                assert mode == ["ro"] and (FOLDER / source).is_file()
            elif source != "VALUE":
                used.add(source)
    assert used == {*compose["volumes"]}


def test_prometheus_asks_where_the_watch_serves(compose):
    (job,) = yaml.safe_load(read("prometheus.yaml"))["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["watch:9464"]}]
    words = compose["services"]["watch"]["command"]
    assert "--metrics=0.0.0.0:9464" in words
    assert "--mqtt=mqtt://mosquitto:1883/keras_asd" in words
    datasource = yaml.safe_load(read("grafana/datasource.yaml"))
    assert datasource["datasources"][0]["url"] == "http://prometheus:9090"


def test_the_page_asks_for_a_token_of_a_secret(compose):
    watch = compose["services"]["watch"]
    assert "--page=0.0.0.0:8080" in watch["command"]
    assert "--page_token_file=/run/secrets/page_token" in watch["command"]
    assert watch["secrets"] == ["page_token"]
    assert watch["ports"] == ["127.0.0.1:8080:8080"]


def test_the_image_has_the_extra_a_user_and_a_health_check():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    words = text.replace("\\\n", " ")
    images = re.findall(r"^FROM (\S+)", words, re.M)
    assert all(PINNED.fullmatch(image) for image in images)
    assert all("-slim" in image for image in images)
    user = re.search(r"^USER (\d+)$", words, re.M)[1]
    assert int(user) > 0 and f"--uid {user}" in words
    assert re.search(r"^HEALTHCHECK .*:9464/metrics", words, re.M)
    assert '".[watch]"' in words
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    sources = re.findall(r"^COPY (?!--from)(.*) \S+$", words, re.M)
    for source in " ".join(sources).split():
        assert (ROOT / source).exists()
        assert any(fnmatch.fnmatch(source, line[1:]) for line in ignored)


def test_alerts_and_dashboard_name_only_metrics_that_exist(alerts):
    queries = [rule["expr"] for rule in alerts] + dashboard_queries()
    used = {
        name for query in queries for name in re.findall(rf"{PREFIX}\w+", query)
    }
    assert used <= NAMES
    shown = {
        name
        for query in dashboard_queries()
        for name in re.findall(rf"{PREFIX}\w+", query)
    }
    print(f"not on the dashboard: {sorted(NAMES - shown)}")
    assert len(NAMES - shown) <= 1


def test_panels_of_the_dashboard_do_not_overlap():
    cells = [
        (x, y)
        for panel in json.loads(read("grafana/dashboard.json"))["panels"]
        for box in [panel["gridPos"]]
        for x in range(box["x"], box["x"] + box["w"])
        for y in range(box["y"], box["y"] + box["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


def test_systemd_takes_the_unit(tmp_path):
    program = find_program("systemd-analyze", "systemd")
    text = read("keras-asd-watch.service")
    words = re.search(r"^ExecStart=(\S+) watch (.*)$", text, re.M)
    assert "password" not in words[2]
    unit = tmp_path / "keras-asd-watch.service"
    unit.write_text(text.replace(words[1], "/bin/true"))
    done = subprocess.run(
        [program, "verify", unit], capture_output=True, text=True
    )
    assert done.returncode == 0 and "keras-asd-watch" not in done.stderr
    for line in ("DynamicUser=yes", "StateDirectoryMode=0700", "UMask=0077"):
        assert f"\n{line}\n" in text
    names = re.findall(r"\$\{?(WATCH_\w+)", words[2])
    given = re.findall(r"^(WATCH_\w+)=", read("watch.env"), re.M)
    assert names == given


def test_mosquitto_starts_with_its_settings(tmp_path):
    lines = [
        line
        for line in read("mosquitto.conf").splitlines()
        if line and not line.startswith(("#", "listener", "persistence"))
    ]
    Broker(tmp_path, lines).start().stop()
