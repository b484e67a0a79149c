"""Look: what is unusual in a clip, with pictures and sound."""

import dataclasses

import numpy as np
from markupsafe import Markup
from soundfile import LibsndfileError

from pipelines.audio.broken_clips import broken_reason
from pipelines.pictures.unusual_spectrum import UnusualSpectrum
from pipelines.pictures.unusual_spectrum import unusual_spectrum
from pipelines.report.clip_pictures import clip_pictures
from pipelines.report.clip_pictures import spectrogram_picture
from pipelines.report.model_facts import ModelFacts
from pipelines.report.report_clip import ReportClip
from pipelines.report.sounds import MOST_SECONDS
from pipelines.report.sounds import Sounds
from pipelines.report.sounds import common_gain
from pipelines.report.sounds import read_clip


@dataclasses.dataclass(frozen=True)
class Look:
    """What is unusual in a clip, with pictures and sound.

    Args:
        clip: The clip.
        sentence: What is unusual, or why nothing can be said.
        unusual: Its spectrum less the usual one; `None` without the latter.
        pictures: Caption and SVG of each picture.
        sound: The clip as a data URI; empty if it is not to be heard.
        sound_start: Second of the clip at which the sound begins.
        normal: The nearest normal clip likewise.
        normal_name: Name of the nearest normal clip.

    >>> import pathlib
    >>> clip = ReportClip(pathlib.Path("a.wav"), "fan/all", 0.5, 0.01, True)
    >>> Look(clip, "nothing stands out in the spectrum").pictures
    ()
    """

    clip: ReportClip
    sentence: str
    unusual: UnusualSpectrum | None = None
    pictures: tuple[tuple[str, Markup], ...] = ()
    sound: str = ""
    sound_start: float = 0.0
    normal: str = ""
    normal_name: str = ""


def look_at(
    clip: ReportClip, facts: ModelFacts, sounds: Sounds, is_shown: bool
) -> Look:
    """Looks at a clip.

    Args:
        clip: The clip.
        facts: Facts of the model.
        sounds: Sounds of the page.
        is_shown: Whether it gets pictures and sound.

    >>> import pathlib
    >>> from pipelines.pictures.usual_sound import UsualSound
    >>> facts = ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound())
    >>> clip = ReportClip(pathlib.Path("gone.wav"), "fan/all", 0.5, 0.01, True)
    >>> look_at(clip, facts, Sounds(), True).sentence
    'the recording cannot be read here: missing: ...'
    """
    rate, usual = facts.sampling_rate, facts.usual
    try:
        waveform = read_clip(clip, rate, facts.channel)
    except (OSError, ValueError, LibsndfileError) as error:
        reason = broken_reason(error)
        return Look(clip, f"the recording cannot be read here: {reason}")
    spectrum = usual.spectra.get(clip.key)
    if spectrum is None:
        found = Look(clip, f"no usual spectrum: {usual.why(clip.key)}")
        if not is_shown:
            return found
        picture = spectrogram_picture(waveform, rate)
        found = dataclasses.replace(found, pictures=(picture,))
        return _with_sound(found, waveform, facts, sounds, 0.0)
    unusual = unusual_spectrum(waveform, spectrum)
    found = Look(clip, unusual.sentence, unusual)
    if not is_shown:
        return found
    pictures = clip_pictures(unusual, spectrum, len(waveform) / rate)
    found = dataclasses.replace(found, pictures=pictures)
    start = unusual.band.moments[0][0] if unusual.stands_out else 0.0
    return _with_sound(found, waveform, facts, sounds, start)


def _with_sound(
    look: Look,
    waveform: np.ndarray,
    facts: ModelFacts,
    sounds: Sounds,
    start: float,
) -> Look:
    """The look with the clip, and the nearest normal clip, to be heard."""
    if not sounds.is_wanted(look.clip):
        return look
    rate, key = facts.sampling_rate, look.clip.key
    length = round(MOST_SECONDS * rate)
    first = 0
    if len(waveform) > length:
        first = min(max(round((start - 1) * rate), 0), len(waveform) - length)
    waveform = waveform[first : first + length]
    normal, name = np.zeros(0, "float32"), ""
    if look.unusual is not None and facts.usual.normals.get(key):
        path = facts.usual.nearest(key, look.unusual.excess_with_loudness)
        try:
            nearest = ReportClip(path, key, None, None, None)
            normal = read_clip(nearest, rate, facts.channel)[:length]
            name = nearest.name
        except (OSError, ValueError, LibsndfileError):
            name = ""
    gain = common_gain(waveform, normal)
    sound = sounds.encode(waveform, rate, gain)
    return dataclasses.replace(
        look,
        sound=sound,
        sound_start=first / rate,
        normal=sounds.encode(normal, rate, gain) if sound and name else "",
        normal_name=name,
    )
