// What a program with kafkajs does, checked: node check.js BOOTSTRAP SCENARIO NAME…
// Exits with 0 when everything is as it should be; an assertion that fails says what is not.

const assert = require("node:assert/strict");
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require("kafkajs");

const WAIT_MS = 60_000;
const [bootstrap, scenario, ...names] = process.argv.slice(2);
const kafka = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.ERROR });

// Runs `use` with a connected producer, consumer or admin client, and disconnects it.
async function connected(client, use) {
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.disconnect();
  }
}

function range(start, end) {
  return Array.from({ length: end - start }, (_, position) => start + position);
}

// The values that the group's member reads next, as many as wanted, with their offsets committed.
async function read(group, topic, wanted) {
  const consumer = kafka.consumer({ groupId: group });
  return connected(consumer, async () => {
    const found = [];
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${found.length} of ${wanted} records of ${topic}`));
      const limit = setTimeout(late, WAIT_MS);
      const eachMessage = async ({ partition, message }) => {
        if (found.length === wanted) return;
        found.push({ partition, ...message });
        const offset = String(BigInt(message.offset) + 1n);
        await consumer.commitOffsets([{ topic, partition, offset }]);
        if (found.length === wanted) {
          clearTimeout(limit);
          resolve();
        }
      };
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
    return found;
  });
}

async function admin(topic) {
  await connected(kafka.admin(), async (client) => {
    const { brokers } = await client.describeCluster();
    assert.equal(brokers.length, bootstrap.split(",").length);
    const configEntries = [{ name: "retention.ms", value: "86400000" }];
    const topics = [{ topic, numPartitions: 2, replicationFactor: 3, configEntries }];
    assert.equal(await client.createTopics({ topics, waitForLeaders: true }), true);
    assert.equal(await client.createTopics({ topics }), false, "it is there already");
    assert.ok((await client.listTopics()).includes(topic));
    await client.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
    const metadata = await client.fetchTopicMetadata({ topics: [topic] });
    assert.deepEqual(metadata.topics[0].partitions.map((one) => one.replicas.length), [3, 3, 3]);
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    await client.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [{ name: "retention.ms", value: "123456" }] }],
    });
    const described = await client.describeConfigs({
      includeSynonyms: false,
      resources: [{ ...resource, configNames: ["retention.ms"] }],
    });
    assert.equal(described.resources[0].configEntries[0].configValue, "123456");
    await client.deleteTopics({ topics: [topic] });
    assert.ok(!(await client.listTopics()).includes(topic));
  });
}

async function records(topic, group) {
  const sent = range(0, 200).map((n) => ({
    key: n % 7 ? `k${n}` : null,
    value: n % 5 ? `v${n}` : null,
    headers: { n: String(n) },
    partition: n % 2,
  }));
  await connected(kafka.producer({ idempotent: true, maxInFlightRequests: 1 }), async (producer) => {
    for (const [start, compression] of [[0, CompressionTypes.None], [100, CompressionTypes.GZIP]]) {
      const messages = sent.slice(start, start + 100);
      const answers = await producer.send({ topic, messages, compression, acks: -1 });
      const bases = answers.map((one) => [one.partition, one.baseOffset]).sort();
      assert.deepEqual(bases, [[0, String(start / 2)], [1, String(start / 2)]]);
    }
  });
  const found = await read(group, topic, sent.length);
  for (const partition of [0, 1]) {
    const here = found.filter((message) => message.partition === partition);
    assert.deepEqual(here.map((message) => Number(message.offset)), range(0, 100));
    const plain = ({ key, value, headers }) => ({
      key: key && key.toString(),
      value: value && value.toString(),
      headers: { n: headers.n.toString() },
      partition,
    });
    assert.deepEqual(here.map(plain), sent.filter((message) => message.partition === partition));
  }
}

async function groups(topic, group) {
  const messages = range(0, 30).map((n) => ({ value: String(n), partition: 0 }));
  await connected(kafka.producer(), (producer) => producer.send({ topic, messages }));
  const values = (found) => found.map((message) => Number(message.value.toString()));
  assert.deepEqual(values(await read(group, topic, 12)), range(0, 12));
  assert.deepEqual(values(await read(group, topic, 18)), range(12, 30), "resumed where it was");
  await connected(kafka.admin(), async (client) => {
    const fetched = await client.fetchOffsets({ groupId: group, topics: [topic] });
    assert.equal(fetched[0].partitions.find((one) => one.partition === 0).offset, "30");
    const described = await client.describeGroups([group]);
    assert.equal(described.groups[0].state, "Empty");
    await client.resetOffsets({ groupId: group, topic, earliest: true });
    assert.deepEqual(values(await read(group, topic, 30)), range(0, 30), "reset to the start");
    const ends = await client.fetchTopicOffsets(topic);
    assert.deepEqual(ends.find((one) => one.partition === 0).high, "30");
    await client.deleteGroups([group]);
    const listed = await client.listGroups();
    assert.ok(!listed.groups.some((one) => one.groupId === group));
  });
}

async function transactions(source, target, group) {
  const settings = { idempotent: true, maxInFlightRequests: 1, transactionalId: `id-${group}` };
  const offsets = (offset) => ({
    consumerGroupId: group,
    topics: [{ topic: source, partitions: [{ partition: 0, offset }] }],
  });
  const committed = async () => {
    const fetch = (client) => client.fetchOffsets({ groupId: group, topics: [source] });
    const [{ partitions }] = await connected(kafka.admin(), fetch);
    return partitions.find((one) => one.partition === 0).offset;
  };
  await connected(kafka.producer(settings), async (producer) => {
    const aborted = await producer.transaction();
    await aborted.send({ topic: source, messages: [{ value: "never" }] });
    await aborted.send({ topic: target, messages: [{ value: "never" }] });
    await aborted.sendOffsets(offsets("7"));
    await aborted.abort();
    assert.equal(await committed(), "-1", "an aborted transaction's offset");
    const fine = await producer.transaction();
    await fine.send({ topic: source, messages: [{ value: "a" }] });
    await fine.send({ topic: target, messages: [{ value: "b" }] });
    await fine.sendOffsets(offsets("9"));
    await fine.commit();
    const open = await producer.transaction();
    await open.send({ topic: target, messages: [{ value: "never" }] });
    // The same name again: the older producer is a zombie, and its transaction is over.
    await connected(kafka.producer(settings), async (younger) => {
      const last = await younger.transaction();
      await assert.rejects(open.commit(), { type: /PRODUCER_FENCED|INVALID_PRODUCER_EPOCH/ });
      await last.send({ topic: target, messages: [{ value: "c" }] });
      await last.commit();
    });
  });
  assert.equal(await committed(), "9", "a committed transaction's offset");
  const values = async (topic, count) => {
    const found = await read(`${group}-${topic}`, topic, count);
    return found.map((message) => message.value.toString());
  };
  assert.deepEqual(await values(source, 1), ["a"]);
  assert.deepEqual(await values(target, 2), ["b", "c"]);
}

const scenarios = { admin, records, groups, transactions };
scenarios[scenario](...names).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
