import pytest

from pipelines.settings.presets import choose_preset
from tuning.settings.options import parse_tuning

SEARCH = ["--search", "searches/a"]


def test_without_data_the_built_in_preset_is_searched():
    options = parse_tuning(SEARCH)
    assert options.roots == ()
    assert options.final == choose_preset("tastgram_study")
    assert options.settings.parameters == ("margin", "scale", "mix_alpha")


def test_with_data_it_starts_from_the_papers_system():
    options = parse_tuning(["fans", "pumps", *SEARCH])
    assert options.roots == ("fans", "pumps")
    assert options.final == choose_preset("tastgram_mfn_noisy_arcmix")


def test_trials_have_their_own_holdout_and_epochs():
    words = ["fans", *SEARCH, "--trial_epochs", "7", "--epochs", "90"]
    options = parse_tuning(words)
    assert options.settings.config.epochs == 7
    assert options.settings.config.holdout == 0.2
    assert options.final.epochs == 90
    assert options.final.holdout == 0.05


@pytest.mark.parametrize(
    ("preset", "parameters"),
    [
        (
            "dual_branch_subcluster_adacos",
            ("num_subclusters", "adaptive_scale", "mix_alpha"),
        ),
        ("training_free", ("scorer", "space", "num_mel_bins", "level")),
    ],
)
def test_a_preset_is_searched_over_what_it_has(preset, parameters):
    options = parse_tuning(["fans", *SEARCH, "--preset", preset])
    assert options.settings.parameters == parameters


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["fans"], "--search must be given"),
        (["fans", *SEARCH, "--over", "[marign]"], "marign"),
        (["fans", *SEARCH, "--trials", "0"], "`trials` must be at least 1"),
        (
            ["fans", *SEARCH, "--objective", "val_official_score"],
            "`development` must be given",
        ),
        (["fans", *SEARCH, "--trial_holdout", "1.5"], "`holdout` must be"),
        (["fans", *SEARCH, "--trial_epochs", "0"], "`epochs` must be"),
        (["fans", *SEARCH, "--confirm_seeds", "-1"], "`confirm_seeds` must"),
        (["fans", *SEARCH, "--lease_seconds", "0"], "`lease_seconds` must"),
        (
            ["fans", *SEARCH, "--preset", "dual_branch_adacos"]
            + ["--over", "[margin]"],
            "margin, which has none with",
        ),
    ],
)
def test_wrong_words_are_refused_with_a_clear_line(words, message, capsys):
    with pytest.raises(SystemExit) as stop:
        parse_tuning(words)
    assert stop.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_file_sets_what_flags_do(tmp_path):
    file = tmp_path / "search.yaml"
    file.write_text(
        "preset: reduced\ntrials: 5\nover: [margin]\nloss: {margin: 0.4}\n"
    )
    options = parse_tuning(["fans", *SEARCH, "--config", str(file)])
    assert options.settings.trials == 5
    assert options.settings.parameters == ("margin",)
    assert options.final.loss.margin == 0.4
