"""Operating systems: what is done where there is no POSIX.

Scoring with an exported form takes nothing for granted that POSIX systems
alone have; `tests/integration/test_scoring_only.py` hides it. The rest of the
package is for POSIX.
"""

import os

IS_POSIX = hasattr(os, "fork")

# To open a file as bytes, without waiting for whoever else has it open.
AT_ONCE = os.O_RDONLY
for _flag in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
    AT_ONCE |= getattr(os, _flag, 0)


def count_cores() -> int:
    """Number of cores that this process may use.

    >>> count_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
