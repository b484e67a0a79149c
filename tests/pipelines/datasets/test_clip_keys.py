import pytest

from pipelines.datasets.clip_keys import find_key

MACHINES = ["fan", "fan/id_00", "fan/id_02", "pump", "pump/all", "pump/id_04"]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("data/fan/test/anomaly_id_02_00000003.wav", "fan/id_02"),
        ("data/fan/source_test/normal_id_00_00000000.wav", "fan/id_00"),
        ("fan/id_02/abnormal/00000000.wav", "fan/id_02"),
        ("pump/test/monday.wav", "pump/all"),
        ("pump/test/id_04/normal/monday.wav", "pump/id_04"),
        ("fan/monday.wav", "fan"),
        ("fan/recorded/pump/test/monday.wav", "pump/all"),
        ("pump/test/2024/05/01/early/1.wav", "pump/all"),
        ("pump/test/id_04/2024-05-01/1.wav", "pump/id_04"),
        ("pump/2024-05-01/night shift/1.wav", "pump/all"),
        ("pump/abnormal/1.wav", "pump/all"),
    ],
)
def test_a_key_is_told_by_name_and_folders(path, key):
    assert find_key(path, MACHINES) == key


@pytest.mark.parametrize(
    "path",
    [
        "valve/test/normal_id_04_00000000.wav",
        "fan/recorded/valve/test/monday.wav",
        "fan/test/normal_id_06_00000000.wav",
        "fan/id_06/abnormal/00000000.wav",
        "downloads/monday.wav",
        "fan/recorded/2024-05-01/valve/2024-05-01/1.wav",
        "pump/valve/test/2024-05-01/1.wav",
    ],
)
def test_another_machine_is_never_taken_instead(path):
    with pytest.raises(ValueError, match="--machine"):
        find_key(path, MACHINES)
