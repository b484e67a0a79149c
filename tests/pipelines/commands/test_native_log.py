import os
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


COMMAND = r"""
import os, sys
from keras_asd.__main__ import main
from pipelines import commands

def run(name, words):
    os.write(2, b"I0000 00:00:1795977448.933046 16284 stub.cc:31] No drivers\n")
    os.write(2, b"the last words\n")
    return 0

commands.run = run
sys.argv[1:] = ["score"]
sys.exit(main())
"""


def test_the_command_line_drops_it():
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "TF_CPP_MIN_LOG_LEVEL"
    }
    for level, number in (({}, 1), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, 2)):
        result = subprocess.run(
            [sys.executable, "-c", COMMAND],
            capture_output=True,
            env=environment | level,
        )
        assert result.returncode == 0
        assert result.stderr.count(b"\n") == number
        assert result.stderr.endswith(b"the last words\n")
