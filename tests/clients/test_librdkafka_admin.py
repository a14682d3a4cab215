"""librdkafka's admin client: topics, partitions, configurations, groups."""

from __future__ import annotations

import pytest
from confluent_kafka import (
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaError,
    KafkaException,
    TopicCollection,
    TopicPartition,
)
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
)
from records import WAIT_SECONDS, consume, eventually, produce

DAY_MS = 86_400_000


def code_of(future) -> int:
    """The error code that a future fails with; 0 when it does not."""
    error = future.exception(WAIT_SECONDS)
    if error is None:
        return KafkaError.NO_ERROR
    assert isinstance(error, KafkaException), error
    return error.args[0].code()


def create(admin, topic, partitions=1, replicas=1, config=None, **options):
    new = NewTopic(topic, partitions, replicas, config=config or {})
    return admin.create_topics([new], **options)[topic]


def test_a_topic_from_creation_to_deletion(admin, unique):
    topic = unique("topic")
    create(admin, topic, 3, 3, operation_timeout=WAIT_SECONDS).result(WAIT_SECONDS)

    def described():
        found = admin.describe_topics(TopicCollection([topic]))[topic].result(WAIT_SECONDS)
        led = all(p.leader is not None and len(p.isr) == 3 for p in found.partitions)
        return found if led else None

    description = eventually(described, "every replica in sync")
    assert [p.id for p in description.partitions] == [0, 1, 2]
    assert all(len({node.id for node in p.replicas}) == 3 for p in description.partitions)
    assert not description.is_internal
    assert str(description.topic_id)
    assert topic in admin.list_topics(timeout=WAIT_SECONDS).topics

    admin.delete_topics([topic], operation_timeout=WAIT_SECONDS)[topic].result(WAIT_SECONDS)
    eventually(
        lambda: topic not in admin.list_topics(timeout=WAIT_SECONDS).topics, "the topic is gone"
    )
    again = admin.describe_topics(TopicCollection([topic]))[topic]
    assert code_of(again) == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_a_topic_of_the_same_name_starts_empty(admin, bootstrap, make_topic):
    topic = make_topic()
    produce(bootstrap, topic, [b"old"] * 3)
    admin.delete_topics([topic], operation_timeout=WAIT_SECONDS)[topic].result(WAIT_SECONDS)
    eventually(
        lambda: code_of(create(admin, topic, 1, 3)) == KafkaError.NO_ERROR, "the name is free"
    )

    def end():
        asked = admin.list_offsets({TopicPartition(topic, 0): OffsetSpec.latest()})
        error = asked[TopicPartition(topic, 0)].exception(WAIT_SECONDS)
        return None if error else asked[TopicPartition(topic, 0)].result().offset + 1

    assert eventually(end, "a leader of the new topic") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"topic": "no spaces"}, KafkaError.TOPIC_EXCEPTION),
        ({"topic": "x" * 250}, KafkaError.TOPIC_EXCEPTION),
        ({"topic": ".."}, KafkaError.TOPIC_EXCEPTION),
        ({"partitions": 0}, KafkaError.INVALID_PARTITIONS),
        ({"replicas": 9}, KafkaError.INVALID_REPLICATION_FACTOR),
        ({"replicas": 0}, KafkaError.INVALID_REPLICATION_FACTOR),
        ({"config": {"retention.sm": "1"}}, KafkaError.INVALID_CONFIG),
        ({"config": {"retention.ms": "soon"}}, KafkaError.INVALID_CONFIG),
        ({"config": {"cleanup.policy": "burn"}}, KafkaError.INVALID_CONFIG),
    ],
)
def test_a_wrong_topic_is_refused_with_kafkas_code(admin, unique, change, code):
    topic = change.get("topic") or unique("topic")
    rest = {key: value for key, value in change.items() if key != "topic"}
    assert code_of(create(admin, topic, **rest)) == code
    assert topic not in admin.list_topics(timeout=WAIT_SECONDS).topics


def test_a_topic_that_exists_and_one_that_does_not(admin, make_topic, unique):
    topic = make_topic()
    assert code_of(create(admin, topic)) == KafkaError.TOPIC_ALREADY_EXISTS
    missing = unique("missing")
    assert code_of(admin.delete_topics([missing])[missing]) == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_validation_alone_creates_nothing(admin, unique):
    topic = unique("topic")
    create(admin, topic, 2, 3, validate_only=True).result(WAIT_SECONDS)
    assert topic not in admin.list_topics(timeout=WAIT_SECONDS).topics


