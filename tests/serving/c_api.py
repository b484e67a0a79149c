"""A SavedModel by TensorFlow's C++ loader, through the C API of the wheel.

`python -m tests.serving.c_api VERSION SIGNATURE INPUTS.npz OUTPUTS.npz` runs
a signature without `import tensorflow`: by this route TensorFlow Serving loads
and runs models. Strings are arrays of kind `S`, or rows of bytes, uint8
`(batch, num_bytes)`, where they may end in zeros, as recordings do.
"""

import ctypes
import importlib.util
import pathlib
import sys

import numpy as np

from tests.serving.signature_def import read_signature

FLOAT, INT32, STRING, INT64, BOOL = 1, 3, 7, 9, 10
TYPES = {FLOAT: "float32", INT32: "int32", INT64: "int64", BOOL: "bool"}
STRING_BYTES = 24  # of a TF_TString, which lies in the tensor's memory

POINTER, INT, SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
FUNCTIONS = {
    "TF_NewStatus": (POINTER, []),
    "TF_GetCode": (INT, [POINTER]),
    "TF_Message": (ctypes.c_char_p, [POINTER]),
    "TF_NewSessionOptions": (POINTER, []),
    "TF_NewGraph": (POINTER, []),
    "TF_LoadSessionFromSavedModel": (POINTER, None),
    "TF_GraphOperationByName": (POINTER, [POINTER, ctypes.c_char_p]),
    "TF_AllocateTensor": (POINTER, [INT, POINTER, INT, SIZE]),
    "TF_TensorData": (POINTER, [POINTER]),
    "TF_TensorByteSize": (SIZE, [POINTER]),
    "TF_NumDims": (INT, [POINTER]),
    "TF_Dim": (ctypes.c_int64, [POINTER, INT]),
    "TF_StringInit": (None, [POINTER]),
    "TF_StringCopy": (None, [POINTER, ctypes.c_char_p, SIZE]),
    "TF_StringGetDataPointer": (POINTER, [POINTER]),
    "TF_StringGetSize": (SIZE, [POINTER]),
    "TF_SessionRun": (None, None),
}


class Buffer(ctypes.Structure):
    """TF_Buffer."""

    _fields_ = [("data", POINTER), ("length", SIZE), ("free", POINTER)]


class Output(ctypes.Structure):
    """TF_Output: an operation and the number of its output."""

    _fields_ = [("operation", POINTER), ("index", INT)]


def open_library():
    folder = importlib.util.find_spec("tensorflow").submodule_search_locations
    folder = pathlib.Path(folder[0])
    for name in ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2"):
        library = ctypes.CDLL(str(folder / name), mode=ctypes.RTLD_GLOBAL)
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        if arguments is not None:
            function.argtypes = arguments
    return library


class Session:
    """A SavedModel that TensorFlow's C++ loader has loaded."""

    def __init__(self, version):
        self.library = open_library()
        self.status = self.library.TF_NewStatus()
        self.graph = self.library.TF_NewGraph()
        tags = (ctypes.c_char_p * 1)(b"serve")
        meta_graph = Buffer()
        self.session = self.library.TF_LoadSessionFromSavedModel(
            POINTER(self.library.TF_NewSessionOptions()),
            None,
            str(version).encode(),
            tags,
            1,
            POINTER(self.graph),
            ctypes.byref(meta_graph),
            POINTER(self.status),
        )
        self.check()
        self.meta_graph = ctypes.string_at(meta_graph.data, meta_graph.length)

    def check(self):
        if self.library.TF_GetCode(self.status):
            message = self.library.TF_Message(self.status)
            raise RuntimeError(message.decode())

    def output(self, tensor):
        name, index = tensor.rsplit(":", 1)
        operation = self.library.TF_GraphOperationByName(
            self.graph, name.encode()
        )
        if not operation:
            raise RuntimeError(f"no operation {name}")
        return Output(operation, int(index))

    def run(self, signature, inputs):
        """Outputs of a signature by name, as arrays."""
        wanted, given = read_signature(self.meta_graph, signature)
        if set(wanted) != set(inputs):
            raise RuntimeError(f"{signature} takes {sorted(wanted)}")
        names = sorted(given)
        places = [self.output(wanted[name][0]) for name in inputs]
        values = [
            self.make_tensor(value, wanted[name][1])
            for name, value in inputs.items()
        ]
        results = (POINTER * len(names))()
        self.library.TF_SessionRun(
            POINTER(self.session),
            None,
            (Output * len(places))(*places),
            (POINTER * len(values))(*values),
            len(values),
            (Output * len(names))(*(self.output(given[n][0]) for n in names)),
            results,
            len(names),
            None,
            0,
            None,
            POINTER(self.status),
        )
        self.check()
        return {
            name: self.read_tensor(result, given[name][1])
            for name, result in zip(names, results, strict=True)
        }

    def make_tensor(self, value, kind):
        if kind != STRING:
            value = np.ascontiguousarray(value, TYPES[kind])
            tensor = self.allocate(kind, value.shape, value.nbytes)
            data = self.library.TF_TensorData(tensor)
            ctypes.memmove(data, value.ctypes.data, value.nbytes)
            return tensor
        rows = [row.tobytes() for row in value] if value.ndim > 1 else value
        tensor = self.allocate(kind, [len(rows)], len(rows) * STRING_BYTES)
        data = self.library.TF_TensorData(tensor)
        for index, row in enumerate(rows):
            place = data + index * STRING_BYTES
            self.library.TF_StringInit(place)
            self.library.TF_StringCopy(place, bytes(row), len(row))
        return tensor

    def allocate(self, kind, shape, num_bytes):
        sizes = (ctypes.c_int64 * len(shape))(*shape)
        return self.library.TF_AllocateTensor(
            kind, ctypes.addressof(sizes), len(shape), num_bytes
        )

    def read_tensor(self, tensor, kind):
        shape = [
            self.library.TF_Dim(tensor, axis)
            for axis in range(self.library.TF_NumDims(tensor))
        ]
        data = self.library.TF_TensorData(tensor)
        num_bytes = self.library.TF_TensorByteSize(tensor)
        if kind != STRING:
            values = ctypes.string_at(data, num_bytes) if num_bytes else b""
            return np.frombuffer(values, TYPES[kind]).reshape(shape)
        places = range(data, data + num_bytes, STRING_BYTES)
        rows = [
            ctypes.string_at(
                self.library.TF_StringGetDataPointer(place),
                self.library.TF_StringGetSize(place),
            )
            for place in places
        ]
        return np.array(rows, "S").reshape(shape)


def main(version, signature, inputs_path, outputs_path):
    with np.load(inputs_path) as file:
        inputs = dict(file)
    outputs = Session(version).run(signature, inputs)
    if "tensorflow" in sys.modules:
        raise RuntimeError("TensorFlow's Python was imported")
    np.savez(outputs_path, **outputs)


if __name__ == "__main__":
    main(*sys.argv[1:])
