"""Where things are: this checkout, and the cache that outlives it."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT_DIRECTORY = CHECKOUT / "pulumi"


def cache() -> Path:
    """The cache folder: the base image's archive, the engine, the local stacks' state.

    The same that the Makefile and `pulumi/engine/ensure` use.
    """
    if given := os.environ.get("HEADRACE_CACHE"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "headrace"


def stack_directory(stack: str) -> Path:
    """A local stack's own files (its ssh key); removed with the stack."""
    return cache() / "stacks" / stack
