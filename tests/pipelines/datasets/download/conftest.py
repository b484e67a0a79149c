import pytest

from tests.pipelines.datasets.download.fake_zenodo import FakeZenodo
from tests.pipelines.datasets.download.fake_zenodo import pack

DEVELOPMENT = 3678171
ADDITIONAL = 3727685
EVALUATION = 3841772


@pytest.fixture
def zenodo(monkeypatch):
    """DCASE 2020 in small: two machines, all three records."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server = FakeZenodo()
    for machine in ("fan", "pump"):
        server.add(
            DEVELOPMENT,
            f"dev_data_{machine}.zip",
            pack(
                {
                    f"{machine}/train/normal_id_00_00000000.wav": b"a" * 999,
                    f"{machine}/test/anomaly_id_00_00000000.wav": b"b" * 999,
                }
            ),
        )
        server.add(
            ADDITIONAL,
            f"eval_data_train_{machine}.zip",
            pack({f"{machine}/train/normal_id_01_00000000.wav": b"c" * 999}),
        )
        server.add(
            EVALUATION,
            f"eval_data_test_{machine}.zip",
            pack({f"{machine}/test/id_01_00000000.wav": b"d" * 999}),
        )
    with server.running():
        yield server
