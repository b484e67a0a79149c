import subprocess
import sys

CODE = r"""
import os, subprocess, sys
from pipelines.commands.native_log import drop_native_log
drop_native_log()
def write(text):
    os.write(2, text)
write(b"WARNING: All log messages before absl::InitializeLog() is called ...\n")
write(b"I0000 00:00:1795977448.933046   16284 cudart_stub.cc:31] No drivers\n")
write(b"E0000 00:00:1795977448.933046   16284 cuda_fft.cc:467] Registered\n")
print("left out: caf\udce9.wav", file=sys.stderr)
subprocess.run([sys.executable, "-c", "import os; os.write(2, b'a child\\n')"])
write(b"F0000 00:00:1795977448.933046   16284 tensor.cc:1] Check failed\n")
write(b"the last words")
os.abort()
"""


def test_what_native_code_logs_is_dropped_and_the_rest_comes_through():
    result = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, timeout=60
    )
    lines = result.stderr.splitlines()
    # They come by two ways, in whatever order.
    assert sorted(lines) == [
        b"F0000 00:00:1795977448.933046   16284 tensor.cc:1] Check failed",
        b"a child",
        b"left out: caf\xe9.wav",
        b"the last words",
    ]
