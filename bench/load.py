"""One load run against one cluster, by librdkafka; prints one JSON object.

    load.py throughput --bootstrap B --topic T --records N --bytes S
    load.py latency    --bootstrap B --topic T --rate R --seconds S --bytes S

`latency` is an open loop: record i is due at start + i / rate, and its latency counts from then,
whether or not the client could send it in time.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer

# A run that makes no progress for this long is over.
STALL_SECONDS = 60
PERCENTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}


def producer(bootstrap: str, linger_ms: float) -> Producer:
    """acks=all and idempotent: what somebody who cares for the records runs."""
    return Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": linger_ms,
            "batch.size": 131072,
            "queue.buffering.max.messages": 200_000,
            "log_level": 3,
        }
    )


def throughput(args: argparse.Namespace) -> dict[str, Any]:
    """Produces `records` as fast as acknowledgements allow, then reads them back."""
    payload = os.urandom(args.bytes)
    failed = 0

    def on_delivery(error: KafkaError | None, _message: Message) -> None:
        nonlocal failed
        failed += error is not None

    client = producer(args.bootstrap, linger_ms=5)
    began = time.monotonic()
    for _ in range(args.records):
        while True:
            try:
                client.produce(args.topic, payload, on_delivery=on_delivery)
                break
            except BufferError:
                client.poll(0.05)
        client.poll(0)
    left = client.flush(STALL_SECONDS)
    produced = time.monotonic() - began
    if failed or left:
        raise SystemExit(f"load: {failed} records failed, {left} not acknowledged")
    consumed = consume(args.bootstrap, args.topic, args.records)
    size_mb = args.records * args.bytes / 1e6
    return {"produce_mb_s": size_mb / produced, "consume_mb_s": size_mb / consumed}


def consume(bootstrap: str, topic: str, records: int) -> float:
    """Seconds to read `records` from the start of the topic."""
    client = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": f"bench-{os.getpid()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    client.subscribe([topic])
    seen, began, last = 0, time.monotonic(), time.monotonic()
    while seen < records:
        batch = client.consume(10_000, timeout=1)
        now = time.monotonic()
        if batch:
            last = now
        elif now - last > STALL_SECONDS:
            raise SystemExit(f"load: read {seen} of {records} records and then nothing")
        seen += sum(1 for message in batch if message.error() is None)
    took = time.monotonic() - began
    client.close()
    return took


def latency(args: argparse.Namespace) -> dict[str, Any]:
    """Open loop at `rate` records a second: milliseconds from the intended send time to the ack."""
    payload = os.urandom(args.bytes)
    total = int(args.rate * args.seconds)
    samples_ms: list[float] = []
    failed = 0
    client = producer(args.bootstrap, linger_ms=0)
    warm_until = int(total * 0.1)
    began = time.monotonic() + 0.5

    def sender(index: int, due: float) -> None:
        def on_delivery(error: KafkaError | None, _message: Message) -> None:
            nonlocal failed
            failed += error is not None
            if index >= warm_until:
                samples_ms.append((time.monotonic() - due) * 1000)

        while True:
            try:
                client.produce(args.topic, payload, on_delivery=on_delivery)
                break
            except BufferError:
                client.poll(0.001)

    for index in range(total):
        due = began + index / args.rate
        while (ahead := due - time.monotonic()) > 0:
            client.poll(min(ahead, 0.0005))
        sender(index, due)
        client.poll(0)
    left = client.flush(STALL_SECONDS)
    if failed or left:
        raise SystemExit(f"load: {failed} records failed, {left} not acknowledged")
    samples_ms.sort()
    last = len(samples_ms) - 1
    return {f"{name}_ms": samples_ms[round(last * at)] for name, at in PERCENTILES.items()}


def main() -> None:
    """Parses the arguments, runs one load, prints its result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["throughput", "latency"])
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=1_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--bytes", type=int, default=1024)
    args = parser.parse_args()
    print(json.dumps({"throughput": throughput, "latency": latency}[args.what](args)))


if __name__ == "__main__":
    main()
