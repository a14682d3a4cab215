"""Writes an Ansible inventory, and the file that tells programs where the cluster is, from outputs.

python -m headrace_infra.inventory --stack local --directory inventories/local
"""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from headrace_infra import engine, outputs, stacks
from headrace_infra.outputs import Node, Outputs

# udev names an EBS disk after its volume, whatever the kernel calls it after this boot.
_EBS_LINK = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_"
_HEADER = "# Written by headrace_infra.inventory from the outputs of a Pulumi stack: do not edit.\n"


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, as the linters of this repository ask for."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def hosts(found: Outputs, ssh_config: Path, package: Path | None = None) -> dict[str, Any]:
    """The inventory: one group of brokers, their seeds, and one group for each rack."""
    racks: dict[str, dict[str, Any]] = {}
    for node in found.nodes:
        racks.setdefault(f"rack_{node.rack}", {"hosts": {}})["hosts"][node.name] = {}
    group_vars: dict[str, Any] = {
        "headrace_cluster_name": found.cluster,
        "headrace_seeds": list(found.seeds),
        "headrace_node_properties": _node_properties(found),
    }
    if found.target == "aws":
        # Until the disk is mounted, data would land on the root disk.
        group_vars["headrace_data_mount"] = "/var/lib/headrace"
    if package is not None:
        group_vars["headrace_package_file"] = str(package.resolve())
    return {
        "all": {
            "vars": _connection(found, ssh_config),
            "children": {
                "headrace": {
                    "hosts": {node.name: _host(found, node) for node in found.nodes},
                    "vars": group_vars,
                },
                "headrace_seeds": {"hosts": {name: {} for name in found.seeds}},
                **racks,
            },
        }
    }


def _node_properties(found: Outputs) -> dict[str, Any]:
    """Replication as far as the machines allow: three copies, two of which must have a record."""
    copies = min(len(found.nodes), 3)
    return {"default_replication_factor": copies, "min_insync_replicas": max(1, copies - 1)}


def _host(found: Outputs, node: Node) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "ansible_host": node.ssh_host,
        "headrace_rack": node.rack,
        "headrace_advertised_address": node.address,
        "headrace_volume_ids": list(node.volume_ids),
    }
    if found.target == "aws" and node.volume_ids:
        facts["headrace_data_device"] = _EBS_LINK + node.volume_ids[0].replace("-", "")
    return facts


def _connection(found: Outputs, ssh_config: Path) -> dict[str, Any]:
    """How Ansible gets in: as a person does, by the same file."""
    connection: dict[str, Any] = {
        "ansible_user": found.access.user,
        "ansible_ssh_common_args": f"-F {shlex.quote(str(ssh_config))}",
    }
    if found.access.private_key_file is not None:
        connection["ansible_ssh_private_key_file"] = found.access.private_key_file
    return connection


def ssh_config_text(found: Outputs, known_hosts: Path) -> str:
    """The file for `ssh -F`, by which a host is reached by its name.

    Where the hosts' keys are known, no other key is accepted.
    """
    checking = "yes" if all(node.host_key for node in found.nodes) else "accept-new"
    common = [
        f"User {found.access.user}",
        f"UserKnownHostsFile {_ssh_path(known_hosts)}",
        f"StrictHostKeyChecking {checking}",
    ]
    if found.access.private_key_file is not None:
        common += [
            f"IdentityFile {_ssh_path(found.access.private_key_file)}",
            "IdentitiesOnly yes",
        ]
    if found.access.method == "ssm":
        common.append(
            "ProxyCommand aws ssm start-session --target %h --document-name AWS-StartSSHSession"
            f" --parameters portNumber=%p --region {found.access.region}"
        )
    # By its address too, for that is what Ansible asks for.
    blocks = [
        [f"Host {node.name} {node.ssh_host}", f"HostName {node.ssh_host}", *common]
        for node in found.nodes
    ]
    return "".join("\n    ".join(block) + "\n" for block in blocks)


def _ssh_path(path: Path | str) -> str:
    """A path in ssh's words: blanks need quotes, and a percent sign would begin a token."""
    return '"' + str(path).replace("%", "%%") + '"'


def known_hosts_text(found: Outputs) -> str:
    """The `known_hosts` file of the hosts whose keys are known."""
    lines = [f"{node.ssh_host} {node.host_key}\n" for node in found.nodes if node.host_key]
    return "".join(lines)


def write(found: Outputs, directory: Path, package: Path | None = None) -> Path:
    """Writes hosts.yml, ssh_config and known_hosts into a folder; returns the path of hosts.yml.

    `package` is the .deb that the playbooks install; without it an operator names it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    known_hosts = directory.resolve() / "known_hosts"
    if any(node.host_key for node in found.nodes):
        _replace(known_hosts, known_hosts_text(found))
    ssh_config = directory.resolve() / "ssh_config"
    _replace(ssh_config, _HEADER + ssh_config_text(found, known_hosts))
    document = hosts(found, ssh_config, package)
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, explicit_start=True, width=96)
    _replace(directory / "hosts.yml", _HEADER + text)
    return directory / "hosts.yml"


def cluster(found: Outputs, node_ids: dict[str, int]) -> dict[str, Any]:
    """What programs are told of a running cluster: the shape of `headrace dev up --format json`.

    `node_ids` maps host names to the ids that the cluster gave. A service that is missing is null.
    """
    missing = sorted({node.name for node in found.nodes} - set(node_ids))
    if missing:
        raise ValueError(f"no node id for {', '.join(missing)}")
    nodes = [
        {
            "id": node_ids[node.name],
            "host": node.name,
            "rack": node.rack,
            "kafka": f"{node.address}:{outputs.KAFKA_PORT}",
            "admin": f"{node.address}:{outputs.ADMIN_PORT}",
            "registry": None,
            "proxy": None,
            "console": None,
            "pid": None,
            "dir": "/var/lib/headrace/data",
        }
        for node in found.nodes
    ]
    return {"bootstrap": found.bootstrap, "nodes": nodes}


def write_cluster(found: Outputs, node_ids: dict[str, int], directory: Path) -> Path:
    """Writes cluster.json into an inventory's folder; returns its path."""
    path = directory / "cluster.json"
    _replace(path, json.dumps(cluster(found, node_ids), indent=2) + "\n")
    return path


def remove(directory: Path) -> None:
    """Removes the files written here, and nothing else."""
    for name in ("hosts.yml", "ssh_config", "known_hosts", "known_hosts.old", "cluster.json"):
        (directory / name).unlink(missing_ok=True)
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def _replace(path: Path, text: str) -> None:
    """Writes a whole file or nothing."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="headrace_infra.inventory", description=__doc__)
    stacks.add_option(parser)
    parser.add_argument("--directory", type=Path, help="default: inventories/STACK")
    parser.add_argument("--package", type=Path, help="the .deb that the playbooks shall install")
    chosen = parser.parse_args(arguments)
    directory = chosen.directory or stacks.inventory_directory(chosen.stack)
    stack = engine.Engine(chosen.stack)
    path = write(stack.outputs(), directory, chosen.package)
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
