import collections
import json

import pytest

from pipelines.datasets import read_clips
from pipelines.programs.download import download
from pipelines.programs.download import list_downloads
from tests.pipelines.datasets.download.fake_zenodo import DEVELOPMENT
from tests.pipelines.datasets.download.fake_zenodo import EVALUATION
from tests.pipelines.datasets.download.fake_zenodo import pack

FAN = "dev_data_fan.zip"
Usage = collections.namedtuple("Usage", "total used free")


def fetch(zenodo, tmp_path, machines=("fan",), parts=("development",)):
    return download(["dcase2020"], tmp_path, machines, parts, zenodo.url)


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_data_set_becomes_clips_that_the_readers_know(
    zenodo, tmp_path, is_nested
):
    zenodo.is_nested = is_nested
    download(["dcase2020"], tmp_path, mirror=zenodo.url)
    clips = read_clips(tmp_path)
    told = {(clip.key, clip.split, clip.is_anomaly) for clip in clips}
    assert told == {
        (f"{machine}/{section}", split, is_anomaly)
        for machine in ("fan", "pump")
        for section, split, is_anomaly in [
            ("id_00", "train", False),
            ("id_00", "test", True),
            ("id_01", "train", False),
            ("id_01", "test", None),
        ]
    }
    assert read_clips(tmp_path / "dcase2020") == clips


def test_machines_and_parts_choose_the_archives(zenodo, tmp_path):
    (folder,) = fetch(zenodo, tmp_path, ["PUMP"], ["additional"])
    assert folder == tmp_path / "dcase2020" / "additional"
    assert [path.name for path in folder.iterdir()] == ["pump"]
    assert len(zenodo.downloads()) == 1


def test_what_is_there_is_not_downloaded_again(zenodo, tmp_path):
    fetch(zenodo, tmp_path)
    archives = tmp_path / "dcase2020" / "archives" / "development"
    (archives / FAN).unlink()
    fetch(zenodo, tmp_path, ["fan", "pump"])
    assert [path.split("/")[-2] for path in zenodo.downloads()] == [
        FAN,
        "dev_data_pump.zip",
    ]


def test_a_folder_that_was_deleted_comes_back_from_the_archive(
    zenodo, tmp_path
):
    fetch(zenodo, tmp_path)
    train = tmp_path / "dcase2020" / "development" / "fan" / "train"
    next(train.iterdir()).unlink()
    train.rmdir()
    train.parent.rename(tmp_path / "elsewhere")
    fetch(zenodo, tmp_path)
    assert len(list(train.iterdir())) == 1
    assert len(zenodo.downloads()) == 1


def test_a_kill_before_the_mark_costs_nothing(zenodo, tmp_path):
    fetch(zenodo, tmp_path)
    marks = tmp_path / "dcase2020" / "finished.json"
    before = json.loads(marks.read_text())
    marks.unlink()
    fetch(zenodo, tmp_path)
    assert json.loads(marks.read_text()) == before
    assert len(zenodo.downloads()) == 1


def test_a_folder_of_other_clips_is_left_alone(zenodo, tmp_path):
    own = tmp_path / "dcase2020" / "development" / "fan" / "train" / "1.wav"
    own.parent.mkdir(parents=True)
    own.touch()
    with pytest.raises(FileExistsError, match="Move the folder away"):
        fetch(zenodo, tmp_path)
    assert own.exists()


@pytest.mark.parametrize("change", ["content", "new file", "lost file"])
def test_a_record_that_changed_is_refused_until_its_pin_is_removed(
    zenodo, tmp_path, change
):
    fetch(zenodo, tmp_path)
    files = zenodo.files[DEVELOPMENT]
    name = "dev_data_pump.zip"
    if change == "content":
        files[name] = pack({"pump/train/normal_id_00_00000000.wav": b"new"})
    elif change == "new file":
        name = "dev_data_valve.zip"
        files[name] = pack({"valve/train/normal_id_00_00000000.wav": b""})
    else:
        del files[name]
    with pytest.raises(ValueError, match="remove the entry 3678171") as error:
        fetch(zenodo, tmp_path, ["pump", "fan"])
    assert name in str(error.value)
    assert len(zenodo.downloads()) == 1
    (tmp_path / "records.lock.yaml").unlink()
    fetch(zenodo, tmp_path)


def test_the_pins_do_when_the_server_is_down(zenodo, tmp_path):
    fetch(zenodo, tmp_path)
    download(
        ["dcase2020"], tmp_path, ["fan"], ["development"], "http://127.0.0.1:9"
    )
    with pytest.raises(ConnectionError, match="must come whole|reachable"):
        download(
            ["dcase2020"],
            tmp_path,
            ["pump"],
            ["development"],
            "http://127.0.0.1:9",
        )


def test_too_little_space_is_told_before_anything_comes(
    zenodo, tmp_path, monkeypatch
):
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(9, 0, 100))
    with pytest.raises(OSError, match="100 bytes free"):
        fetch(zenodo, tmp_path)
    assert not zenodo.downloads()
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_with_the_way_out(zenodo, tmp_path, monkeypatch):
    def write(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", write)
    with pytest.raises(OSError, match="start the same command again"):
        fetch(zenodo, tmp_path)
    assert not (tmp_path / "dcase2020" / "development" / "fan").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"data_sets": ["dcase1999"]}, "dcase2020, dcase2021"),
        ({"machines": ["valve"]}, "some of fan, pump. Received: valve"),
        ({"parts": ["train"]}, "Received: parts=\\['train'\\]"),
        ({"parts": []}, "Received: parts=\\[\\]"),
        ({"mirror": "ftp://zenodo.org"}, "Received: 'ftp://zenodo.org'"),
        ({"mirror": "http://me:secret@host"}, "Received: 'host'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_comes(
    zenodo, tmp_path, options, said
):
    request = {"data_sets": ["dcase2020"], "mirror": zenodo.url, **options}
    with pytest.raises(ValueError, match=said):
        download(folder=tmp_path, **request)
    assert not zenodo.downloads()
    assert not list(tmp_path.iterdir())


def test_a_dry_run_tells_the_record_and_writes_nothing(zenodo, tmp_path):
    zenodo.add(DEVELOPMENT, "readme.pdf", b"")
    text = list_downloads(
        ["dcase2020"], tmp_path, ["fan"], ["development"], zenodo.url
    )
    size = len(zenodo.files[DEVELOPMENT][FAN])
    assert f"{size} bytes  md5:" in text
    assert "left out: readme.pdf" in text
    assert "pump" not in text and "unverified" not in text
    assert not zenodo.downloads() and not list(tmp_path.iterdir())


def test_a_dry_run_asks_on_where_one_record_cannot_be_read(zenodo, tmp_path):
    zenodo.statuses = [404]
    text = list_downloads(["dcase2020"], mirror=zenodo.url)
    assert text.count("(unverified: from the shipped list)") == 1
    assert len(zenodo.requests) == 3
    size = len(zenodo.files[EVALUATION]["eval_data_test_fan.zip"])
    assert f"{size} bytes  md5:" in text


@pytest.mark.parametrize("year", range(2020, 2027))
def test_a_dry_run_without_a_network_tells_the_shipped_list(year, zenodo):
    zenodo.statuses = [503] * 3
    text = list_downloads([f"dcase{year}"], mirror=zenodo.url)
    assert text.count("(unverified: from the shipped list)") == 3
    assert text.count("size unknown") >= 12
    assert "status 503" in text
    assert len(zenodo.requests) == 1
