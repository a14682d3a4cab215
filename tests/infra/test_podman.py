"""How podman is called: the runtime, the limits, and whose things it may touch."""

from __future__ import annotations

import json

import pytest

from headrace_infra import paths
from headrace_infra.local import image, podman


def test_cgroup_v2_leaves_the_runtime_to_podman(tmp_path):
    (tmp_path / "cgroup.controllers").touch()
    assert podman.runtime_options(tmp_path) == []


def test_cgroup_v1_needs_runc(tmp_path, monkeypatch):
    monkeypatch.setattr(podman.shutil, "which", lambda _: "/usr/sbin/runc")
    assert podman.runtime_options(tmp_path) == ["--runtime", "runc"]
    monkeypatch.setattr(podman.shutil, "which", lambda _: None)
    with pytest.raises(podman.PodmanError, match="apt install runc"):
        podman.runtime_options(tmp_path)


@pytest.mark.parametrize(
    ("may_raise", "hard", "files", "processes"),
    [
        (True, 20_000, 1_048_576, 1_048_576),
        (False, 20_000, 20_000, 20_000),
        (False, 2_000_000, 1_048_576, 32_768),
        (False, podman.resource.RLIM_INFINITY, 1_048_576, 32_768),
    ],
)
def test_limits_are_what_may_be_handed_on(monkeypatch, may_raise, hard, files, processes):
    monkeypatch.setattr(podman, "_has_capability", lambda _: may_raise)
    monkeypatch.setattr(podman.resource, "getrlimit", lambda _: (hard, hard))
    assert podman.limit_options() == [
        f"--ulimit=nofile={files}:{files}",
        f"--ulimit=nproc={processes}:{processes}",
    ]


def test_a_hardware_address_is_a_local_unicast_one_of_its_ip_address():
    assert podman.mac_address("10.233.64.11") == "02:48:0a:e9:40:0b"


def found(kind: str, label: str | None) -> str:
    labels = {podman.OWNER_LABEL: label} if label else {}
    if kind == "container":
        return json.dumps([{"Config": {"Labels": labels}}])
    return json.dumps([{"labels" if kind == "network" else "Labels": labels}])


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_stranger_s_object_is_refused(monkeypatch, kind):
    for label in (None, "headrace/other"):
        monkeypatch.setattr(podman, "run", lambda *_, _l=label, **__: found(kind, _l))
        with pytest.raises(podman.PodmanError, match="is not ours"):
            podman.refuse_foreign(kind, "hr-a1", "headrace/local")
    monkeypatch.setattr(podman, "run", lambda *_, **__: found(kind, "headrace/local"))
    assert podman.refuse_foreign(kind, "hr-a1", "headrace/local")
    monkeypatch.setattr(podman, "run", lambda *_, **__: "")
    assert not podman.refuse_foreign(kind, "hr-a1", "headrace/local")


def test_a_stranger_s_container_is_never_removed(monkeypatch):
    called: list[tuple[str, ...]] = []

    def run(*arguments: str, **_: object) -> str:
        called.append(arguments)
        return found("container", "somebody")

    monkeypatch.setattr(podman, "run", run)
    with pytest.raises(podman.PodmanError, match="is not ours"):
        podman.remove_container("hr-a1", "headrace/local")
    assert all(arguments[0] != "rm" for arguments in called)


def test_podman_missing_says_what_to_install(monkeypatch):
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(podman.subprocess, "run", missing)
    with pytest.raises(podman.PodmanError, match="apt install podman"):
        podman.run("ps")


def test_headrace_cache_moves_archive_and_state(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADRACE_CACHE", str(tmp_path))
    assert image.Recipe().archive.is_relative_to(tmp_path)
    assert paths.stack_directory("x").is_relative_to(tmp_path)


def test_a_changed_recipe_is_another_image():
    assert image.Recipe().digest == image.Recipe().digest
    assert image.Recipe().digest != image.Recipe(mirror="http://mirror.example/debian").digest
    assert image.Recipe().digest in image.Recipe().reference
    assert image.Recipe().digest in image.Recipe().archive.name
