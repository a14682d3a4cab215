"""Which settings a stack has: its own file in the project, or ones derived from its name.

A stack without a file is a second local cluster beside the first (a test's, an experiment's): the
same hosts under the stack's name, in a network of its own.
"""

import argparse
import os
import zlib
from ipaddress import IPv4Network
from pathlib import Path

import yaml

from headrace_infra import names, paths

DEFAULT_STACK = "local"

_VARIABLE = "HEADRACE_STACK"
# Networks for derived stacks; the first belongs to the stack `local`.
_NETWORKS = list(IPv4Network("10.233.64.0/18").subnets(new_prefix=24))[1:]


def chosen() -> str:
    """The stack that HEADRACE_STACK names, else `local`."""
    return os.environ.get(_VARIABLE) or DEFAULT_STACK


def add_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--stack`, whose value is fit to name folders and hosts."""
    parser.add_argument(
        "--stack", type=_checked, default=chosen(), help=f"default: {_VARIABLE}, {DEFAULT_STACK}"
    )


def inventory_directory(stack: str) -> Path:
    """Where a stack's inventory lies."""
    return paths.CHECKOUT / "inventories" / stack


def project_directory(stack: str) -> Path:
    """The folder to run pulumi in: the project's own, or one derived for this stack.

    A derived folder has the same project name and program, and the stack's settings.
    """
    if (paths.PROJECT_DIRECTORY / f"Pulumi.{stack}.yaml").exists():
        return paths.PROJECT_DIRECTORY
    derived = paths.stack_directory(stack)
    if not (derived / f"Pulumi.{stack}.yaml").exists():
        derived.mkdir(parents=True, exist_ok=True)
        project = yaml.safe_load((paths.PROJECT_DIRECTORY / "Pulumi.yaml").read_text("utf-8"))
        project["main"] = str(paths.PROJECT_DIRECTORY)
        (derived / "Pulumi.yaml").write_text(yaml.safe_dump(project), "utf-8")
        (derived / f"Pulumi.{stack}.yaml").write_text(_derive(stack), "utf-8")
    return derived


def network_of(stack: str) -> IPv4Network:
    """The network of a stack without a file, from its name."""
    return _NETWORKS[zlib.crc32(stack.encode()) % len(_NETWORKS)]


def _checked(name: str) -> str:
    if not names.is_host_name(name):
        raise argparse.ArgumentTypeError(f"{name!r} cannot name a stack: {names.RULE}")
    return name


def _derive(stack: str) -> str:
    template = paths.PROJECT_DIRECTORY / f"Pulumi.{DEFAULT_STACK}.yaml"
    document = yaml.safe_load(template.read_text("utf-8"))
    # The salt belongs to one stack; pulumi makes another.
    document.pop("encryptionsalt", None)
    config = document["config"]
    config["headrace:name"] = stack
    config["headrace:local"] = {
        **config.get("headrace:local", {}),
        "subnet": str(network_of(stack)),
    }
    return str(yaml.safe_dump(document, sort_keys=False))
