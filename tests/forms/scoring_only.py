"""The command line as an installation for scoring alone has it.

`python -m tests.forms.scoring_only score ...`: what `requirements/scoring.txt`
does not have cannot be imported. With `KERAS_ASD_POSIX=hidden` there is nothing
of POSIX either, as far as Python can hide it.
"""

import errno
import importlib.metadata
import os
import pathlib
import re
import select
import shutil
import stat
import sys

import filelock  # noqa: F401  (it has other locks where there is no fcntl)

LOCK = pathlib.Path(__file__).parents[2] / "requirements" / "scoring.txt"
OURS = {"keras_asd", "pipelines", "tuning", "tests"}
FUNCTIONS = (
    "fork forkpty set_blocking mkfifo mknod getuid geteuid statvfs chown "
    "fchmod fchown pread pwrite sched_getaffinity killpg setsid nice getpgid "
    "O_NONBLOCK O_CLOEXEC O_NOCTTY O_DIRECTORY O_NOFOLLOW O_SYNC"
).split()
MODULES = "fcntl grp pwd pty resource syslog termios tty".split()


def hide_packages():
    names = re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE)
    locked = {normal(name) for name in names} | {"keras-asd"}
    for module, owners in importlib.metadata.packages_distributions().items():
        if module not in OURS and not locked & {*map(normal, owners)}:
            sys.modules[module] = None


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def hide_posix():
    import fcntl

    shutil._use_fd_functions = False
    open_, fsync, unlink, replace = os.open, os.fsync, os.unlink, os.replace

    def refuse_folder(path, flags, *others, **options):
        if os.path.isdir(path):
            raise PermissionError(errno.EACCES, "a folder", path)
        return open_(path, flags, *others, **options)

    def refuse_reader(descriptor):
        if not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE:
            raise OSError(errno.EBADF, "open for reading alone")
        fsync(descriptor)

    def refuse_open(function):
        def call(path, *others, **options):
            for link in os.listdir("/proc/self/fd"):
                if os.path.realpath(f"/proc/self/fd/{link}") == os.path.abspath(
                    path
                ):
                    raise PermissionError(errno.EACCES, "open", path)
            return function(path, *others, **options)

        return call

    def refuse_pipes(readers, writers, others, *seconds):
        for one in (*readers, *writers, *others):
            if not stat.S_ISSOCK(os.fstat(one).st_mode):
                raise OSError(errno.ENOTSOCK, "no socket")

    os.open, os.fsync = refuse_folder, refuse_reader
    os.unlink = os.remove = refuse_open(unlink)
    os.replace = refuse_open(replace)
    select.select = refuse_pipes
    for name in FUNCTIONS:
        if hasattr(os, name):
            delattr(os, name)
    for name in MODULES:
        sys.modules[name] = None


if __name__ == "__main__":
    hide_packages()
    if os.environ.get("KERAS_ASD_POSIX") == "hidden":
        hide_posix()
    from keras_asd.__main__ import main

    sys.exit(main())
