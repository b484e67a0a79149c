import pytest

from tests.serving.running import running_server
from tests.serving.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A server of the model `fan` in a process of its own."""
    models = tmp_path_factory.mktemp("models")
    write_tiny_model(models / "fan" / "1")
    with running_server(models) as server:
        yield server


@pytest.fixture
def server(served, monkeypatch):
    """Likewise, with no fault left over, and no proxy on the way."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    served.order_faults()
    return served


@pytest.fixture(params=["rest", "grpc"])
def url_of(server, request):
    """From a model's name to its URL, over either way."""
    return getattr(server, f"{request.param}_url")
