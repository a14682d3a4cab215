"""What a broker may ask of AWS: to be reached by a session of Systems Manager, and nothing else."""

import json
from dataclasses import dataclass

import pulumi_aws as aws
from pulumi import ComponentResource, ResourceOptions

# Session Manager's needs, without the parameters and inventory that the managed policy adds:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
_SESSION_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


@dataclass(frozen=True)
class AccessArgs:
    """Tags for every resource."""

    tags: dict[str, str]


class Access(ComponentResource):
    """The brokers' role and its instance profile."""

    def __init__(self, name: str, args: AccessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("headrace:infra:Access", name, {}, opts)
        child = ResourceOptions(parent=self)
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "ec2.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        session = {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": list(_SESSION_ACTIONS), "Resource": "*"},
            ],
        }
        self.role = aws.iam.Role(
            f"{name}-broker",
            assume_role_policy=json.dumps(trust),
            description="Headrace brokers",
            tags=args.tags,
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-broker-session", role=self.role.id, policy=json.dumps(session), opts=child
        )
        self.profile = aws.iam.InstanceProfile(
            f"{name}-broker", role=self.role.name, tags=args.tags, opts=child
        )
        self.register_outputs({"profile": self.profile.name})
