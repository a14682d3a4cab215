"""The aws stack against Pulumi's mocks: what it would make, and how that is protected."""

from __future__ import annotations

import json
from ipaddress import IPv4Network

import pytest
import recording  # first: it loads the SDK without its warnings

from headrace_infra import config, network, outputs

NODES = {"a1": {"zone": "a"}, "b1": {"zone": "b"}, "c1": {"zone": "c"}}
INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SUBNET = "aws:ec2/subnet:Subnet"
TAGGED = {INSTANCE, VOLUME, INGRESS, EGRESS, SUBNET, "aws:ec2/vpc:Vpc", "aws:iam/role:Role"}


def settings(nodes: dict | None = None, **changes: object) -> config.Settings:
    aws = {
        "ami": "ami-0123456789abcdef0",
        "ssh_public_key": "ssh-ed25519 AAAAC3Nz",
        "client_cidrs": ["10.50.0.0/16"],
        "operator_cidrs": ["10.60.0.0/24"],
        **changes,
    }
    return config.Settings.model_validate(
        {"target": "aws", "nodes": nodes or NODES, "aws": aws, "region": "eu-central-1"}
    )


@pytest.fixture(scope="module")
def made() -> recording.Recorded:
    return recording.run(settings())


def test_three_nodes_named_by_zone(made):
    found = made.of(INSTANCE)
    assert sorted(found) == ["hr-a1", "hr-b1", "hr-c1"]
    for name, instance in found.items():
        assert instance.inputs["availabilityZone"] == f"eu-central-1{name[-2]}"
        assert instance.inputs["subnetId"] == f"hr-private-{name[-2]}-id"
        assert instance.inputs["tags"]["Name"] == name


def test_every_resource_is_tagged_with_its_cluster(made):
    asked = [each for each in made.resources if each.type in TAGGED]
    assert {each.type for each in asked} == TAGGED
    assert all(each.inputs["tags"]["headrace:cluster"] == "hr" for each in asked)


def test_only_imdsv2_is_served(made):
    for instance in made.of(INSTANCE).values():
        options = instance.inputs["metadataOptions"]
        assert options["httpTokens"] == "required"
        assert options["httpPutResponseHopLimit"] == 1


def test_every_disk_is_encrypted(made):
    assert len(made.of(VOLUME)) == 3
    assert all(volume.inputs["encrypted"] is True for volume in made.of(VOLUME).values())
    for instance in made.of(INSTANCE).values():
        assert instance.inputs["rootBlockDevice"]["encrypted"] is True


def test_data_disks_are_gp3_in_their_host_s_zone_and_attached(made):
    attachments = made.of("aws:ec2/volumeAttachment:VolumeAttachment")
    for name, volume in made.of(VOLUME).items():
        host = name.removesuffix("-data")
        assert volume.inputs["type"] == "gp3"
        assert volume.inputs["iops"] == 3000
        assert volume.inputs["throughput"] == 125
        instance = made.of(INSTANCE)[host]
        assert volume.inputs["availabilityZone"] == instance.inputs["availabilityZone"]
        assert attachments[name].inputs["instanceId"] == f"{host}-id"
        assert attachments[name].inputs["volumeId"] == f"{name}-id"


def test_nothing_can_be_lost_by_mistake(made):
    for volume in made.of(VOLUME).values():
        assert volume.protect
        assert volume.retain_on_delete
    for instance in made.of(INSTANCE).values():
        assert instance.protect
        assert instance.inputs["disableApiTermination"] is True
        assert set(instance.ignore_changes) == {"ami", "userData"}


def test_retiring_a_node_lifts_the_protection_of_that_node_only():
    made = recording.run(settings(retired=["b1"]))
    protected = {name: asked.protect for name, asked in made.of(INSTANCE).items()}
    assert protected == {"hr-a1": True, "hr-b1": False, "hr-c1": True}
    kept = {name: asked.retain_on_delete for name, asked in made.of(VOLUME).items()}
    assert kept == {"hr-a1-data": True, "hr-b1-data": False, "hr-c1-data": True}
    assert made.of(INSTANCE)["hr-b1"].inputs["disableApiTermination"] is False


