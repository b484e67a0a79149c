"""Common band: where the alarms of a machine are unusual as a group."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from pipelines.pictures.found_band import describe_band
from pipelines.pictures.found_band import widen
from pipelines.pictures.standing_out import group_limit
from pipelines.pictures.standing_out import group_strengths
from pipelines.pictures.standing_out import strongest
from pipelines.pictures.unusual_band import ALL_THE_TIME
from pipelines.pictures.unusual_band import LEAST_BURSTS
from pipelines.pictures.unusual_band import UnusualBand
from pipelines.pictures.unusual_spectrum import UnusualSpectrum
from pipelines.pictures.usual_spectrum import UsualSpectrum

# A clip has a band where it differs by so many standard deviations, as one of
# forty normal clips does.
LEAST_OF_MEMBER = 2.0
# Share of the clips that must have it.
LEAST_SHARE = 0.2


@dataclasses.dataclass(frozen=True)
class CommonBand:
    """The band in which several clips are unusual as a group.

    Args:
        band: The band, with the level of the clip in the middle of them.
        number: Number of clips that have it.

    >>> band = UnusualBand(880.0, 911.0, 892.0, 13.2, 9.0, ((0.0, 4.0),), 1.0)
    >>> CommonBand(band, 5).sentence
    '892 Hz, 13 dB above its usual level, all the time'
    """

    band: UnusualBand
    number: int

    @property
    def sentence(self) -> str:
        """Band, level and how often, in words."""
        return f"{self.band}, {self.band.level}, {self._when}"

    @property
    def _when(self) -> str:
        band = self.band
        if band.share >= ALL_THE_TIME:
            return "all the time"
        if len(band.moments) < LEAST_BURSTS:
            return f"for {max(100 * band.share, 1):.0f} % of the time"
        return f"in short bursts{band.rhythm}"


def common_band(
    clips: Sequence[UnusualSpectrum], usual: UsualSpectrum
) -> CommonBand | None:
    """The band in which clips differ as a group, if any does.

    Their mean is judged against that of random groups of as many normal
    clips, of which 5 % have such a band. One clip has its own, where one
    stands out.

    Args:
        clips: Clips of a machine less its usual spectrum.
        usual: Its usual spectrum.

    >>> from pipelines.pictures.unusual_spectrum import unusual_spectrum
    >>> from pipelines.pictures.usual_spectrum import usual_spectrum
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (12, 32_000))
    >>> usual = usual_spectrum(noise[:8], 16_000)
    >>> tone = 0.02 * np.sin(2 * np.pi * 892 * np.arange(32_000) / 16_000)
    >>> clips = [unusual_spectrum(one + tone, usual) for one in noise[8:]]
    >>> found = common_band(clips, usual)
    >>> str(found.band), found.number
    ('892 Hz', 4)
    """
    if len(clips) < 2:
        own = [CommonBand(one.band, 1) for one in clips if one.stands_out]
        return own[0] if own else None
    found = np.stack([one.strengths for one in clips])
    relative = group_strengths(found, usual.limits)
    relative /= group_limit(usual.group_limits, len(clips))
    is_member = np.sign(relative) * found >= LEAST_OF_MEMBER
    least = max(2, LEAST_SHARE * len(clips))
    relative = np.where(is_member.sum(0) >= least, relative, 0.0)
    if np.abs(relative).max() <= 1:
        return None
    # Of several, the band in which clips differ by much, not all by a little.
    shares = np.clip(found / usual.limits[:, None], -1.0, 1.0)
    weight = np.maximum(np.sign(relative) * shares, 0) ** 2
    weight = weight.mean(0) * np.sign(relative)
    summary, start = strongest(np.where(np.abs(relative) > 1, weight, 0.0))
    sign = 1.0 if relative[summary, start] > 0 else -1.0
    members = [
        one
        for one, is_in in zip(clips, is_member[:, summary, start], strict=True)
        if is_in
    ]
    strength = np.mean([one.strengths[summary] for one in members], axis=0)
    excess = np.mean([one.excess[summary] for one in members], axis=0)
    ends = widen(sign * strength, sign * excess, start)
    members.sort(key=lambda one: float(one.excess[summary, start]))
    middle = members[len(members) // 2]
    band, _, _ = describe_band(
        middle.decibels + usual.frame_mean + middle.loudness,
        usual,
        ends,
        summary,
        float(strength[start]),
        middle.loudness,
        middle.samples,
    )
    tone = _common_tone([one.band for one in members], band)
    return CommonBand(dataclasses.replace(band, tone_hz=tone), len(members))


def _common_tone(
    bands: Sequence[UnusualBand], band: UnusualBand
) -> float | None:
    """The tone within a band that most of the clips have."""
    tones = [
        one.tone_hz
        for one in bands
        if one.tone_hz is not None
        and band.low_hz <= one.tone_hz <= band.high_hz
    ]
    if band.decibels < 0 or 2 * len(tones) <= len(bands):
        return None
    return float(np.median(tones))
