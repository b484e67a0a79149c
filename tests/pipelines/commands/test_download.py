import pytest

from pipelines import commands


def run(*words):
    return commands.run("download", words)


def test_the_command_downloads_and_tells_where_to(zenodo, tmp_path, capsys):
    machines = ["--machines", "fan,pump"]
    words = ["dcase2020", *machines, "--to", str(tmp_path)]
    assert run(*words, "--mirror", zenodo.url) == 0
    said = capsys.readouterr().out
    assert f"clips in {tmp_path / 'dcase2020' / 'development'}" in said
    assert "no label" in said
    assert len(list(tmp_path.rglob("*.wav"))) == 8


@pytest.mark.parametrize("flag", ["--dry_run", "--dry-run"])
def test_a_dry_run_needs_neither_folder_nor_network(
    flag, monkeypatch, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    words = ["dcase2020", "dcase2026", flag, "--mirror", "http://127.0.0.1:9"]
    assert run(*words) == 0
    said = capsys.readouterr().out
    assert said.count("unverified") == 6
    assert "dev_ToyCar_r2.zip" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dcase2020"], "--to is needed"),
        (["dcase1999", "--dry_run"], "dcase1999"),
        (["dcase2020", "--parts", "train", "--dry_run"], "train"),
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        run(*words)
    assert stop.value.code == 2
    assert said in capsys.readouterr().err
