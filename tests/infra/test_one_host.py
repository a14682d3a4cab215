"""`site.yml` and `tune.yml` on one host that has a data disk and may tune its own network.

The tests run in the order of this file: bare, installed, tuned again, rebooted. The disks are loop
devices of this machine. Of /proc/sys the host may write what belongs to its own network, as a host
with a kernel of its own may; everything else there is this machine's, and must stay as it is.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from playbooks import play
from singlehost import newest_package, single_host

from headrace_infra.local import image, podman

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1500)]
NAME = "headrace-test-one"
ADDRESS = "10.88.233.11"
DISK_BYTES = 2 << 30
FOREIGN_DISK_BYTES = 64 << 20
SOMAXCONN = "/proc/sys/net/core/somaxconn"
SYN_BACKLOG = "/proc/sys/net/ipv4/tcp_max_syn_backlog"
REPORT = "/run/headrace-tuner/report.json"
# Settings of this machine that a container must not change.
MACHINE = (
    SOMAXCONN, SYN_BACKLOG, "/proc/sys/vm/swappiness", "/proc/sys/fs/aio-max-nr",
    "/proc/sys/fs/file-max", "/sys/kernel/mm/transparent_hugepage/enabled",
)  # fmt: skip
# Lifts the read-only mount that a container has over its own network's settings, at every boot.
UNIT = """
[Unit]
DefaultDependencies=no
Before=sysinit.target headrace-tuner.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=mount --bind /proc/sys/net /proc/sys/net
ExecStart=mount -o remount,bind,rw /proc/sys/net
[Install]
WantedBy=sysinit.target
"""
# Where ssh and sudo leave traces on any host they visit.
VISITED = ("/var/log/", "/var/lib/sudo/")


@contextmanager
def loop_device(file: Path, size_bytes: int):
    with file.open("wb") as disk:
        disk.truncate(size_bytes)
    command = ["losetup", "--find", "--show", str(file)]
    device = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def signatures(device: str) -> list[str]:
    command = ["wipefs", "--no-act", "--noheadings", "--output", "TYPE", device]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def of_machine() -> dict[str, str]:
    return {file: Path(file).read_text() for file in MACHINE}


@pytest.fixture(scope="module")
def disks(tmp_path_factory):
    """An empty disk, and one that holds somebody's file system."""
    folder = tmp_path_factory.mktemp("disks")
    empty = loop_device(folder / "empty", DISK_BYTES)
    foreign = loop_device(folder / "foreign", FOREIGN_DISK_BYTES)
    with empty as empty_disk, foreign as foreign_disk:
        subprocess.run(["mkfs.ext4", "-q", foreign_disk], check=True)
        yield empty_disk, foreign_disk


@pytest.fixture(scope="module")
def host(disks):
    before = of_machine()
    options = [f"--device={disk}" for disk in disks]
    options += ["--cap-add=SYS_ADMIN", "--sysctl=net.core.somaxconn=128"]
    with single_host(NAME, *options, address=ADDRESS) as fresh:
        unit = "own-network.service"
        fresh.run("sh", "-c", f"echo '{UNIT}' > /etc/systemd/system/{unit}")
        fresh.run("systemctl", "enable", "--now", unit)
        yield fresh
    assert of_machine() == before


@pytest.fixture(scope="module")
def inventory(host, disks, tmp_path_factory):
    return host.write_inventory(
        tmp_path_factory.mktemp("inventory"),
        headrace_package_file=str(newest_package()),
        headrace_data_device=disks[0],
        headrace_data_mount="/var/lib/headrace",
        headrace_preflight_min_free_bytes=DISK_BYTES // 2,
    )


def left_behind(host) -> set[str]:
    """Paths that differ from the image, without folders of such and what any visit leaves."""
    accounts = host.run("getent", "passwd", "root", image.USER).splitlines()
    homes = [account.split(":")[5] for account in accounts]
    visited = (*VISITED, *(f"{home}/" for home in homes))
    listed = podman.run("diff", host.name).splitlines()
    paths = {line.split(maxsplit=1)[1] for line in listed}
    folders = {str(above) for path in paths for above in Path(path).parents}
    return {path for path in paths - folders if not path.startswith(visited)}


def tuners(host) -> dict[str, dict]:
    return {each["name"]: each for each in json.loads(host.run("cat", REPORT))["tuners"]}


def backlogs(host) -> list[int]:
    return [int(host.run("cat", file)) for file in (SOMAXCONN, SYN_BACKLOG)]


def test_check_mode_leaves_a_bare_host_as_it_was(host, disks, inventory):
    before = left_behind(host)
    play("site.yml", inventory, "--check", "--diff").must_pass()
    assert left_behind(host) == before
    assert signatures(disks[0]) == []


