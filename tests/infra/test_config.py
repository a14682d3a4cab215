"""A stack's settings: what is taken, what is refused, and what the refusal says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from headrace_infra import config, down, inventory, stacks, up

PROJECT = Path(__file__).resolve().parents[2] / "pulumi"
NODES = {"a1": {"zone": "a", "host_number": 11}, "b1": {"zone": "b", "host_number": 12}}
AWS = {"ami": "ami-0123456789abcdef0", "ssh_public_key": "ssh-ed25519 AAAAC3Nz"}


def values(**changes: object) -> dict[str, str]:
    """Pulumi's flat strings: objects as JSON."""
    plain = {"target": "local", "name": "hr", "nodes": NODES, **changes}
    return {
        f"headrace:{key}": value if isinstance(value, str) else json.dumps(value)
        for key, value in plain.items()
    }


def from_file(stack: str) -> config.Settings:
    document = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())
    return config.parse(
        {k: v if isinstance(v, str) else json.dumps(v) for k, v in document["config"].items()}
    )


@pytest.mark.parametrize("stack", ["local", "aws"])
def test_the_project_s_own_stacks_are_valid(stack):
    settings = from_file(stack)
    assert settings.target == stack
    assert [settings.host_name(node) for node in settings.nodes] == ["hr-a1", "hr-b1", "hr-c1"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"nodse": "x"}, "headrace:nodse: there is no such setting; did you mean nodes?"),
        ({"nodes": {"a1": {"zone": "a", "host_numbr": 3}}}, "did you mean host_number?"),
        ({"local": {"subnett": "10.0.0.0/24"}}, "did you mean subnet?"),
        ({"local": {"subnet": "10.0.0.0/33"}}, "headrace:local.subnet"),
        ({"target": "azure"}, "headrace:target"),
        ({"name": "HR"}, "'HR' is no host name"),
        ({"name": "a" * 21}, "is no host name"),
        ({"nodes": {}}, "headrace:nodes"),
        ({"nodes": {"a1": {"zone": "a"}}}, "nodes.a1.host_number is missing"),
        (
            {"nodes": {**NODES, "c1": {"zone": "c", "host_number": 11}}},
            "nodes.c1.host_number is that of a1",
        ),
        (
            {"local": {"subnet": "10.0.0.0/29"}},
            "nodes.a1.host_number is outside 10.0.0.0/29",
        ),
        ({"region": "eu-central-1"}, "say aws:region"),
        ({"target": "aws"}, "aws is missing"),
    ],
)
def test_a_wrong_setting_is_named(changes, says):
    with pytest.raises(config.ConfigError, match=re.escape(says)):
        config.parse(values(**changes))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"retired": ["c9"]}, "aws.retired names c9"),
        ({"ami": "debian"}, "headrace:aws.ami"),
        ({"ssh_public_key": "PRIVATE"}, "headrace:aws.ssh_public_key"),
        ({"data_volume": {"throughput_mib": 1000}}, "needs at least 4000 iops"),
        ({"data_volume": {"size": 3}}, "headrace:aws.data_volume.size: there is no such setting"),
    ],
)
def test_a_wrong_aws_setting_is_named(changes, says):
    wrong = {**values(target="aws", aws={**AWS, **changes}), "aws:region": "eu-central-1"}
    with pytest.raises(config.ConfigError, match=re.escape(says)):
        config.parse(wrong)


def test_aws_needs_a_region_and_a_letter_for_a_zone():
    with pytest.raises(config.ConfigError, match="aws:region is missing"):
        config.parse(values(target="aws", aws=AWS))
    nodes = {"a1": {"zone": "1"}}
    wrong = {**values(target="aws", aws=AWS, nodes=nodes), "aws:region": "eu-central-1"}
    with pytest.raises(config.ConfigError, match=r"nodes\.a1\.zone is '1'"):
        config.parse(wrong)


def test_every_mistake_is_listed_at_once():
    with pytest.raises(config.ConfigError) as refused:
        config.parse(values(target="nowhere", nmae="x", local={"subnet": "here"}))
    assert len(str(refused.value).splitlines()) == 3


def test_a_stack_without_a_file_gets_its_own_names_and_network(monkeypatch, tmp_path):
    monkeypatch.setenv("HEADRACE_CACHE", str(tmp_path))
    documents = [
        yaml.safe_load((stacks.project_directory(s) / f"Pulumi.{s}.yaml").read_text())
        for s in ("one", "two")
    ]
    names = [document["config"]["headrace:name"] for document in documents]
    subnets = {document["config"]["headrace:local"]["subnet"] for document in documents}
    assert names == ["one", "two"]
    assert len(subnets) == 2
    assert str(from_file("local").local.subnet) not in subnets


def test_a_stack_with_a_file_uses_it():
    assert stacks.project_directory("local") == PROJECT


def test_the_stack_comes_from_the_environment(monkeypatch):
    monkeypatch.delenv("HEADRACE_STACK", raising=False)
    assert stacks.chosen() == "local"
    monkeypatch.setenv("HEADRACE_STACK", "e2e")
    assert stacks.chosen() == "e2e"


@pytest.mark.parametrize("name", ["../images", "a b", "Local", "-x", "x/y", "a" * 21])
@pytest.mark.parametrize("program", [up, down, inventory])
def test_a_stack_s_name_must_be_fit_for_folders_and_hosts(program, name, monkeypatch, capsys):
    monkeypatch.setenv("HEADRACE_STACK", name)
    with pytest.raises(SystemExit):
        program.main([])
    assert f"{name!r} cannot name a stack" in capsys.readouterr().err
