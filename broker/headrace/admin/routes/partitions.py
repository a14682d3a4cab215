"""Partitions: leaders, replicas, and moving leadership."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from headrace.admin.models import ErrorBody, Partition, Replica, TransferResult
from headrace.admin.state import State
from headrace.errors import NotFoundError

router = APIRouter(prefix="/v1", tags=["partitions"])

Namespace = Annotated[
    str, Path(max_length=64, description="`kafka`; `headrace` for the controller's group.")
]
TopicName = Annotated[str, Path(min_length=1, max_length=249, description="The topic's name.")]
Index = Annotated[int, Path(ge=0, le=2**31 - 1, description="The partition's index.")]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no such topic, partition or node."}
}
REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorBody, "description": "The replicas do not allow it now."}
}
KAFKA = "kafka"
CONTROLLER = ("headrace", "controller", 0)


def _unknown(ns: str, topic: str, partition: int | None = None) -> NotFoundError:
    name = f"{ns}/{topic}" if partition is None else f"{ns}/{topic}/{partition}"
    return NotFoundError("not_found", f"there is no {name}")


@router.get("/partitions")
async def partitions(state: State) -> list[Partition]:
    """Every partition of every topic, in order of topic and index."""
    return [Partition.model_validate(raw) for raw in await state.engine.call("partitions")]


@router.get("/partitions/{ns}/{topic}", responses=NOT_FOUND)
async def partitions_of(ns: Namespace, topic: TopicName, state: State) -> list[Partition]:
    """The partitions of one topic."""
    if ns != KAFKA:
        raise _unknown(ns, topic)
    raws = await state.engine.call("partitions", {"topic": topic})
    return [Partition.model_validate(raw) for raw in raws]


@router.get("/partitions/{ns}/{topic}/{partition}", responses=NOT_FOUND)
async def partition_of(
    ns: Namespace, topic: TopicName, partition: Index, state: State
) -> Partition:
    """One partition."""
    if ns != KAFKA:
        raise _unknown(ns, topic, partition)
    raws = await state.engine.call("partitions", {"topic": topic})
    if partition >= len(raws):
        raise _unknown(ns, topic, partition)
    return Partition.model_validate(raws[partition])


@router.post(
    "/partitions/{ns}/{topic}/{partition}/transfer_leadership", responses=NOT_FOUND | REFUSED
)
async def transfer_leadership(
    ns: Namespace,
    topic: TopicName,
    partition: Index,
    state: State,
    target: Annotated[
        int | None,
        Query(ge=0, le=2**31 - 1, description="The node to lead; absent: the best in sync."),
    ] = None,
) -> TransferResult:
    """Moves leadership to another replica that is in sync.

    The controller's own group is `headrace/controller/0`.
    """
    arguments: dict[str, Any] = {"target": target}
    if ns == KAFKA:
        arguments |= {"topic": topic, "partition": partition}
    elif (ns, topic, partition) != CONTROLLER:
        raise _unknown(ns, topic, partition)
    return TransferResult.model_validate(await state.engine.call("transfer_leadership", arguments))


@router.get("/replicas")
async def replicas(state: State) -> list[Replica]:
    """What this node itself holds: offsets and sizes of its replicas."""
    return [Replica.model_validate(raw) for raw in await state.engine.call("replicas")]
