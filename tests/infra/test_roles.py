"""The roles: their interface, what they may not do, and what their files look like rendered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path for path in (ROOT / "roles").iterdir() if path.is_dir())
PLAYBOOKS = sorted((ROOT / "ansible").glob("*.yml"))
TASK_FILES = sorted((ROOT / "roles").glob("*/tasks/*.yml"))
KEYWORDS = {
    "name", "when", "register", "loop", "loop_control", "until", "retries", "delay", "vars",
    "block", "rescue", "always", "become", "changed_when", "failed_when", "check_mode",
    "environment", "delegate_to", "run_once", "tags", "no_log", "diff",
}  # fmt: skip


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text()) if path.exists() else None


def tasks(path: Path) -> list[dict[str, Any]]:
    """All tasks of a file, those in blocks too."""
    found = []
    waiting = list(load(path) or [])
    while waiting:
        task = waiting.pop()
        found.append(task)
        for key in ("block", "rescue", "always"):
            waiting += task.get(key, [])
    return found


def specs(role: Path) -> dict[str, Any]:
    return load(role / "meta/argument_specs.yml")["argument_specs"]


def squeezed(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("role", ROLES, ids=lambda p: p.name)
def test_argument_specs_mirror_the_defaults(role):
    defaults = load(role / "defaults/main.yml") or {}
    for entry, spec in specs(role).items():
        options = spec["options"]
        given = {k: squeezed(v["default"]) for k, v in options.items() if "default" in v}
        assert given == {k: squeezed(v) for k, v in defaults.items()}, entry
        assert all(v.get("required") for v in options.values() if "default" not in v), entry
        assert all(v["description"] and v["type"] for v in options.values()), entry


@pytest.mark.parametrize("role", ROLES, ids=lambda p: p.name)
def test_variables_are_named_after_their_role(role):
    for spec in specs(role).values():
        for name, option in spec["options"].items():
            prefix = f"{role.name}_" if "default" in option else "headrace_"
            assert name.startswith(prefix)


def test_every_entry_point_that_is_used_is_described():
    used = set()
    for path in [*TASK_FILES, *PLAYBOOKS]:
        found = tasks(path) if path in TASK_FILES else [
            task for play in load(path) for task in play.get("tasks", [])
        ]  # fmt: skip
        for task in found:
            included = task.get("ansible.builtin.include_role")
            if included:
                used.add((included["name"], included.get("tasks_from", "main")))
    assert used
    for name, entry in used:
        assert entry in specs(ROOT / "roles" / name), f"{name} {entry}"


@pytest.mark.parametrize("path", TASK_FILES, ids=lambda p: str(p.relative_to(ROOT / "roles")))
def test_only_modules_of_ansible_core_are_used(path):
    for task in tasks(path):
        modules = set(task) - KEYWORDS
        assert all(module.startswith("ansible.builtin.") for module in modules), task["name"]


@pytest.mark.parametrize("path", TASK_FILES, ids=lambda p: str(p.relative_to(ROOT / "roles")))
def test_every_wait_has_a_bound_and_every_command_says_when_it_changes(path):
    for task in tasks(path):
        if "until" in task:
            assert "retries" in task, task["name"]
        if {"ansible.builtin.command", "ansible.builtin.shell"} & set(task):
            assert "changed_when" in task, task["name"]


def test_no_handler_restarts_a_broker():
    assert not list((ROOT / "roles").glob("*/handlers"))
    for path in TASK_FILES:
        for task in tasks(path):
            unit = task.get("ansible.builtin.systemd_service", {})
            if unit.get("name") == "headrace.service":
                assert unit["state"] in {"started", "stopped"}
                allowed = {"headrace_bootstrap", "headrace_roll"}
                assert path.parent.parent.name in allowed, task["name"]


def test_a_rolling_play_stops_at_the_first_failure():
    for name in ("site.yml", "roll-restart.yml"):
        rolling = [play for play in load(ROOT / "ansible" / name) if play.get("serial")]
        assert len(rolling) == 1
        assert rolling[0]["serial"] == 1
        assert rolling[0]["any_errors_fatal"] is True


def test_a_rescue_ends_in_a_failure():
    rescued = [task for path in TASK_FILES for task in tasks(path) if "rescue" in task]
    assert rescued
    assert all("ansible.builtin.fail" in task["rescue"][-1] for task in rescued)


def test_group_variables_live_in_inventories_only():
    assert not (ROOT / "ansible/group_vars").exists()
    assert not (ROOT / "ansible/host_vars").exists()


# ---------------------------------------------------------------- rendered on this machine

HOSTS = """
all:
  vars: {ansible_connection: local, ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  children:
    headrace:
      hosts:
        a: {headrace_advertised_address: 10.9.0.1, headrace_rack: x}
        b: {headrace_advertised_address: 10.9.0.2, headrace_rack: 7}
        c: {headrace_advertised_address: 10.9.0.3, headrace_rack: z}
      vars: {headrace_seeds: [a, b, c], headrace_package_file: /none.deb}
    incomplete:
      hosts:
        d: {headrace_advertised_address: 10.9.0.4, headrace_seeds: [a]}
"""


def play(tmp_path: Path, document: list[dict[str, Any]], *options: str) -> tuple[int, str]:
    """Runs a playbook on stand-ins for hosts that are all this machine."""
    (tmp_path / "hosts.yml").write_text(HOSTS)
    (tmp_path / "play.yml").write_text(yaml.safe_dump(document))
    program = Path(sys.executable).with_name("ansible-playbook")
    done = subprocess.run(
        [str(program), "-i", str(tmp_path / "hosts.yml"), str(tmp_path / "play.yml"), *options],
        check=False, capture_output=True, text=True, timeout=240,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible/ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
        },
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def rendered(tmp_path: Path, **variables: Any) -> dict[str, Any]:
    """The configuration of host b, checked by the product itself."""
    role = ROOT / "roles/headrace_configure"
    target = tmp_path / "headrace.yaml"
    document = [
        {
            "hosts": "b",
            "gather_facts": False,
            "vars_files": [str(role / "defaults/main.yml"), str(role / "vars/main.yml")],
            "vars": variables,
            "tasks": [
                {
                    "name": "Render",
                    "ansible.builtin.template": {
                        "src": str(role / "templates/headrace.yaml.j2"),
                        "dest": str(target),
                        "mode": "0600",
                    },
                }
            ],
        }
    ]
    code, text = play(tmp_path, document)
    assert code == 0, text
    done = subprocess.run(
        [sys.executable, "-m", "headrace", "config", "lint", "--config", str(target)],
        check=False, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "broker")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return load(target)


def test_the_rendered_configuration_is_a_production_node_s(tmp_path):
    document = rendered(tmp_path)
    assert set(document) == {"headrace"}
    node = document["headrace"]
    assert node["rack"] == "7"
    assert node["developer_mode"] is False
    assert node["empty_seed_starts_cluster"] is False
    assert node["seed_servers"] == [{"host": f"10.9.0.{n}", "port": 33145} for n in (1, 2, 3)]
    assert node["rpc_server"] == {"address": "10.9.0.2", "port": 33145}
    assert node["advertised_kafka_api"] == [
        {"name": "internal", "address": "10.9.0.2", "port": 9092}
    ]
    assert node["admin"] == {"address": "10.9.0.2", "port": 9644}


def test_inventory_properties_win_over_the_template(tmp_path):
    document = rendered(
        tmp_path,
        headrace_kafka_port=19092,
        headrace_rpc_port=13145,
        headrace_admin_port=19644,
        headrace_data_directory="/srv/headrace",
        headrace_node_properties={"min_insync_replicas": 2, "admin": {"address": "127.0.0.1"}},
        headrace_tuners={"tune_network": False},
    )
    node = document["headrace"]
    assert node["data_directory"] == "/srv/headrace"
    assert node["kafka_api"][0]["port"] == 19092
    assert node["seed_servers"][0]["port"] == 13145
    assert node["admin"] == {"address": "127.0.0.1", "port": 19644}
    assert node["min_insync_replicas"] == 2
    assert document["tuner"] == {"tune_network": False}


def test_preflight_names_every_problem_with_its_variable(tmp_path):
    document = [
        {
            "hosts": "a",
            "vars": {
                "headrace_seeds": ["a", "nowhere"],
                "headrace_preflight_min_memory_mib": 99_999_999,
                "headrace_preflight_min_free_bytes": 10**18,
                "headrace_data_mount": "/not/mounted",
                "headrace_rpc_port": 70_000,
            },
            "roles": [{"role": "headrace_preflight"}],
        }
    ]
    code, text = play(tmp_path, document)
    assert code != 0
    said = " ".join(text.split())
    for part in (
        "headrace_preflight_min_memory_mib asks for 99999999",
        "headrace_preflight_min_free_bytes asks for",
        "headrace_data_mount /not/mounted is not a mount point",
        "headrace_package_file: /none.deb does not exist",
        "headrace_admin_port are 9092, 70000, 9644: they must differ",
        "headrace_seeds names nowhere",
        "headrace_seeds has 2 names",
        "headrace_advertised_address 10.9.0.1 is none of this host's addresses",
    ):
        assert part in said, said


def test_a_missing_required_variable_stops_the_play_before_its_first_task(tmp_path):
    document = [{"hosts": "d", "gather_facts": False, "roles": ["headrace_configure"]}]
    code, text = play(tmp_path, document)
    assert code != 0
    assert "missing required arguments: headrace_rack" in " ".join(text.split())
    assert "See whether the package is there" not in text
