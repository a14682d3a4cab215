"""Reads the stack's settings, composes the machines, exports what an inventory needs."""

import pulumi

from headrace_infra import compose, config

try:
    settings = config.read()
except config.ConfigError as error:
    # Which Pulumi reports without a traceback.
    raise pulumi.RunError(str(error)) from None
for name, value in compose.machines(settings, pulumi.get_stack()).items():
    pulumi.export(name, value)
