"""Files of runs and exports as somebody may have changed them.

`signed` ones come with a manifest that is made anew. Some carry code in every
way in which a file of these kinds can: it would make the file `CANARY`.
"""

import io
import json
import os
import pickle
import tempfile
import zipfile

import numpy as np

CANARY = os.path.join(tempfile.gettempdir(), "keras_asd_canary")
SHELL = f"touch {CANARY}"
YAML_CODE = f"\nrun: !!python/object/apply:os.system ['{SHELL}']\n".encode()


class Code:
    """Runs a command where it is unpickled."""

    def __reduce__(self):
        return os.system, (SHELL,)


def flip(content, generator):
    content = bytearray(content or b"\0")
    for place in generator.integers(0, len(content), 3):
        content[place] ^= 1 << generator.integers(0, 8)
    return bytes(content)


def cut(content, generator):
    return content[: generator.integers(0, max(1, len(content)))]


def fill_with_noise(content, generator):
    return generator.bytes(len(content))


def insert(content, generator):
    place = generator.integers(0, len(content) + 1)
    return content[:place] + generator.bytes(9) + content[place:]


def empty(content, generator):
    return b""


def swap_for_json(content, generator):
    texts = (b"[]", b"null", b"{}", b'"a"', b"[" * 100_000, b"NaN", b"1e999")
    return texts[generator.integers(len(texts))]


def pickle_code(content, generator):
    return pickle.dumps(Code())


def put_code_into_arrays(content, generator):
    stream = io.BytesIO()
    names = ["vectors", "keys", "is_target", "clips"]
    np.savez(stream, **{n: np.array([Code()], object) for n in names})
    return stream.getvalue()


def put_code_into_yaml(content, generator):
    return content + YAML_CODE


def change_members(content, change):
    """A `.keras` archive with another configuration or other members."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()


def put_code_into_config(content, generator):
    """A class or function that Keras would import, or a Lambda."""
    foreign = (
        {"module": "os", "class_name": "system", "config": {}},
        {"module": "builtins", "class_name": "eval", "config": SHELL},
        {
            "module": "keras.layers",
            "class_name": "Lambda",
            "config": {"function": {"class_name": "__lambda__", "config": {}}},
        },
        {
            "module": "subprocess",
            "class_name": "Popen",
            "registered_name": "keras_asd>Popen",
            "config": {"args": SHELL, "shell": True},
        },
    )

    def change(members):
        config = json.loads(members["config.json"])
        places = list(nested(config))
        place, key = places[generator.integers(len(places))]
        place[key] = foreign[generator.integers(len(foreign))]
        members["config.json"] = json.dumps(config).encode()

    return change_members(content, change)


def change_config(content, generator):
    """Any value of the configuration replaced by one of another kind."""
    values = (None, 7, -1, "a", [], {}, 1e308, True)

    def change(members):
        config = json.loads(members["config.json"])
        places = list(nested(config))
        place, key = places[generator.integers(len(places))]
        place[key] = values[generator.integers(len(values))]
        members["config.json"] = json.dumps(config).encode()

    return change_members(content, change)


def lead_out_of_folder(content, generator):
    def change(members):
        members["../../escaped.txt"] = b"escaped"

    return change_members(content, change)


def nested(config):
    """Containers and keys of all values of a configuration."""
    items = config.items() if isinstance(config, dict) else enumerate(config)
    for key, value in items:
        yield config, key
        if isinstance(value, dict | list):
            yield from nested(value)


ANY = (flip, cut, fill_with_noise, insert, empty, swap_for_json, pickle_code)
OF_SUFFIX = {
    ".keras": (put_code_into_config, change_config, lead_out_of_folder),
    ".npz": (put_code_into_arrays,),
    ".yaml": (put_code_into_yaml,),
}


def tamper(path, generator):
    """Changes a file; returns the word for what was done."""
    changes = OF_SUFFIX.get(path.suffix, ()) * 2 + ANY
    change = changes[generator.integers(len(changes))]
    content = path.read_bytes()
    changed = change(content, generator)
    path.write_bytes(changed)
    return change.__name__
