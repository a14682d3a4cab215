"""Cluster properties: Kafka's broker settings, kept by the controller for all nodes."""

from typing import Annotated

from fastapi import APIRouter, Query

from headrace.admin.models import ClusterConfigChange, ClusterConfigResult, ConfigEntry
from headrace.admin.state import State

router = APIRouter(prefix="/v1/cluster_config", tags=["configuration"])


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@router.get("")
async def cluster_config(
    state: State,
    include_defaults: Annotated[bool, Query(description="Also those that nobody set.")] = True,
) -> dict[str, str]:
    """The cluster's properties in force."""
    entries = await state.engine.call("cluster_config")
    return {
        entry["name"]: entry["value"]
        for entry in entries
        if include_defaults or entry["source"] != "default"
    }


@router.get("/schema")
async def schema(state: State) -> list[ConfigEntry]:
    """Every property with its value, where it comes from, and what it means."""
    return [ConfigEntry.model_validate(raw) for raw in await state.engine.call("cluster_config")]


@router.put("")
async def change_cluster_config(
    change: ClusterConfigChange,
    state: State,
    dry_run: Annotated[bool, Query(description="Check only.")] = False,
) -> ClusterConfigResult:
    """Sets properties and takes others back to their defaults; all of them or none.

    An unknown key, a bad value, or one that Headrace would not act on is refused.
    """
    values = {key: _text(value) for key, value in change.upsert.items()}
    arguments = {"set": values, "remove": change.remove, "validate_only": dry_run}
    await state.engine.call("set_cluster_config", arguments)
    info = await state.engine.call("cluster_info")
    return ClusterConfigResult(config_version=info["metadata_version"])
