"""Tuners on a made-up machine: a folder in place of /proc and /sys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headrace.settings import Settings
from headrace.tuner import Action, Host, State, base, enabled_tuners, run, tuners, write
from headrace.tuner.conflicts import active_profile
from headrace.tuner.disk import data_disks
from headrace.tuner.limits import unit_nofile

DEFAULTS = {
    "proc/sys/fs/file-max": "9223372036854775807",
    "proc/sys/fs/nr_open": "65536",
    "proc/sys/fs/aio-nr": "0",
    "proc/sys/fs/aio-max-nr": "65536",
    "proc/sys/kernel/sched_autogroup_enabled": "1",
    "proc/sys/vm/swappiness": "60",
    "proc/sys/net/core/somaxconn": "128",
    "proc/sys/net/core/netdev_max_backlog": "1000",
    "proc/sys/net/ipv4/tcp_max_syn_backlog": "8192",
    "sys/kernel/mm/transparent_hugepage/enabled": "[always] madvise never",
    "usr/lib/systemd/system/headrace.service": "[Service]\nLimitNOFILE=800000\n",
}


class Machine:
    """A fake root folder with one NVMe disk (259:0) and its partition (259:1)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name, text in DEFAULTS.items():
            self.put(name, text)
        self.disk("nvme0n1", "259:0", "mq-deadline [kyber] none", rotational="0")
        partition = root / "sys/devices/nvme0n1/nvme0n1p1"
        partition.mkdir()
        (partition / "partition").write_text("1\n")
        (root / "sys/dev/block/259:1").symlink_to(partition)

    def put(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
        return file

    def disk(self, name: str, number: str, schedulers: str, rotational: str) -> Path:
        device = f"sys/devices/{name}"
        self.put(f"{device}/queue/scheduler", schedulers)
        self.put(f"{device}/queue/rotational", rotational)
        links = self.root / "sys/dev/block"
        links.mkdir(parents=True, exist_ok=True)
        (links / number).symlink_to(self.root / device)
        return self.root / device

    def get(self, name: str) -> str:
        return (self.root / name).read_text().strip()

    def host(self, device: tuple[int, int] | None = (259, 1)) -> Host:
        return Host(root=self.root, data_directory=self.root / "data", data_device=device)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files like `a [b] c` answer a write as the kernel does: the brackets move."""
    original = base._write

    def write_setting(setting: Any) -> str:
        before = setting.file.read_text()
        failure = original(setting)
        if "[" in before and not failure:
            words = before.replace("[", "").replace("]", "").split()
            shown = (f"[{w}]" if w == setting.wanted else w for w in words)
            setting.file.write_text(" ".join(shown) + "\n")
        return failure

    monkeypatch.setattr(base, "_write", write_setting)


def by_name() -> dict[str, Any]:
    return {tuner.name: tuner for tuner in tuners()}


def items(finding: Any) -> dict[str, Any]:
    return {item.target: item for item in finding.items}


def snapshot(root: Path) -> dict[str, str]:
    return {str(p): p.read_text() for p in sorted(root.rglob("*")) if p.is_file()}


def test_check_and_dry_run_change_nothing(machine: Machine) -> None:
    before = snapshot(machine.root)
    assert not run(tuners(), machine.host(), Action.CHECK).ok
    dry = run(tuners(), machine.host(), Action.DRY_RUN)
    assert dry.ok
    assert snapshot(machine.root) == before
    wanted = {setting.file.name for tuner in tuners() for setting in tuner.plan(machine.host())}
    assert wanted == {
        "nr_open",
        "aio-max-nr",
        "sched_autogroup_enabled",
        "swappiness",
        "somaxconn",
        "netdev_max_backlog",
        "enabled",
        "scheduler",
    }


@pytest.mark.usefixtures("brackets")
def test_apply_tunes_all_and_a_second_run_changes_nothing(machine: Machine) -> None:
    first = run(tuners(), machine.host(), Action.APPLY)
    assert first.ok
    assert {f.state for f in first.findings} == {State.TUNED}
    assert machine.get("proc/sys/vm/swappiness") == "1"
    assert machine.get("proc/sys/kernel/sched_autogroup_enabled") == "0"
    assert machine.get("proc/sys/fs/aio-max-nr") == "1048576"
    assert machine.get("sys/kernel/mm/transparent_hugepage/enabled") == "always [madvise] never"
    assert machine.get("sys/devices/nvme0n1/queue/scheduler") == "mq-deadline kyber [none]"
    assert any(item.changed for finding in first.findings for item in finding.items)
    second = run(tuners(), machine.host(), Action.APPLY)
    assert not any(item.changed for finding in second.findings for item in finding.items)
    assert run(tuners(), machine.host(), Action.CHECK).ok


def test_larger_values_and_other_good_choices_stay(machine: Machine) -> None:
    machine.put("proc/sys/net/core/somaxconn", "65535")
    machine.put("proc/sys/vm/swappiness", "0")
    machine.put("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]")
    run(
        [by_name()[name] for name in ("network", "swappiness", "transparent_hugepages")],
        machine.host(),
        Action.APPLY,
    )
    assert machine.get("proc/sys/net/core/somaxconn") == "65535"
    assert machine.get("proc/sys/vm/swappiness") == "0"
    assert "[never]" in machine.get("sys/kernel/mm/transparent_hugepage/enabled")


def test_what_others_use_is_counted_in(machine: Machine) -> None:
    machine.put("proc/sys/fs/aio-nr", "2000000")
    machine.put("proc/sys/fs/aio-max-nr", "2000001")
    run([by_name()["aio_events"]], machine.host(), Action.APPLY)
    assert int(machine.get("proc/sys/fs/aio-max-nr")) == 2_065_536


def test_a_write_that_does_not_take_is_a_failure(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_write", lambda _: "")
    report = run([by_name()["swappiness"]], machine.host(), Action.APPLY)
    assert not report.ok
    [item] = report.findings[0].items
    assert item.state is State.FAILED
    assert "reads back unchanged" in item.reason


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "run it as root"),
        (OSError(22, "Invalid argument"), "Invalid argument"),
    ],
)
def test_a_refused_write_is_reported_with_the_reason(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    original = Path.open

    def refuse(file: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
        if "w" in mode:
            raise error
        return original(file, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", refuse)
    report = run([by_name()["swappiness"]], machine.host(), Action.APPLY)
    assert not report.ok
    [item] = report.findings[0].items
    assert item.state is State.FAILED
    assert reason in item.reason


def test_a_missing_file_is_unsupported_never_done(machine: Machine) -> None:
    (machine.root / "proc/sys/net/core/netdev_max_backlog").unlink()
    (machine.root / "sys/kernel/mm/transparent_hugepage/enabled").unlink()
    report = run(
        [by_name()["network"], by_name()["transparent_hugepages"]], machine.host(), Action.APPLY
    )
    found = items(report.findings[0])["/proc/sys/net/core/netdev_max_backlog"]
    assert (found.state, found.current, found.changed) == (State.UNSUPPORTED, None, False)
    assert "does not exist" in found.reason
    assert report.findings[1].state is State.UNSUPPORTED
    assert report.ok


@pytest.mark.parametrize(
    ("marker", "text", "kind"),
    [
        ("run/systemd/container", "podman", "podman"),
        ("run/.containerenv", "", "podman"),
        (".dockerenv", "", "docker"),
        ("proc/1/environ", "A=b\0container=lxc\0", "lxc"),
    ],
)
def test_in_a_container_the_hosts_settings_are_left_alone(
    machine: Machine, marker: str, text: str, kind: str
) -> None:
    machine.put(marker, text)
    report = run(tuners(), machine.host(), Action.APPLY)
    assert report.container == kind
    assert machine.get("proc/sys/vm/swappiness") == "60"
    swappiness = next(f for f in report.findings if f.tuner == "swappiness")
    assert swappiness.state is State.UNSUPPORTED
    assert kind in swappiness.items[0].reason
    assert "host" in swappiness.items[0].reason
    # The network namespace is the container's own.
    assert machine.get("proc/sys/net/core/somaxconn") == "4096"


def test_a_good_value_in_a_container_is_tuned(machine: Machine) -> None:
    machine.put(".dockerenv", "")
    machine.put("proc/sys/vm/swappiness", "1")
    assert by_name()["swappiness"].check(machine.host()).state is State.TUNED


# -- disks --------------------------------------------------------------------------------------


def test_the_disk_of_a_partition_is_found(machine: Machine) -> None:
    assert [disk.name for disk in data_disks(machine.host())] == ["nvme0n1"]


def test_disks_below_lvm_and_raid_are_found_once(machine: Machine) -> None:
    slow = machine.disk("sda", "8:0", "[none] mq-deadline", rotational="1")
    top = machine.disk("dm-0", "253:0", "none", rotational="0")
    for name, target in (("sda", slow), ("nvme0n1p1", machine.root / "sys/dev/block/259:1")):
        (top / "slaves").mkdir(exist_ok=True)
        (top / "slaves" / name).symlink_to(target)
    found = data_disks(machine.host((253, 0)))
    assert [disk.name for disk in found] == ["nvme0n1", "sda"]
    wanted = {
        s.file.parents[1].name: s.wanted
        for s in by_name()["disk_scheduler"].settings(machine.host((253, 0)))
    }
    assert wanted == {"nvme0n1": "none", "sda": "mq-deadline"}


def test_without_a_disk_the_scheduler_is_unsupported(machine: Machine) -> None:
    report = run([by_name()["disk_scheduler"]], machine.host((0, 55)), Action.CHECK)
    assert report.findings[0].state is State.UNSUPPORTED
    assert "no disk" in report.findings[0].items[0].reason


def test_mount_source_of_a_folder(machine: Machine) -> None:
    machine.put(
        "proc/self/mountinfo",
        "22 1 0:20 / / rw - overlay overlay rw\n"
        "23 22 0:30 / /srv rw,relatime shared:1 - btrfs /dev/vdb rw\n"
        "24 22 0:31 / /srv\\040x rw - tmpfs tmpfs rw",
    )
    host = machine.host(None)
    assert host._mount_source(Path("/srv/data")) == "/dev/vdb"
    assert host._mount_source(Path("/srv x")) == "tmpfs"
    assert host._mount_source(Path("/home")) == "overlay"


# -- the unit, tuned, the report ----------------------------------------------------------------


def test_drop_ins_override_the_unit(machine: Machine) -> None:
    assert unit_nofile(machine.host()) == "800000"
    machine.put("etc/systemd/system/headrace.service.d/10.conf", "[Service]\nLimitNOFILE=1024:4096")
    assert unit_nofile(machine.host()) == "4096"
    found = items(by_name()["file_limits"].check(machine.host()))["headrace.service LimitNOFILE"]
    assert found.state is State.FAILED
    assert "systemctl edit headrace.service" in found.reason
    machine.put("etc/systemd/system/headrace.service.d/20.conf", "[Service]\nLimitNOFILE=infinity")
    assert (
        items(by_name()["file_limits"].check(machine.host()))["headrace.service LimitNOFILE"].state
        is State.TUNED
    )
    (machine.root / "usr/lib/systemd/system/headrace.service").unlink()
    assert unit_nofile(machine.host()) is None


def test_a_running_tuned_with_the_same_settings_is_reported(machine: Machine) -> None:
    assert active_profile(machine.host()) is None
    machine.put("run/tuned/tuned.pid", "77")
    machine.put("proc/77/comm", "tuned")
    machine.put("etc/tuned/active_profile", "mine")
    machine.put("etc/tuned/mine/tuned.conf", "[main]\ninclude=base\n[disk]\nelevator=bfq")
    machine.put(
        "usr/lib/tuned/base/tuned.conf",
        "[main]\ninclude=mine\n[sysctl]\nvm.swappiness=10\n# net.core.somaxconn=1",
    )
    report = run(tuners(), machine.host(), Action.CHECK)
    assert len(report.conflicts) == 2
    assert any("vm.swappiness" in text for text in report.conflicts)
    assert any("elevator" in text for text in report.conflicts)
    # Its process gone, it no longer counts.
    (machine.root / "proc/77/comm").unlink()
    (machine.root / "proc/77").rmdir()
    assert run(tuners(), machine.host(), Action.CHECK).conflicts == ()


def test_the_report_can_be_read_by_all(machine: Machine) -> None:
    file = machine.root / "run/headrace-tuner/report.json"
    write(run(tuners(), machine.host(), Action.CHECK, "production"), file)
    data = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o644
    assert data["mode"] == "production"
    assert data["ok"] is False
    assert {entry["name"] for entry in data["tuners"]} == set(by_name())
    assert sum(data["counts"].values()) == len(data["tuners"])
    assert [entry.name for entry in file.parent.iterdir()] == ["report.json"]


def test_switches_choose_tuners_and_development_mode_rests_them() -> None:
    every = Settings()
    assert [t.name for t in enabled_tuners(every)] == [t.name for t in tuners()]
    some = Settings.model_validate({"tuner": {"tune_network": False}})
    assert "network" not in [t.name for t in enabled_tuners(some)]
    assert enabled_tuners(Settings.model_validate({"headrace": {"developer_mode": True}})) == []
    switches = {tuner.switch for tuner in tuners()}
    assert switches == set(type(every.tuner).model_fields)


def test_each_tuner_explains_itself() -> None:
    for tuner in tuners():
        assert len(tuner.explain()) > 150
        assert tuner.summary
        assert tuner.switch == f"tune_{tuner.name}"
