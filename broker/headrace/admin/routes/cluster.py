"""The cluster as a whole, and whether this node serves."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from headrace.admin.models import ClusterInfo, ClusterUuid, HealthOverview, Ready
from headrace.admin.state import State
from headrace.errors import UnavailableError

router = APIRouter(prefix="/v1", tags=["cluster"])

LISTED_DEFAULT = 128
LISTED_MAX = 100_000


@router.get("/status/ready", responses={503: {"model": Ready, "description": "It does not."}})
async def ready(state: State, response: Response) -> Ready:
    """Whether this node has joined its cluster and serves. 503 while it starts or stops."""
    serves = state.phase == "ready"
    response.status_code = 200 if serves else 503
    return Ready(status=state.phase)


@router.get("/cluster/health_overview")
async def health_overview(
    state: State,
    limit: Annotated[
        int, Query(ge=0, le=LISTED_MAX, description="Partitions that each list names.")
    ] = LISTED_DEFAULT,
) -> HealthOverview:
    """Whether all nodes live, every partition has a leader, and every replica is in sync."""
    raw = await state.engine.call("health_overview", {"limit": limit})
    return HealthOverview.model_validate(raw)


@router.get("/cluster/uuid")
async def uuid(state: State) -> ClusterUuid:
    """The cluster's name. 503 until the node knows it."""
    raw = await state.engine.call("cluster_info")
    if raw["cluster_uuid"] is None:
        raise UnavailableError("not_ready", "this node has not joined a cluster yet")
    return ClusterUuid(cluster_uuid=raw["cluster_uuid"])


@router.get("/cluster/info")
async def info(state: State) -> ClusterInfo:
    """The cluster, its controller, and this node's place in it."""
    return ClusterInfo.model_validate(await state.engine.call("cluster_info"))
