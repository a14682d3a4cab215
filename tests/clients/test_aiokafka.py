"""aiokafka 0.14: producer, groups and offsets on one event loop."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from records import RECENT_MS

WAIT_SECONDS = 60


async def fetch(consumer, count, seconds=WAIT_SECONDS):
    found = []

    async def collect():
        while len(found) < count:
            found.append(await consumer.getone())

    await asyncio.wait_for(collect(), seconds)
    return found


def test_topics(bootstrap, unique):
    async def run():
        topic = unique("topic")
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(topic, 2, 3)])
            again = await admin.create_topics([NewTopic(topic, 2, 3)])
            assert again.topic_errors[0][1] == TopicAlreadyExistsError.errno
            assert topic in await admin.list_topics()
            (found,) = await admin.describe_topics([topic])
            assert len(found["partitions"]) == 2
            await admin.delete_topics([topic])
        finally:
            await admin.close()

    asyncio.run(run())


@pytest.mark.parametrize("acks", [0, 1, "all"])
@pytest.mark.parametrize("idempotent", [False, True])
def test_records(bootstrap, make_topic, acks, idempotent):
    if idempotent and acks != "all":
        with pytest.raises(ValueError, match="acks"):
            asyncio.run(start_producer(bootstrap, acks))
        return

    async def run():
        topic = make_topic()
        async with AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks=acks,
            enable_idempotence=idempotent,
            compression_type="gzip",
        ) as producer:
            sent = [
                await producer.send(topic, b"v%d" % n, key=b"k", headers=[("n", b"%d" % n)])
                for n in range(100)
            ]
            await producer.flush()
            if acks != 0:
                assert [(await future).offset for future in sent] == list(range(100))
        async with AIOKafkaConsumer(
            bootstrap_servers=bootstrap, auto_offset_reset="earliest"
        ) as consumer:
            consumer.assign([TopicPartition(topic, 0)])
            found = await fetch(consumer, 100)
        assert [record.value for record in found] == [b"v%d" % n for n in range(100)]
        assert found[9].headers == (("n", b"9"),)

    asyncio.run(run())


async def start_producer(bootstrap, acks):
    AIOKafkaProducer(bootstrap_servers=bootstrap, acks=acks, enable_idempotence=True)


def test_members_join_leave_and_resume(bootstrap, make_topic, unique):
    topic, group = make_topic(partitions=4), unique("group")

    def member():
        return AIOKafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=5,
        )

    async def assigned(consumer, count):
        # Heartbeats and rejoins run in the background: there is no event to wait for.
        while len(consumer.assignment()) != count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def run():
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            for n in range(40):
                await producer.send_and_wait(topic, b"%d" % n, partition=n % 4)
        first = member()
        await first.start()
        seen = await fetch(first, 16)
        await first.commit()
        second = member()
        await second.start()
        both = asyncio.gather(assigned(first, 2), assigned(second, 2))
        await asyncio.wait_for(both, WAIT_SECONDS)
        await second.stop()
        await asyncio.wait_for(assigned(first, 4), WAIT_SECONDS)
        seen += await fetch(first, 24)
        await first.commit()
        await first.stop()
        # Nothing was lost; what was read before the first commit was not read again.
        assert sorted(int(record.value) for record in seen) == list(range(40))

    asyncio.run(run())


def test_offsets_and_seeking(bootstrap, make_topic):
    topic = make_topic()
    partition = TopicPartition(topic, 0)

    async def run():
        # Offsets are listed up to the high watermark: wait until the records are below it.
        async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
            for n in range(6):
                at = RECENT_MS + n * 1000
                await producer.send_and_wait(topic, b"%d" % n, timestamp_ms=at)
        async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
            consumer.assign([partition])
            found = await consumer.offsets_for_times({partition: RECENT_MS + 3001})
            assert found[partition].offset == 4
            assert await consumer.beginning_offsets([partition]) == {partition: 0}
            assert await consumer.end_offsets([partition]) == {partition: 6}
            await consumer.seek_to_beginning(partition)
            assert (await fetch(consumer, 1))[0].value == b"0"
            consumer.seek(partition, 5)
            assert (await fetch(consumer, 1))[0].value == b"5"

    asyncio.run(run())
