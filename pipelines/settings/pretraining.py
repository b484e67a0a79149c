"""Settings of pre-training."""

import dataclasses
from typing import ClassVar

from pipelines.settings.fields import POSITIVE
from pipelines.settings.fields import Record
from pipelines.settings.fields import at_least
from pipelines.settings.fields import setting
from pipelines.settings.losses import Loss
from pipelines.settings.losses import SupervisedContrastive


@dataclasses.dataclass(frozen=True)
class Pretraining(Record):
    """Base of the pre-trainings.

    - `needs_projection`: whether the embedder must have a projection.
    - `is_on_built_in`: whether it uses the built-in machines instead of the
      run's clips.

    Args:
        epochs: Passes over the clips of the pre-training.
        learning_rate: Constant learning rate.
    """

    epochs: int = setting(100, at_least(1))
    learning_rate: float = setting(5e-4, POSITIVE)

    needs_projection: ClassVar[bool] = False
    is_on_built_in: ClassVar[bool] = False

    def choose_loss(self, loss: Loss) -> Loss:
        """The loss of the pre-training, for a run with the loss `loss`."""
        return loss


@dataclasses.dataclass(frozen=True)
class Contrastive(Pretraining):
    """Contrastive pre-training on the same clips (CLP-SCF).

    Args:
        epochs: Passes over the clips of the pre-training.
        learning_rate: Constant learning rate.
    """

    needs_projection: ClassVar[bool] = True

    def choose_loss(self, loss: Loss) -> Loss:
        """The contrastive loss."""
        return SupervisedContrastive()


@dataclasses.dataclass(frozen=True)
class BuiltInMachines(Pretraining):
    """Pre-training with the run's loss on the built-in machines.

    Args:
        epochs: Passes over the clips of the pre-training.
        learning_rate: Constant learning rate.
    """

    is_on_built_in: ClassVar[bool] = True
