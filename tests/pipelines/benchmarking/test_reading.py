import json

import pytest

from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.benchmarking.reading import read_benchmark
from pipelines.benchmarking.reading import shipped_benchmarks
from pipelines.settings.embedders import CustomEmbedder
from pipelines.settings.embedders import Embedder
from pipelines.settings.embedders import Statistics
from pipelines.settings.labels import kinds
from pipelines.settings.presets import choose_preset

ROW = {"name": "plain", "preset": "training_free"}
NETWORK = {"name": "network", "preset": "reduced"}


@pytest.fixture
def write(tmp_path):
    def write(**document):
        path = tmp_path / "mine.yaml"
        document = {"question": "Which?", "rows": [ROW], **document}
        path.write_text(json.dumps(document))
        return str(path)

    return write


@pytest.mark.parametrize("name", list(shipped_benchmarks()))
def test_shipped_benchmarks_can_be_read(name):
    benchmark = read_benchmark(name)
    assert benchmark.name == name.rpartition("/")[2]
    assert benchmark.num_seeds >= 3
    is_study = name.startswith("studies/")
    has_data = is_study or name in ("builtin", "small", "training_free")
    assert bool(benchmark.built_in) == has_data
    for row in benchmark.rows:
        assert row.config(seed=7).seed == 7


# Their printed averages are not those of their columns, and say so.
ODD_AVERAGES = {"MobileNetV2": 0.35, "Glow-Aff": 0.58}


def test_printed_numbers_are_those_of_the_tables():
    rows = {row.name: row for row in read_benchmark("dcase2020_tables").rows}
    ours = rows["TASTgram-MFN (NAMix)"].printed
    assert ours.machines["ToyConveyor"] == (77.90, 67.15, 68.18)
    printed = [row for row in rows.values() if row.printed is not None]
    assert len(printed) == 10  # Nine are the paper's.
    for row in printed:
        numbers = list(row.printed.machines.values())
        assert len(numbers) == 6
        tolerance = ODD_AVERAGES.get(row.name, 0.011)
        for place, average in enumerate(row.printed.average):
            mean = sum(one[place] for one in numbers) / 6
            assert mean == pytest.approx(average, abs=tolerance)
    for name in ODD_AVERAGES:
        assert "not that of its columns" in rows[name].note


def test_the_built_in_benchmark_has_every_method():
    rows = read_benchmark("builtin").rows
    names = {name for row in rows for name in row.result_names}
    embedders = {type(row.config(1).embedder) for row in rows}
    assert embedders == {*kinds(Embedder).values()} - {CustomEmbedder}
    assert {row.config(1).keep for row in rows} == {"last"}
    assert max(row.config(1).clip_seconds for row in rows) < 3
    assert {
        "autoencoder + SelectiveMahalanobis(form=published)",
        "MobileNetV2 + LogOdds(form=literal)",
        "Glow (no outliers)",
        "TASTgram-MFN (NAMix) + CentreAngle(form=published)",
    } <= names


def test_a_row_is_its_preset_with_its_changes(write):
    row = NETWORK | {
        "changes": {
            "epochs": 2,
            "embedder": {"channels": ["log_mel"]},
            "loss": {"scale": "3e1"},
        },
        "scorers": ["Centroids"],
        "note": "odd",
        "paper": {
            "fan": [90, 80],
            "average": [70, 60],
            "source": "T",
            "data": "own",
        },
    }
    benchmark = read_benchmark(write(rows=[row], seeds=2))
    (read,) = benchmark.rows
    config = read.config(seed=3)
    assert config.epochs == 2
    assert config.embedder.channels == ("log_mel",)
    assert config.loss.scale == 30.0
    assert config.seed == 3
    assert config.batch_size == choose_preset("reduced").batch_size
    assert read.result_names == ("network", "network + Centroids")
    assert benchmark.reference == "network"
    assert benchmark.num_seeds == 2
    assert read.printed == PrintedNumbers(
        "T", "own", {"fan": (90, 80)}, (70, 60)
    )


def test_built_in_data_may_be_changed(write):
    benchmark = read_benchmark(write(built_in={"machines": ["fan"]}))
    assert benchmark.built_in["built_in"].machines == ("fan",)
    entries = [{"name": "loud", "snr_db": 10.0}, {"name": "quiet"}]
    built_in = read_benchmark(write(built_in=entries)).built_in
    assert list(built_in) == ["loud", "quiet"]
    assert built_in["loud"].snr_db == 10.0


