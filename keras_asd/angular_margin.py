"""Additive angular margin of losses and scorers."""

import math

from keras import ops


def check_angular_margin(margin: float, scale: float) -> None:
    """Refuses a margin or a scale that no angular loss can use.

    Args:
        margin: Angle in radians.
        scale: Radius of the hypersphere.

    Raises:
        ValueError: If `margin` is outside `[0, pi / 2)` or `scale` is not
            positive.

    >>> check_angular_margin(0.7, 30.0)
    """
    if not 0 <= margin < math.pi / 2:
        raise ValueError(
            "`margin` must be an angle in radians, 0 <= margin < pi / 2. "
            f"Received: margin={margin}. For degrees use `math.radians`."
        )
    if not scale > 0:
        raise ValueError(
            "`scale` must be the positive radius of the hypersphere. "
            f"Received: scale={scale}. The paper uses 30."
        )


def add_angular_margin(cosine, margin: float):
    """Returns `cos(theta + margin)` where `cosine` is `cos(theta)`.

    Beyond `theta = pi - margin`, where the cosine would rise again, the
    result is `cosine - margin * sin(margin)`, as in the published code. The
    gradient is finite everywhere, `cosine = 1` and `cosine = -1` included.

    Args:
        cosine: Cosines in `[-1, 1]`, of any shape.
        margin: Angle in radians.

    Returns:
        A tensor of the shape of `cosine`.

    Reference: Deng et al., ArcFace, https://arxiv.org/abs/1801.07698

    >>> round(float(add_angular_margin(1.0, math.pi / 3)), 4)
    0.5
    """
    cosine = ops.convert_to_tensor(cosine)
    square = (1.0 - cosine) * (1.0 + cosine)
    inside = square > 0
    sine = ops.where(inside, ops.sqrt(ops.where(inside, square, 1.0)), 0.0)
    moved = cosine * math.cos(margin) - sine * math.sin(margin)
    return ops.where(
        cosine > math.cos(math.pi - margin),
        moved,
        cosine - margin * math.sin(margin),
    )
