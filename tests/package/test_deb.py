"""The .deb on a fresh Debian host that boots systemd: installed, removed, purged, by hand."""

from __future__ import annotations

import pytest
from singlehost import newest_package, single_host

from headrace_infra.local import podman

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]
NAME = "headrace-test-package"


@pytest.fixture(scope="module")
def host():
    with single_host(NAME) as fresh:
        podman.run("cp", str(newest_package()), f"{NAME}:/srv/headrace.deb")
        yield fresh


def test_installing_needs_no_network_and_starts_nothing(host):
    host.run("apt-get", "install", "-y", "/srv/headrace.deb")
    for unit in ("headrace.service", "headrace-tuner.service"):
        assert host.ask("systemctl", "is-active", unit) != 0
        assert host.ask("systemctl", "is-enabled", unit) != 0
        assert host.ask("systemd-analyze", "verify", "--man=no", f"/lib/systemd/system/{unit}") == 0
    assert "headrace" in host.run("headrace", "version")
    assert (
        host.run("stat", "-c", "%U:%G %a", "/var/lib/headrace").strip() == "headrace:headrace 750"
    )
    config = host.run("stat", "-c", "%U:%G %a", "/etc/headrace/headrace.yaml").strip()
    assert config == "root:headrace 640"
    assert "/nologin" in host.run("getent", "passwd", "headrace")
    assert host.run("find", "/opt/headrace", "-perm", "/6000").strip() == ""
    assert "/etc/headrace/headrace.yaml" in host.run(
        "dpkg-query", "-W", "-f", "${Conffiles}", "headrace"
    )


def test_the_shipped_configuration_is_valid_and_edits_keep_its_comments(host):
    host.run("headrace", "config", "lint")
    before = host.run("cat", "/etc/headrace/headrace.yaml")
    host.run("headrace", "mode", "production")
    host.run("headrace", "config", "bootstrap", "--self", "127.0.0.1", "--ips", "127.0.0.1")
    host.run("headrace", "config", "set", "headrace.empty_seed_starts_cluster", "true")
    after = host.run("cat", "/etc/headrace/headrace.yaml")
    comments = [line.strip() for line in before.splitlines() if line.strip().startswith("#")]
    assert comments
    assert [line for line in comments if line in after] == comments
    config = host.run("stat", "-c", "%U:%G %a", "/etc/headrace/headrace.yaml").strip()
    assert config == "root:headrace 640"


def test_the_unit_starts_serves_and_stops(host):
    host.run("systemctl", "start", "headrace.service")
    assert host.ask("systemctl", "is-active", "headrace.service") == 0
    broker = ("-b", "127.0.0.1:9092")
    host.run("headrace", "topic", "create", "first", "-p", "1", "-r", "1", *broker)
    assert "first" in host.run("headrace", "topic", "list", *broker)
    shown = host.run("systemctl", "show", "headrace.service", "-p", "User", "-p", "NRestarts")
    assert "User=headrace" in shown
    assert "NRestarts=0" in shown
    host.run("systemctl", "stop", "headrace.service")
    assert host.ask("systemctl", "is-failed", "headrace.service") != 0


def test_an_edited_configuration_survives_a_reinstallation(host):
    before = host.run("cat", "/etc/headrace/headrace.yaml")
    host.run("apt-get", "install", "-y", "--reinstall", "/srv/headrace.deb")
    assert host.run("cat", "/etc/headrace/headrace.yaml") == before


def test_removing_keeps_the_data_and_purging_asks_nothing(host):
    host.run("apt-get", "remove", "-y", "headrace")
    assert host.ask("test", "-d", "/var/lib/headrace/data") == 0
    assert host.ask("test", "-f", "/etc/headrace/headrace.yaml") == 0
    assert host.ask("test", "-e", "/opt/headrace/bin/headrace") == 1
    host.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--purge", "headrace")
    for gone in ("/var/lib/headrace", "/etc/headrace"):
        assert host.ask("test", "-e", gone) == 1
