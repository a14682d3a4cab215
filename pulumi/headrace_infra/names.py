"""What may be a host's name, and so a part of one: a cluster's, a node's, a local stack's."""

import re

RULE = "small letters, digits and inner dashes, at most 20"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_MAX_CHARS = 20


def is_host_name(text: str) -> bool:
    """Whether `text` follows RULE."""
    return len(text) <= _MAX_CHARS and _NAME.fullmatch(text) is not None
