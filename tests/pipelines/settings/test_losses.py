import pytest

from pipelines.settings.config import Config
from pipelines.settings.embedders import Embedder
from pipelines.settings.labels import kinds
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import CustomLoss
from pipelines.settings.losses import Loss
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import NoLoss
from pipelines.settings.scorers import Scorer

LOSSES = {
    name: kind()
    for name, kind in kinds(Loss).items()
    if kind not in (CustomLoss, NoLoss)
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


@every_loss
def test_the_head_gives_what_its_loss_says(loss):
    head = loss.build_head(Config(), 3)
    assert getattr(head, "gives", "cosine") == loss.head


@every_loss
def test_a_loss_builds_the_class_of_its_name(loss):
    built = {"CrossEntropy": "ClassCrossEntropy"}
    name = type(loss).__name__
    assert type(loss.build(3)).__name__ == built.get(name, name)


@every_loss
def test_only_margin_losses_score_by_a_margin(loss):
    made = loss.build(3)
    is_angular = hasattr(made, "margin") and hasattr(made, "scale")
    assert is_angular == (loss.score_margin > 0)
    if is_angular:
        assert (made.margin, made.scale) == (
            loss.score_margin,
            loss.score_scale,
        )


def test_what_losses_need_and_give_is_given_and_read_by_something():
    gives = {kind.gives for kind in kinds(Embedder).values()}
    assert {loss.needs for loss in LOSSES.values()} <= gives
    assert {loss.targets for loss in LOSSES.values()} == {
        "one_hot",
        "soft",
        "rows",
    }
    heads = {kind.reads for kind in kinds(Scorer).values()}
    assert {loss.head for loss in LOSSES.values()} <= heads


@pytest.mark.parametrize(
    ("loss", "is_mixed"),
    [
        (ArcFace(), False),
        (NoisyArcMix(), True),
        (AdaCos(mix_probability=0.5), True),
        (AdaCos(mix_probability=0.0), False),
        (CustomLoss(path="a.B"), False),
        (CustomLoss(path="a.B", targets="soft"), True),
    ],
)
def test_what_is_mixed_depends_on_the_loss(loss, is_mixed):
    assert (loss.mixup is not None) == is_mixed


@pytest.mark.parametrize("name", ["no_such_package.MyLoss", "MyLoss", "math.x"])
def test_a_loss_that_cannot_be_imported_is_refused_by_its_path(name):
    with pytest.raises(ValueError, match=f"`loss` must be .*{name}"):
        CustomLoss(path=name).build(3)


def test_what_is_no_loss_is_refused():
    loss = CustomLoss(path="fractions.Fraction", arguments={"numerator": 1})
    with pytest.raises(ValueError, match="must be a `keras.losses.Loss`"):
        loss.build(3)
    wrong = CustomLoss(path="fractions.Fraction", arguments={"numbr": 1})
    with pytest.raises(ValueError, match="must take the arguments.*numbr"):
        wrong.build(3)
