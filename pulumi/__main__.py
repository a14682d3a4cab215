"""Reads the stack's settings, composes the machines, exports what an inventory needs."""

import pulumi

from headrace_infra import compose, config

settings = config.read()
for name, value in compose.machines(settings, pulumi.get_stack()).items():
    pulumi.export(name, value)
