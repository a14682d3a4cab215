"""Nodes: who they are, maintenance, and whether one may be restarted."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from headrace.admin.models import Broker, ErrorBody, RestartProbe
from headrace.admin.routes.cluster import LISTED_DEFAULT, LISTED_MAX
from headrace.admin.state import AdminState, State
from headrace.errors import NotFoundError

router = APIRouter(prefix="/v1/brokers", tags=["nodes"])

NodeId = Annotated[int, Path(ge=0, le=2**31 - 1, description="Kafka broker id.")]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "There is no such node."}
}
REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorBody, "description": "Another node is in maintenance."}
}


async def _brokers(state: AdminState) -> list[Broker]:
    return [Broker.from_engine(raw) for raw in await state.engine.call("brokers")]


@router.get("")
async def brokers(state: State) -> list[Broker]:
    """Every registered node, by id."""
    return await _brokers(state)


@router.get("/{node_id}", responses=NOT_FOUND)
async def broker(node_id: NodeId, state: State) -> Broker:
    """One node."""
    found = next((b for b in await _brokers(state) if b.node_id == node_id), None)
    if found is None:
        raise NotFoundError("not_found", f"there is no node {node_id}")
    return found


@router.get("/{node_id}/restart_probe", responses=NOT_FOUND)
async def restart_probe(
    node_id: NodeId,
    state: State,
    limit: Annotated[
        int, Query(ge=0, le=LISTED_MAX, description="Partitions that each list names.")
    ] = LISTED_DEFAULT,
) -> RestartProbe:
    """What stopping this node now would cost, and whether all its replicas are in sync.

    Before a restart `safe` must be true: no partition would lose its majority, none would refuse
    acks=all, and none has its only replica here. After it, wait for `in_sync_percent` 100 before
    the next node's turn.
    """
    raw = await state.engine.call("restart_probe", {"node_id": node_id, "limit": limit})
    return RestartProbe.from_engine(raw)


@router.put("/{node_id}/maintenance", status_code=204, responses=NOT_FOUND | REFUSED)
async def start_maintenance(node_id: NodeId, state: State) -> Response:
    """Moves leadership away from the node and keeps it away. One node at a time.

    It has left when the restart probe counts no `leaders`.
    """
    await state.engine.call("maintenance", {"node_id": node_id, "on": True})
    return Response(status_code=204)


@router.delete("/{node_id}/maintenance", status_code=204, responses=NOT_FOUND)
async def end_maintenance(node_id: NodeId, state: State) -> Response:
    """Lets the node lead again."""
    await state.engine.call("maintenance", {"node_id": node_id, "on": False})
    return Response(status_code=204)
