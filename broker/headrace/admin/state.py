"""What the routes share: the engine, and where the node is in its life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Request

if TYPE_CHECKING:
    from headrace.node.engine import EngineApi

Phase = Literal["starting", "ready", "stopping"]


@dataclass
class AdminState:
    """Shared by all requests; the node's boot sets `phase`."""

    engine: EngineApi
    phase: Phase = "starting"


def _state(request: Request) -> AdminState:
    state: AdminState = request.app.state.admin
    return state


State = Annotated[AdminState, Depends(_state)]
