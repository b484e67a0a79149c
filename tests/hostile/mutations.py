"""Recordings of all containers, and what may happen to their bytes."""

import io

import numpy as np
import soundfile

from tests.hostile.world import RATE

HEADER = 64
EXTREMES = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)
# Each with a name that is no plain word: all are scored and listed.
NAMES = ("plain", "a\nb", "a\tb", "\x1b[31m", "=1+1", "caf\udce9", "a,b", '"')


def make_bases():
    """Whole recordings by suffix, several of some."""
    generator = np.random.default_rng(7)

    def make(container, subtype, channels=1, seconds=0.3, rate=RATE):
        stream = io.BytesIO()
        shape = (round(seconds * rate), channels)
        noise = 0.1 * generator.standard_normal(shape)
        options = {"format": container, "subtype": subtype}
        soundfile.write(stream, noise, rate, **options)
        return stream.getvalue()

    return (
        ("wav", make("WAV", "PCM_16")),
        ("wav", make("WAV", "PCM_24", channels=2)),
        ("wav", make("WAVEX", "FLOAT", channels=2, rate=16_000)),
        ("wav", make("WAV", "ULAW")),
        ("flac", make("FLAC", "PCM_16")),
        ("ogg", make("OGG", "VORBIS", rate=16_000)),
        ("mp3", make("MP3", "MPEG_LAYER_III", rate=16_000)),
    )


def flip_bits(content, other, generator):
    content = bytearray(content)
    for place in generator.integers(0, len(content), generator.integers(1, 20)):
        content[place] ^= 1 << generator.integers(0, 8)
    return bytes(content)


def cut(content, other, generator):
    return content[: generator.integers(0, len(content))]


def cut_out(content, other, generator):
    start, end = np.sort(generator.integers(0, len(content), 2))
    return content[:start] + content[end:]


def insert(content, other, generator):
    place = generator.integers(0, len(content))
    inserted = generator.bytes(generator.integers(1, 300))
    return content[:place] + inserted + content[place:]


def blank(content, other, generator):
    start, end = np.sort(generator.integers(0, len(content), 2))
    value = bytes([generator.choice([0, 255])])
    return content[:start] + value * (end - start) + content[end:]


def contradict_header(content, other, generator):
    """Other numbers in the header, of two bytes or of four."""
    content = bytearray(content)
    for _ in range(generator.integers(1, 4)):
        size = int(generator.choice([2, 4]))
        place = 2 * generator.integers(0, HEADER // 2)
        value = generator.choice([*EXTREMES, generator.integers(0, 2**32)])
        number = int(value) % 256**size
        content[place : place + size] = number.to_bytes(size, "little")
    return bytes(content)


def scale_number(content, other, generator):
    """A number of the header halved or doubled, as encoders get it wrong."""
    content = bytearray(content)
    place = 2 * generator.integers(0, HEADER // 2)
    number = int.from_bytes(content[place : place + 4], "little")
    number = int(number * generator.choice([0.5, 2])) % 2**32
    content[place : place + 4] = number.to_bytes(4, "little")
    return bytes(content)


def concatenate(content, other, generator):
    return content + other


def join_halves(content, other, generator):
    half = generator.integers(0, len(content))
    return content[:half] + other[half:]


def swap_parts(content, other, generator):
    first, second = np.sort(generator.integers(0, len(content), 2))
    return content[second:] + content[first:second] + content[:first]


def lead(content, other, generator):
    return generator.bytes(generator.integers(1, 64)) + content


def trail(content, other, generator):
    return content + generator.bytes(generator.integers(1, 64))


MUTATIONS = (
    flip_bits,
    cut,
    cut_out,
    insert,
    blank,
    contradict_header,
    scale_number,
    concatenate,
    join_halves,
    swap_parts,
    lead,
    trail,
)


def mutate(number, bases):
    """Name and bytes of a mutated recording; any number gives another."""
    generator = np.random.default_rng(number)
    mutation = MUTATIONS[number % len(MUTATIONS)]
    suffix, content = bases[generator.integers(len(bases))]
    _, other = bases[generator.integers(len(bases))]
    content = mutation(content, other, generator)
    if generator.random() < 0.2:
        content = MUTATIONS[generator.integers(len(MUTATIONS))](
            content or b"\0", other, generator
        )
    if generator.random() < 0.05:
        suffix = generator.choice(["wav", "flac", "ogg", "mp3"])
    name = NAMES[number % len(NAMES)]
    return f"{name}_{mutation.__name__}_{number}.{suffix}", content
