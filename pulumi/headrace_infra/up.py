"""From nothing to a running cluster: machines, inventory, the site playbook, cluster.json.

python -m headrace_infra.up --package dist/headrace_0.1.0_amd64.deb
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from headrace_infra import children, engine, inventory, outputs, paths, stacks
from headrace_infra.outputs import Outputs

_PLAYBOOK_SECONDS = 3600
_HTTP_SECONDS = 10

_LOG = logging.getLogger("headrace_infra.up")


class StepError(RuntimeError):
    """A step failed; the text says which and what to do."""


def up(stack: str, directory: Path, package: Path | None, *, machines_only: bool) -> Path:
    """Everything `make up` does, or only the machines and their inventory.

    Returns the last file written: cluster.json, or hosts.yml.
    """
    machines = engine.Engine(stack)
    machines.up()
    found = machines.outputs()
    hosts = inventory.write(found, directory, package)
    if machines_only:
        return hosts
    playbook("site.yml", hosts)
    return inventory.write_cluster(found, node_ids(found), directory)


def find_package(given: Path | None) -> Path:
    """The .deb to install: the one given, else the newest under dist/. Raises StepError."""
    if given is not None:
        if not given.is_file():
            raise StepError(f"{given}: there is no such package")
        return given.resolve()
    built = sorted(
        (paths.CHECKOUT / "dist").glob("headrace_*.deb"), key=lambda path: path.stat().st_mtime
    )
    if not built:
        raise StepError("dist/ has no headrace_*.deb: run make deb, or say --package FILE")
    return built[-1]


def playbook(name: str, hosts: Path) -> None:
    """Runs one of our playbooks on an inventory. Raises StepError."""
    program = Path(sys.executable).with_name("ansible-playbook")
    status = children.run(
        [str(program), "--inventory", str(hosts), str(paths.CHECKOUT / "ansible" / name)],
        {**os.environ, "ANSIBLE_CONFIG": str(paths.CHECKOUT / "ansible" / "ansible.cfg")},
        _PLAYBOOK_SECONDS,
    )
    if status != 0:
        raise StepError(f"ansible-playbook {name} failed with status {status}")


def node_ids(found: Outputs) -> dict[str, int]:
    """Asks the cluster which id each host has, by the address it advertises. Raises StepError."""
    url = f"http://{found.nodes[0].address}:{outputs.ADMIN_PORT}/v1/brokers"
    with urllib.request.urlopen(url, timeout=_HTTP_SECONDS) as answer:
        brokers = json.load(answer)
    by_address = {str(each["internal_rpc_address"]): int(each["node_id"]) for each in brokers}
    missing = [node.name for node in found.nodes if node.address not in by_address]
    if missing:
        raise StepError(f"{url} does not list {', '.join(missing)}")
    return {node.name: by_address[node.address] for node in found.nodes}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    parser = argparse.ArgumentParser(prog="headrace_infra.up", description=__doc__)
    stacks.add_option(parser)
    parser.add_argument("--inventory", type=Path, help="folder; default: inventories/STACK")
    parser.add_argument("--package", type=Path, help="the .deb; default: the newest in dist/")
    parser.add_argument(
        "--machines-only", action="store_true", help="stop after writing the inventory"
    )
    options = parser.parse_args(arguments)
    directory = options.inventory or stacks.inventory_directory(options.stack)
    try:
        bare = options.machines_only and options.package is None
        package = None if bare else find_package(options.package)
        written = up(options.stack, directory, package, machines_only=options.machines_only)
    except (engine.EngineError, StepError, OSError, subprocess.TimeoutExpired) as error:
        _LOG.error("%s", error)
        return 1
    except KeyboardInterrupt:
        _LOG.error("interrupted: make up goes on from here, make down removes what there is")
        return children.INTERRUPTED
    _LOG.info("wrote %s", written)
    if not options.machines_only:
        sys.stdout.write(written.read_text(encoding="utf-8"))
        name = json.loads(written.read_text(encoding="utf-8"))["nodes"][0]["host"]
        config = os.path.relpath(directory / "ssh_config")
        _LOG.info("go on with: ssh -F %s %s sudo headrace cluster health", config, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
