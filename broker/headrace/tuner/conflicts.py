"""Whether the `tuned` daemon sets the same things: two owners of one setting undo each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.tuner.base import Finding
    from headrace.tuner.host import Host

# Profiles include others; a chain longer than this is a loop.
INCLUDES_MAX = 10
PROFILE_FOLDERS = ("etc/tuned", "etc/tuned/profiles", "usr/lib/tuned", "usr/lib/tuned/profiles")
# How tuned's profiles name what is not a sysctl.
OTHER_NAMES = {
    "transparent_hugepage/enabled": "transparent_hugepages",
    "queue/scheduler": "elevator",
}


def conflicts(host: Host, findings: list[Finding]) -> list[str]:
    """One sentence for each setting of ours that the active tuned profile sets as well."""
    profile = active_profile(host)
    if profile is None:
        return []
    keys = _profile_keys(host, profile.split())
    found = []
    for finding in findings:
        for item in finding.items:
            name = _tuned_name(item.target)
            if name in keys:
                found.append(
                    f"tuned (profile {profile}) sets {name} as well and may undo {finding.tuner}; "
                    f"take it out of the profile, or set tuner.tune_{finding.tuner} to false"
                )
    return found


def active_profile(host: Host) -> str | None:
    """The profile that a running tuned applies; None when it does not run."""
    pid = host.read(host.root / "run/tuned/tuned.pid")
    if not pid or not pid.isdecimal() or not (host.proc / pid).exists():
        return None
    return host.read(host.root / "etc/tuned/active_profile") or None


def _tuned_name(target: str) -> str:
    for ending, name in OTHER_NAMES.items():
        if target.endswith(ending):
            return name
    return target.removeprefix("/proc/sys/").replace("/", ".")


def _profile_keys(host: Host, profiles: list[str]) -> set[str]:
    """Names of all options in the profiles and those they include."""
    keys: set[str] = set()
    waiting, seen = list(profiles), set[str]()
    while waiting and len(seen) < INCLUDES_MAX:
        profile = waiting.pop()
        if profile in seen:
            continue
        seen.add(profile)
        file = _profile_file(host, profile)
        for line in (host.read(file) or "").splitlines() if file else []:
            key, sign, value = line.partition("=")
            if not sign or key.lstrip().startswith(("#", ";")):
                continue
            if key.strip() == "include":
                waiting.extend(value.replace(",", " ").split())
            keys.add(key.strip())
    return keys


def _profile_file(host: Host, profile: str) -> Path | None:
    for folder in PROFILE_FOLDERS:
        file = host.root / folder / profile / "tuned.conf"
        if file.is_file():
            return file
    return None