def test_a_preset_may_serve_all_rows_and_be_another(write):
    row = {"name": "a", "changes": {"epochs": 2}}
    path = write(rows=[row, NETWORK], preset="training_free")
    first, second = read_benchmark(path).rows
    assert first.settings.embedder == Statistics(32, embedding_dim=256)
    assert second.settings.embedder == choose_preset("reduced").embedder
    first, second = read_benchmark(path, "reduced", {"epochs": 7}).rows
    assert first.settings.embedder == second.settings.embedder
    assert first.settings.epochs == second.settings.epochs == 7


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"colour": "red"}, "unknown 'colour'"),
        ({"rows": []}, "`rows` must be a list of one or more"),
        ({"rows": [{"name": "a"}]}, "no 'preset'"),
        ({"rows": ["a"]}, "must be a mapping with name"),
        ({"rows": [ROW | {"preset": "magic"}]}, "preset='magic'.*row 'plain'"),
        ({"rows": [ROW | {"magic": 1}]}, "unknown 'magic'"),
        ({"rows": [ROW | {"changes": {"magic": 1}}]}, "unknown 'magic'"),
        ({"rows": [ROW | {"changes": {"epochs": "x"}}]}, "epochs.*row 'plain'"),
        ({"rows": [ROW | {"changes": {"epochs": 0}}]}, "epochs=0.*row 'plain'"),
        ({"rows": [ROW | {"changes": {"loss": "l"}}]}, "loss.*row 'plain'"),
        ({"rows": [ROW | {"changes": {"seed": 1}}]}, "`seed` in row 'plain'"),
        ({"rows": [ROW | {"scorers": ["magic"]}]}, "scorer=magic.*row 'plain'"),
        (
            {"rows": [ROW | {"scorers": ["LocalDensity"]}]},
            "the row's configured one",
        ),
        ({"rows": [ROW | {"scorers": ["LogOdds"]}]}, "LogOdds.*row 'plain'"),
        ({"rows": [ROW | {"scorers": "LogOdds"}]}, "a list.*row 'plain'"),
        ({"rows": [ROW | {"preset": ["reduced"]}]}, "reduced.*row 'plain'"),
        ({"rows": [ROW | {"changes": {"keep": "latest"}}]}, "keep.*'plain'"),
        (
            {"rows": [ROW | {"paper": {"official_score": 60, "source": "T"}}]},
            "the name of its `data`",
        ),
        ({"rows": [ROW | {"name": "!"}]}, "a letter or a digit"),
        ({"rows": [ROW, ROW]}, "names of rows must differ"),
        ({"rows": [ROW, ROW | {"name": "plain!"}]}, "in letters or digits"),
        ({"reference": "magic"}, "reference='magic'"),
        ({"columns": ["magic"]}, "columns=\\['magic'\\]"),
        ({"seeds": 0}, "seeds=0"),
        ({"seeds": "many"}, "seeds='many'"),
        ({"built_in": {"magic": 1}}, "unknown 'magic'"),
        ({"built_in": {"seconds": 0}}, "seconds=0"),
        ({"rows": [ROW | {"paper": {"fan": [1, 2]}}]}, "with `source`"),
        (
            {
                "rows": [
                    ROW
                    | {"paper": {"fan": [101, 2], "source": "T", "data": "d"}}
                ]
            },
            "in percent.*fan",
        ),
        (
            {
                "rows": [
                    ROW | {"paper": {"fan": [1], "source": "T", "data": "d"}}
                ]
            },
            "in percent.*fan",
        ),
    ],
)
def test_what_is_not_right_is_refused_by_name(document, said, write):
    with pytest.raises(ValueError, match=said):
        read_benchmark(write(**document))


@pytest.mark.parametrize(
    "document",
    [
        {"select": "best"},
        {"objective": "auc"},
        {"rows": [ROW | {"select": "test"}]},
        {"rows": [ROW | {"changes": {"keep": "test"}}]},
        {"rows": [ROW | {"changes": {"keep": "best_on_test"}}]},
        {"rows": [ROW | {"checkpoint": "test_auc"}]},
    ],
)
def test_selection_by_test_labels_is_refused(document, write):
    with pytest.raises(ValueError, match="never selects by test labels"):
        read_benchmark(write(**document))


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="one of builtin"):
        read_benchmark("no_such_spec")
    path = tmp_path / "broken.yaml"
    for text in ("rows: [", "just words", ""):
        path.write_text(text)
        with pytest.raises(ValueError, match="Received"):
            read_benchmark(str(path))


def test_selected_rows_keep_the_reference(write):
    rows = [ROW, NETWORK, NETWORK | {"name": "third"}]
    benchmark = read_benchmark(write(rows=rows, reference="network"))
    chosen = benchmark.select(["plain"])
    assert [row.name for row in chosen.rows] == ["plain", "network"]
    with pytest.raises(ValueError, match="row 'fourth'"):
        benchmark.select(["fourth"])