def test_a_disk_that_holds_something_is_refused_and_left_alone(host, disks, inventory):
    options = ("--tags=storage", f"--extra-vars=headrace_data_device={disks[1]}")
    done = play("site.yml", inventory, *options).must_fail()
    assert f"{disks[1]} is not empty: it holds ext4" in done.said
    assert signatures(disks[1]) == ["ext4"]
    hiding = "--extra-vars=headrace_data_mount=/home"
    done = play("site.yml", inventory, "--tags=storage", hiding).must_fail()
    assert "/home holds data on another disk" in done.said
    missing = "--extra-vars=headrace_data_device=/dev/none"
    done = play("site.yml", inventory, "--tags=storage", missing).must_fail()
    assert "/dev/none (headrace_data_device) is no block device" in done.said
    assert host.ask("findmnt", "--mountpoint", "/var/lib/headrace") != 0


def test_site_installs_a_node_with_its_data_on_the_disk(host, disks, inventory):
    play("site.yml", inventory).must_pass()
    mounted = host.run("findmnt", "--noheadings", "--output", "SOURCE,FSTYPE,OPTIONS",
                       "--mountpoint", "/var/lib/headrace").split()  # fmt: skip
    assert mounted[:2] == [disks[0], "xfs"]
    assert "noatime" in mounted[2]
    assert host.ask("test", "-d", "/var/lib/headrace/data") == 0
    assert host.run("stat", "-c", "%U %a", "/var/lib/headrace").split() == ["headrace", "750"]


def test_the_tuner_reads_back_what_it_set_and_names_what_it_could_not(host):
    assert backlogs(host) == [4096, 4096]
    found = tuners(host)
    items = {item["target"]: item for each in found.values() for item in each["items"]}
    for file in (SOMAXCONN, SYN_BACKLOG):
        assert (items[file]["state"], items[file]["current"]) == ("tuned", "4096")
        assert items[file]["changed"] is True
    swappiness = items["/proc/sys/vm/swappiness"]
    if swappiness["state"] != "tuned":  # this machine may have been tuned itself
        assert swappiness["state"] == "unsupported"
        assert "belongs to its host" in swappiness["reason"]
    for item in items.values():
        assert item["state"] in ("tuned", "unsupported"), item
        assert item["changed"] is (item["target"] in (SOMAXCONN, SYN_BACKLOG)), item
        if item["state"] == "unsupported":
            assert item["reason"]


def test_a_second_run_changes_nothing(inventory):
    assert play("site.yml", inventory).must_pass().changed == {NAME: 0}


def test_tune_alone_sets_again_what_was_lost_and_restarts_nothing(host, inventory):
    started = host.run("systemctl", "show", "-p", "ActiveEnterTimestamp", "headrace.service")
    host.run("sysctl", "-w", "net.core.somaxconn=128")
    assert play("tune.yml", inventory, "--check").must_pass().changed == {NAME: 1}
    assert backlogs(host)[0] == 128
    assert play("tune.yml", inventory).must_pass().changed == {NAME: 1}
    assert backlogs(host)[0] == 4096
    assert play("tune.yml", inventory).must_pass().changed == {NAME: 0}
    again = host.run("systemctl", "show", "-p", "ActiveEnterTimestamp", "headrace.service")
    assert again == started


def test_a_setting_that_fails_is_named_and_may_be_accepted_by_name(host, inventory):
    drop_in = "/etc/systemd/system/headrace.service.d"
    host.run("mkdir", drop_in)
    host.run("sh", "-c", f"printf '[Service]\\nLimitNOFILE=1024\\n' > {drop_in}/low.conf")
    try:
        done = play("tune.yml", inventory).must_fail()
        assert "not tuned: file_limits;" in done.said
        accepted = '--extra-vars={"headrace_accept_untuned": ["file_limits"]}'
        play("tune.yml", inventory, accepted).must_pass()
    finally:
        host.run("rm", "-r", drop_in)
    play("tune.yml", inventory).must_pass()


def test_after_a_reboot_the_node_is_back_with_disk_settings_and_data(host, disks, inventory):
    to_broker = f"--format json --brokers {ADDRESS}:9092"
    produce = f"echo kept | headrace topic produce headrace-verify {to_broker}"
    place = json.loads(host.run("sh", "-c", produce))
    host.reboot()
    host.run("systemctl", "is-active", "headrace-tuner.service", "headrace.service")
    source = host.run("findmnt", "-no", "SOURCE", "--mountpoint", "/var/lib/headrace")
    assert source.strip() == disks[0]
    assert backlogs(host) == [4096, 4096]
    assert play("site.yml", inventory).must_pass().changed == {NAME: 0}
    where = f"--partition {place['partition']} --offset {place['offset']} --num 1"
    consume = f"timeout 60 headrace topic consume headrace-verify {where} {to_broker}"
    assert json.loads(host.run("sh", "-c", consume))["value"] == "kept"
