"""What `make up` does with pulumi and ansible-playbook when it is interrupted or they hang."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from headrace_infra import children, paths

# Gives back what it holds, which takes longer than Python by itself leaves a child after Ctrl-C.
CHILD = """
    import sys, time
    try:
        print("works", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(1)
        print("ended in its own way", flush=True)
        sys.exit(3)
"""
# Sees to the signal itself: whoever starts the tests may ignore it.
PARENT = """
    import os, signal, sys
    from headrace_infra import children
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        children.run([sys.executable, "-c", sys.argv[1]], os.environ, 60)
    except KeyboardInterrupt:
        sys.exit(children.INTERRUPTED)
"""


def test_ctrl_c_lets_the_child_end_in_its_own_way():
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), textwrap.dedent(CHILD)],
        env={**os.environ, "PYTHONPATH": str(paths.PROJECT_DIRECTORY)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with parent:
        assert parent.stderr.readline() == "works\n"
        os.killpg(parent.pid, signal.SIGINT)
        said = parent.communicate(timeout=30)[1]
    assert said == "ended in its own way\n"
    assert parent.returncode == children.INTERRUPTED


def test_a_child_that_takes_too_long_is_ended():
    with pytest.raises(subprocess.TimeoutExpired):
        children.run(["sleep", "60"], os.environ, 0.1)


def test_the_status_is_the_child_s():
    assert children.run(["sh", "-c", "exit 7"], os.environ, 10) == 7