def test_nothing_listens_to_the_internet(made):
    assert made.of(INGRESS)
    for rule in made.of(INGRESS).values():
        assert not (rule.inputs["fromPort"] <= 22 <= rule.inputs["toPort"])
        assert rule.inputs["ipProtocol"] != "-1"
        assert rule.inputs.get("cidrIpv4") != "0.0.0.0/0"
        assert "cidrIpv6" not in rule.inputs
    for instance in made.of(INSTANCE).values():
        assert instance.inputs["associatePublicIpAddress"] is False
    assert all(not subnet.inputs["mapPublicIpOnLaunch"] for subnet in made.of(SUBNET).values())
    groups = made.of("aws:ec2/securityGroup:SecurityGroup").values()
    assert all("ingress" not in group.inputs and "egress" not in group.inputs for group in groups)


def test_clients_and_operators_reach_their_ports_only(made):
    by_cidr = {
        (rule.inputs["cidrIpv4"], rule.inputs["fromPort"])
        for rule in made.of(INGRESS).values()
        if "cidrIpv4" in rule.inputs and rule.inputs["fromPort"] != 443
    }
    assert by_cidr == {("10.50.0.0/16", 9092), ("10.60.0.0/24", 9644)}
    from_brokers = {
        rule.inputs["fromPort"]
        for rule in made.of(INGRESS).values()
        if "referencedSecurityGroupId" in rule.inputs
    }
    assert from_brokers == {outputs.KAFKA_PORT, outputs.RPC_PORT, outputs.ADMIN_PORT}


def test_brokers_reach_each_other_and_the_web_only(made):
    anywhere = {
        rule.inputs["fromPort"]
        for rule in made.of(EGRESS).values()
        if rule.inputs.get("cidrIpv4") == "0.0.0.0/0"
    }
    assert anywhere == {80, 443}


def test_the_role_may_open_sessions_and_nothing_else(made):
    (policy,) = made.of("aws:iam/rolePolicy:RolePolicy").values()
    actions = {
        action
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }
    assert actions
    assert all(action.startswith(("ssm:Update", "ssmmessages:")) for action in actions)
    assert not any("*" in action for action in actions)


def test_user_data_holds_the_public_key_and_no_secret(made):
    for instance in made.of(INSTANCE).values():
        assert "ssh-ed25519 AAAAC3Nz" in instance.inputs["userData"]
        assert "PRIVATE" not in instance.inputs["userData"]
        assert "password" not in instance.inputs["userData"].lower()


def test_each_zone_has_its_own_subnet_and_way_out(made):
    private = {n: s.inputs["cidrBlock"] for n, s in made.of(SUBNET).items() if "private" in n}
    assert private == {
        "hr-private-a": "10.40.0.0/20",
        "hr-private-b": "10.40.16.0/20",
        "hr-private-c": "10.40.32.0/20",
    }
    assert len(made.of("aws:ec2/natGateway:NatGateway")) == 3


def test_taking_a_zone_out_renumbers_nothing(made):
    fewer = recording.run(settings({"a1": {"zone": "a"}, "c1": {"zone": "c"}}))
    for type_ in (SUBNET, INSTANCE, VOLUME):
        for name, asked in fewer.of(type_).items():
            assert asked.inputs == made.of(type_)[name].inputs


def test_no_two_subnets_overlap():
    vpc = IPv4Network("10.40.0.0/16")
    blocks = [IPv4Network(network.private_cidr(vpc, zone)) for zone in "abcdefgh"]
    blocks += [IPv4Network(network.public_cidr(vpc, zone)) for zone in "abcdefgh"]
    assert all(block.subnet_of(vpc) for block in blocks)
    assert not any(a.overlaps(b) for i, a in enumerate(blocks) for b in blocks[i + 1 :])


def test_every_child_has_a_component_above_it(made):
    assert all(each.parent for each in made.resources)
    assert all(
        ":headrace:infra:" in each.parent or each.parent.endswith("headrace-test")
        for each in made.resources
        if each.type.startswith("aws:")
    )


def test_outputs_have_the_schema_of_every_target(made):
    found = outputs.parse(made.exports)
    assert found.target == "aws"
    assert [node.rack for node in found.nodes] == ["a", "b", "c"]
    assert found.nodes[1].ssh_host == "hr-b1-id"
    assert found.nodes[1].volume_ids == ("hr-b1-data-id",)
    assert found.bootstrap == "10.40.0.10:9092,10.40.0.11:9092,10.40.0.12:9092"
    assert found.seeds == ("hr-a1", "hr-b1", "hr-c1")
    assert found.access.method == "ssm"
