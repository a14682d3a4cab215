"""Runs the project's program against Pulumi's mocks and records what it asked for."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks as pulumi_mocks
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await

from headrace_infra import compose, config

# The SDK deprecates modules of its own while it loads them; that is nothing of ours.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_aws

    _LOADED = (pulumi_aws.ebs.Volume, pulumi_aws.ec2.Vpc, pulumi_aws.iam.Role, pulumi_aws.vpc)


@dataclass(frozen=True)
class Asked:
    """One resource: its type, its name, its inputs (camelCase), and the options it came with."""

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]


@dataclass
class Recorded:
    """All resources of a run, and the program's exports."""

    resources: list[Asked] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def of(self, type_: str) -> dict[str, Asked]:
        """The resources of a type, by name."""
        return {asked.name: asked for asked in self.resources if asked.type == type_}


class _Mocks(pulumi_mocks.Mocks):
    def new_resource(self, args: pulumi_mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        state = dict(args.inputs)
        if args.typ == "aws:ec2/instance:Instance":
            state["privateIp"] = f"10.40.0.{10 + ord(args.name[-2]) - ord('a')}"
        return f"{args.name}-id", state

    def call(self, args: pulumi_mocks.MockCallArgs) -> dict[str, Any]:
        raise AssertionError(f"the program asks the cloud: {args.token}")


class _Monitor(pulumi_mocks.MockMonitor):
    """Mocks do not see a resource's options; the monitor does."""

    def __init__(self, recorded: Recorded) -> None:
        super().__init__(_Mocks())
        self._recorded = recorded

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - named by the protocol
        answer = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self._recorded.resources.append(
                Asked(
                    type=request.type,
                    name=request.name,
                    inputs=self.resources[answer.urn].state,
                    parent=request.parent,
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    ignore_changes=tuple(request.ignoreChanges),
                )
            )
        return answer


def run(settings: config.Settings, stack: str = "test") -> Recorded:
    """Runs the program for these settings."""
    recorded = Recorded()
    pulumi.runtime.set_mocks(_Mocks(), "headrace", stack, monitor=_Monitor(recorded))

    def program() -> None:
        exports = pulumi.Output.from_input(compose.machines(settings, stack))
        recorded.exports = _sync_await(exports.future())

    _sync_await(run_pulumi_func(program))
    return recorded
