# SPDX-License-Identifier: GPL-2.0
"""Results of a Python part of a case, for `relay` of lib.sh."""
import errno
import os


def say(good, name, why=""):
    """One result; returns whether it is a good one."""
    print(f"ok {name}" if good else f"not_ok {name}|{str(why)[:1000]!r}", flush=True)
    return bool(good)


def same(name, got, want):
    return say(got == want, name, f"{got!r}, not {want!r}")


def refused(name, code, f, *args, text=None):
    """f() fails with this errno (or one of these) and, if given, with this in its text."""
    codes = code if isinstance(code, tuple) else (code,)
    try:
        got = f(*args)
    except OSError as e:
        said = getattr(e, "text", None)
        good = e.errno in codes and (text is None or text in (said or ""))
        return say(good, name, f"{errno.errorcode.get(e.errno, e.errno)} {said!r}, not "
                   f"{'/'.join(errno.errorcode[c] for c in codes)} {text!r}")
    return say(False, name, f"it succeeded: {got!r}")


def cgroup_id(path):
    return os.stat("/sys/fs/cgroup" + path).st_ino


def enter(path):
    """Moves this process into a cgroup."""
    with open(f"/sys/fs/cgroup{path}/cgroup.procs", "w") as procs:
        procs.write(str(os.getpid()))