def test_replicas_where_they_were_asked_for(admin, unique):
    brokers = sorted(admin.list_topics(timeout=WAIT_SECONDS).brokers)
    topic = unique("topic")
    wanted = [[brokers[2], brokers[0]], [brokers[1], brokers[2]]]
    new = NewTopic(topic, num_partitions=2, replica_assignment=wanted)
    admin.create_topics([new])[topic].result(WAIT_SECONDS)
    try:

        def replicas():
            found = admin.list_topics(topic, timeout=WAIT_SECONDS).topics[topic].partitions
            return [list(found[p].replicas) for p in sorted(found)]

        eventually(lambda: replicas() == wanted, "the asked-for assignment")
    finally:
        admin.delete_topics([topic])[topic].result(WAIT_SECONDS)


def test_partitions_grow_and_never_shrink(admin, bootstrap, make_topic):
    topic = make_topic(partitions=2)
    produce(bootstrap, topic, [b"before"])
    admin.create_partitions([NewPartitions(topic, 5)])[topic].result(WAIT_SECONDS)
    eventually(
        lambda: len(admin.list_topics(topic, timeout=10).topics[topic].partitions) == 5,
        "five partitions",
    )
    for count in (5, 3):
        refused = admin.create_partitions([NewPartitions(topic, count)])[topic]
        assert code_of(refused) == KafkaError.INVALID_PARTITIONS
    asked = {TopicPartition(topic, p): OffsetSpec.latest() for p in range(5)}

    def ends():
        futures = admin.list_offsets(asked)
        if any(future.exception(WAIT_SECONDS) for future in futures.values()):
            return None
        return [futures[p].result().offset for p in sorted(futures, key=lambda p: p.partition)]

    assert eventually(ends, "leaders of the new partitions") == [1, 0, 0, 0, 0]


def configs(admin, topic):
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    return admin.describe_configs([resource])[resource].result(WAIT_SECONDS)


def alter(admin, topic, key, value, operation=AlterConfigOpType.SET):
    entry = ConfigEntry(key, value, incremental_operation=operation)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    return admin.incremental_alter_configs([resource])[resource]


def test_a_topics_configuration(admin, make_topic):
    topic = make_topic(retention_ms=str(DAY_MS))
    found = configs(admin, topic)
    assert found["retention.ms"].value == str(DAY_MS)
    assert found["retention.ms"].source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    assert found["cleanup.policy"].value == "delete"
    assert found["cleanup.policy"].is_default
    for key in ("segment.bytes", "retention.bytes", "min.insync.replicas", "max.message.bytes"):
        assert found[key].value is not None, key

    alter(admin, topic, "retention.ms", str(2 * DAY_MS)).result(WAIT_SECONDS)
    alter(admin, topic, "max.message.bytes", "2000000").result(WAIT_SECONDS)

    def changed():
        now = configs(admin, topic)
        return (now["retention.ms"].value, now["max.message.bytes"].value)

    eventually(lambda: changed() == (str(2 * DAY_MS), "2000000"), "both changes")
    alter(admin, topic, "retention.ms", None, AlterConfigOpType.DELETE).result(WAIT_SECONDS)
    eventually(lambda: configs(admin, topic)["retention.ms"].is_default, "the default again")


def test_a_wrong_configuration_is_refused(admin, make_topic, unique):
    topic = make_topic()
    for key, value in [("retention.ms", "-7"), ("no.such.key", "1"), ("segment.bytes", "x")]:
        assert code_of(alter(admin, topic, key, value)) == KafkaError.INVALID_CONFIG, key
    missing = alter(admin, unique("missing"), "retention.ms", "1")
    assert code_of(missing) == KafkaError.UNKNOWN_TOPIC_OR_PART
    resource = ConfigResource(ConfigResource.Type.TOPIC, unique("missing"))
    asked = admin.describe_configs([resource])[resource]
    assert code_of(asked) == KafkaError.UNKNOWN_TOPIC_OR_PART


def test_write_caching_is_off_until_it_is_asked_for(admin, make_topic):
    topic = make_topic()
    found = configs(admin, topic)["write.caching"]
    assert (found.value, found.is_default, found.is_read_only) == ("false", True, False)
    for value in ("disabled", "1", ""):
        assert code_of(alter(admin, topic, "write.caching", value)) == KafkaError.INVALID_CONFIG
    alter(admin, topic, "write.caching", "true").result(WAIT_SECONDS)
    eventually(lambda: configs(admin, topic)["write.caching"].value == "true", "write caching")
    assert configs(admin, make_topic(write_caching="true"))["write.caching"].value == "true"


