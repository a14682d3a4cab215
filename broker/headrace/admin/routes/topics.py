"""Topics and their configuration. They are created and changed through the Kafka API."""

from fastapi import APIRouter

from headrace.admin.models import Topic, TopicDetail
from headrace.admin.routes.partitions import NOT_FOUND, TopicName
from headrace.admin.state import State

router = APIRouter(prefix="/v1/topics", tags=["topics"])


@router.get("")
async def topics(state: State) -> list[Topic]:
    """Every topic, by name."""
    return [Topic.model_validate(raw) for raw in await state.engine.call("topics")]


@router.get("/{topic}", responses=NOT_FOUND)
async def topic_detail(topic: TopicName, state: State) -> TopicDetail:
    """One topic with the configuration that is in force for it."""
    return TopicDetail.model_validate(await state.engine.call("topic", {"name": topic}))
