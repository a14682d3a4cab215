"""Chooses the components for a stack's target; all answer the same exports."""

from typing import Any

from headrace_infra.config import ConfigError, Settings


def machines(settings: Settings, stack: str) -> dict[str, Any]:
    """Makes the machines that `settings` ask for and returns the stack's exports."""
    if settings.target == "local":
        # Imported here, since each target needs packages that the other does without.
        from headrace_infra.local.hosts import LocalHosts, LocalHostsArgs  # noqa: PLC0415

        return LocalHosts(settings.name, LocalHostsArgs(settings, stack)).exports()
    if settings.aws is None or settings.region is None:
        raise ConfigError("headrace:aws and aws:region are missing")
    from headrace_infra.cloud import AwsHosts, AwsHostsArgs  # noqa: PLC0415

    args = AwsHostsArgs(settings, settings.aws, settings.region)
    return AwsHosts(settings.name, args).exports()