def test_a_brokers_configuration_can_be_read(admin):
    broker = next(iter(admin.list_topics(timeout=WAIT_SECONDS).brokers))
    resource = ConfigResource(ConfigResource.Type.BROKER, str(broker))
    found = admin.describe_configs([resource])[resource].result(WAIT_SECONDS)
    for key in ("num.partitions", "default.replication.factor", "message.max.bytes"):
        assert found[key].value is not None, key


def test_the_cluster_describes_itself(admin, bootstrap):
    cluster = admin.describe_cluster().result(WAIT_SECONDS)
    addresses = {f"{node.host}:{node.port}" for node in cluster.nodes}
    assert addresses == set(bootstrap.split(","))
    assert cluster.cluster_id
    assert cluster.controller.id in {node.id for node in cluster.nodes}


def test_records_are_deleted_from_the_start(admin, bootstrap, make_topic):
    topic = make_topic(partitions=2)
    produce(bootstrap, topic, [b"%d" % n for n in range(10)])
    asked = [TopicPartition(topic, 0, 7), TopicPartition(topic, 1, -1)]
    starts = {
        place.partition: future.result(WAIT_SECONDS).low_watermark
        for place, future in admin.delete_records(asked).items()
    }
    assert starts == {0: 7, 1: 0}
    first = admin.list_offsets({TopicPartition(topic, 0): OffsetSpec.earliest()})
    assert next(iter(first.values())).result(WAIT_SECONDS).offset == 7
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": topic, "auto.offset.reset": "earliest"}
    )
    consumer.assign([TopicPartition(topic, 0, 2)])
    try:
        assert [message.value() for message in consume(consumer, 3)] == [b"7", b"8", b"9"]
    finally:
        consumer.close()
    beyond = TopicPartition(topic, 0, 11)
    assert code_of(admin.delete_records([beyond])[beyond]) == KafkaError.OFFSET_OUT_OF_RANGE
    internal = TopicPartition("__consumer_offsets", 0, 0)
    assert code_of(admin.delete_records([internal])[internal]) == KafkaError.TOPIC_EXCEPTION


def joined(bootstrap, group, topic, **config):
    """A consumer that has its assignment, committed what it read, and stays in the group."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "client.id": "describer",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            **config,
        }
    )
    consumer.subscribe([topic])
    consume(consumer, 4)
    consumer.commit(asynchronous=False)
    return consumer


def test_groups_are_listed_described_and_deleted(admin, bootstrap, make_topic, unique):
    topic, group = make_topic(), unique("group")
    produce(bootstrap, topic, [b"a", b"b", b"c", b"d"])
    consumer = joined(bootstrap, group, topic)
    try:
        listed = admin.list_consumer_groups().result(WAIT_SECONDS)
        assert not listed.errors
        assert group in {entry.group_id for entry in listed.valid}
        found = admin.describe_consumer_groups([group])[group].result(WAIT_SECONDS)
        assert found.state.name == "STABLE"
        assert found.partition_assignor == "range"
        (member,) = found.members
        assert member.client_id == "describer"
        assert member.host.endswith("127.0.0.1")
        assert member.assignment.topic_partitions == [TopicPartition(topic, 0)]
        refused = admin.delete_consumer_groups([group])[group]
        assert code_of(refused) == KafkaError.NON_EMPTY_GROUP
    finally:
        consumer.close()

    def empty():
        return admin.describe_consumer_groups([group])[group].result(10).state.name == "EMPTY"

    eventually(empty, "the group is empty")
    asked = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])[group]
    committed = asked.result(WAIT_SECONDS).topic_partitions
    assert [(p.topic, p.partition, p.offset) for p in committed] == [(topic, 0, 4)]

    admin.delete_consumer_groups([group])[group].result(WAIT_SECONDS)
    assert code_of(admin.delete_consumer_groups([group])[group]) == KafkaError.GROUP_ID_NOT_FOUND


def test_an_admin_moves_a_groups_offsets(admin, bootstrap, make_topic, unique):
    topic, group = make_topic(), unique("group")
    produce(bootstrap, topic, [b"a", b"b", b"c", b"d"])
    joined(bootstrap, group, topic).close()
    moved = ConsumerGroupTopicPartitions(group, [TopicPartition(topic, 0, 1)])
    eventually(
        lambda: code_of(admin.alter_consumer_group_offsets([moved])[group]) == KafkaError.NO_ERROR,
        "the offsets of the empty group are moved",
    )
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    consumer.subscribe([topic])
    try:
        assert [message.value() for message in consume(consumer, 3)] == [b"b", b"c", b"d"]
    finally:
        consumer.close()
