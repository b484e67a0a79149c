import io

import h5py
import numpy as np
import pytest

from pipelines.runs.archives.weight_check import find_weights_fault


def find(content):
    return find_weights_fault(io.BytesIO(content), len(content))


def make_weights(change):
    content = io.BytesIO()
    with h5py.File(content, "w") as store:
        store["layers/head/vars/0"] = np.ones((3, 4), "float32")
        change(store)
    return content.getvalue()


def add_external_data(store):
    store.create_dataset(
        "vars", (4,), "uint8", external=[("/etc/passwd", 0, 4)]
    )


def add_virtual_data(store):
    layout = h5py.VirtualLayout((4,), "uint8")
    layout[:] = h5py.VirtualSource("/etc/elsewhere.h5", "x", (4,))
    store.create_virtual_dataset("vars", layout)


def add_circle(store):
    store["layers/again"] = store["layers"]


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda s: s.create_dataset("x", (10**9, 10**6), "f4"), "not there"),
        (
            lambda s: s.create_dataset("x", (2**40,), "f4", chunks=(1,)),
            "not there",
        ),
        (
            lambda s: s.create_dataset("x", data=[0] * 99, compression="gzip"),
            "compressed weights",
        ),
        (add_external_data, "read from other files"),
        (add_virtual_data, "read from other files"),
        (
            lambda s: s.update(x=h5py.ExternalLink("/etc/x.h5", "/")),
            "a link among",
        ),
        (lambda s: s.update(x=h5py.SoftLink("/layers")), "a link among"),
        (add_circle, "in a circle"),
        (lambda s: s.create_group("/".join("a" * 99)), "too deep"),
        (lambda s: s.update(x="text"), "else than numbers"),
        (lambda s: s.update(x=np.array([b"text"])), "else than numbers"),
        (lambda s: s.update(x=h5py.Empty("f")), "else than numbers"),
        (lambda s: s.update(x=np.dtype("f4")), "else than numbers"),
    ],
)
def test_weights_that_keras_would_not_write_are_refused(change, reason):
    assert reason in find(make_weights(change))


def test_groups_without_number_are_refused(monkeypatch):
    monkeypatch.setattr("pipelines.runs.archives.weight_check.MAX_OBJECTS", 9)
    content = make_weights(
        lambda store: [store.create_group(name) for name in "abcdefghij"]
    )
    fault = find(content)
    assert fault == "more than 9 groups and arrays"


def test_one_array_under_many_names_is_counted_each_time():
    def change(store):
        store["x"] = np.ones(10_000)
        for number in range(9):
            store[f"again{number}"] = store["x"]

    content = make_weights(change)
    fault = find(content)
    assert fault == "weights larger than the file that holds them"


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n", bytes(999)])
def test_weights_that_are_no_hdf5_are_refused(content):
    assert find(content) == "weights that are no HDF5 file"


def test_weights_as_keras_writes_them_pass():
    assert find(make_weights(lambda store: None)) is None
    scalar = make_weights(lambda store: store.update(x=np.int64(7)))
    assert find(scalar) is None
