import dataclasses

import pytest

from benchmarks import naming
from benchmarks.naming import Named
from benchmarks.naming import naming_table
from pipelines.datasets.faults.placed import Region
from pipelines.pictures.unusual_band import UnusualBand

REGION = Region(0.0, 1.0, 100.0, 200.0)


def band(low, high, tone=None):
    return UnusualBand(low, high, tone, 9.0, 5.0, ((0.0, 1.0),), 1.0)


@pytest.mark.parametrize(
    ("named", "is_right"),
    [
        (band(110.0, 190.0), True),
        (band(210.0, 260.0), True),  # A quarter of an octave above.
        (band(20.0, 8000.0), False),  # Its middle is at 400 Hz.
        (band(150.0, 400.0, 160.0), True),
        (None, False),
    ],
)
def test_the_middle_of_a_band_is_right_on_the_fault(named, is_right):
    assert Named("hum", named, REGION).is_right() is is_right


def test_the_table_counts_clips_groups_and_other_faults():
    far = Region(0.0, 1.0, 900.0, 999.0)
    found = [
        Named("normal, source", None),
        Named("hum", band(110.0, 190.0), REGION),
        Named("hum", band(110.0, 190.0), far),
        Named("8 clips with one hum", None, far),
    ]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in naming_table(found[:3] + 2 * found[3:]).splitlines()[2:]
    ]
    assert rows == [
        ["normal, source", "1", "0 %", "-", "-"],
        ["hum", "2", "100 %", "50 %", "50 %"],
        ["all faults", "2", "100 %", "50 %", "50 %"],
        ["8 clips with one hum", "2", "0 %", "0 %", "0 %"],
        ["8 clips, all faults", "2", "0 %", "0 %", "0 %"],
    ]


def test_it_names_bands_of_made_up_machines(tmp_path, monkeypatch, capsys):
    small = {"num_ids": 1, "num_train": 10, "num_train_target": 2}
    settings = dataclasses.replace(naming.SETTINGS, **small, seconds=1.0)
    monkeypatch.setattr(naming, "SETTINGS", settings)
    monkeypatch.setattr(naming, "NUM_NORMAL", 8)
    monkeypatch.setattr(naming, "NUM_FAULTS", 2)
    monkeypatch.setattr(naming, "NUM_GROUPS", 1)
    out = tmp_path / "table.md"
    words = ["--work", str(tmp_path), "--halves", "choosing"]
    assert naming.main([*words, "--out", str(out)]) == 0
    assert "| 8 clips with one hum " in capsys.readouterr().out
    rows = out.read_text().splitlines()
    assert sum("normal, target" in row for row in rows) == 1
    assert any(row.split()[1:4] == ["all", "faults", "|"] for row in rows)
