"""Addresses of brokers, logins that nobody else reads, topics."""

import pytest

from pipelines.watching.outlets.mqtt_address import VARIABLE
from pipelines.watching.outlets.mqtt_address import read_address
from pipelines.watching.outlets.mqtt_address import topic_level

SECRET = "s3cret:with colon"


@pytest.fixture
def login(tmp_path):
    path = tmp_path / "login"
    path.write_text(f"watch:{SECRET}\n")
    return str(path)


@pytest.mark.parametrize(
    ("url", "port", "prefix"),
    [
        ("mqtt://localhost", 1883, "keras_asd"),
        ("mqtts://broker.example/", 8883, "keras_asd"),
        ("mqtt://[::1]:99/plant/hall 2/", 99, "plant/hall 2"),
    ],
)
def test_an_address_has_a_port_and_a_prefix(url, port, prefix):
    address = read_address(url)
    assert (address.port, address.prefix) == (port, prefix)
    assert address.is_encrypted is url.startswith("mqtts")


def test_the_login_is_of_a_file_or_of_the_environment(login, monkeypatch):
    for url in ("mqtt://127.0.0.1", "mqtts://broker.example"):
        address = read_address(url, login)
        assert (address.user, address.password) == ("watch", SECRET)
    monkeypatch.setenv(VARIABLE, "other:word")
    assert read_address("mqtt://localhost", login).user == "watch"
    assert read_address("mqtt://localhost").password == "word"
    assert SECRET not in repr(address) and "watch" not in repr(address)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("mqtt://watch:s3cret@localhost/plant", "neither user nor password"),
        ("mqtt://broker.example/plant", "needs an address of mqtts"),
        ("http://localhost/plant", "must be mqtt://"),
        ("mqtt://localhost:99999", "must be mqtt://"),
        ("mqtt:///plant", "must be mqtt://"),
        ("mqtt://localhost/pl+nt", "must be mqtt://"),
        ("mqtt://localhost/$SYS", "must be mqtt://"),
        ("mqtt://localhost/plant?qos=2", "must be mqtt://"),
    ],
)
def test_an_address_that_is_none_or_gives_secrets_away_is_refused(
    url, rule, login
):
    with pytest.raises(ValueError, match=rule) as error:
        read_address(url, login)
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("content", ["s3cret", ":s3cret", "a:s3cret\nmore", ""])
def test_a_file_without_a_login_is_refused_without_its_content(
    tmp_path, content
):
    path = tmp_path / "login"
    path.write_text(content)
    with pytest.raises(ValueError, match="USER:PASSWORD") as error:
        read_address("mqtt://localhost", str(path))
    assert "s3cret" not in str(error.value)
    with pytest.raises(ValueError, match="No such file"):
        read_address("mqtt://localhost", str(tmp_path / "gone"))


def test_certificates_need_tls_and_are_certificates(login):
    with pytest.raises(ValueError, match="mqtt_ca_file` needs"):
        read_address("mqtt://localhost", ca_file=login)
    with pytest.raises(ValueError, match="certificates in PEM"):
        read_address("mqtts://localhost", ca_file=login)


def test_any_machine_is_one_level_of_a_topic():
    names = ["fan/all", "a+b#", "%2F", "grüße", "\0\n", "\udcff"]
    levels = [topic_level(name) for name in names]
    assert levels[3] == "grüße" and levels[5] == "%FF"
    assert len(set(levels)) == len(names)
    for level in levels:
        assert not set("/+#\0\n") & set(level)
        level.encode()
