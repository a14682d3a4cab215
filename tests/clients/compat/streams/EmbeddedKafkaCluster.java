package org.apache.kafka.streams.integration.utils;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.server.util.MockTime;

/**
 * Stands in for the class of the same name in Kafka Streams' integration tests, which starts Apache
 * Kafka inside the tests' own process. This one asks `embedded.py` for a cluster of processes and
 * does the rest as any administrator would: through the Admin client.
 *
 * System properties: compat.start is the command to start a cluster, words separated by a line
 * feed; the number of nodes, a folder and the broker's properties follow. compat.folder is where
 * clusters may write.
 */
public class EmbeddedKafkaCluster {
    private static final int REQUEST_SECONDS = 60;
    private static final int STOP_SECONDS = 90;
    private static int started = 0;

    public final MockTime time = new MockTime();
    private final int nodes;
    private final Map<String, String> properties = new TreeMap<>();
    private Process helper;
    private String bootstrap;
    private Admin admin;

    public EmbeddedKafkaCluster(final int nodes) {
        this(nodes, new Properties());
    }

    public EmbeddedKafkaCluster(final int nodes, final Properties given) {
        this.nodes = nodes;
        properties.put("auto.create.topics.enable", "true");
        properties.put("group.initial.rebalance.delay.ms", "0");
        properties.put("group.min.session.timeout.ms", "1");
        properties.put("group.streams.min.heartbeat.interval.ms", "100");
        properties.put("group.streams.min.session.timeout.ms", "100");
        properties.put("offsets.topic.num.partitions", "5");
        given.forEach((key, value) -> properties.put(key.toString(), value.toString()));
        // A topic's key, which Kafka's brokers pass over, and how soon they look at their logs.
        properties.remove("file.delete.delay.ms");
        properties.remove("log.initial.task.delay.ms");
        properties.remove("log.retention.check.interval.ms");
    }

    public EmbeddedKafkaCluster(
            final int nodes, final Properties given, final long mockTimeMillisStart) {
        this(nodes, given);
    }

    public EmbeddedKafkaCluster(
            final int nodes,
            final Properties given,
            final Map<Integer, Map<String, String>> ofEachNode) {
        this(nodes, given);
        if (ofEachNode != null && !ofEachNode.isEmpty()) {
            throw new UnsupportedOperationException("properties of single nodes: " + ofEachNode);
        }
    }

    public EmbeddedKafkaCluster(
            final int nodes,
            final Properties given,
            final Map<Integer, Map<String, String>> ofEachNode,
            final long mockTimeMillisStart,
            final long mockTimeNanoStart) {
        this(nodes, given, ofEachNode);
    }

    public void start() {
        final List<String> command = new ArrayList<>();
        command.addAll(Arrays.asList(System.getProperty("compat.start").split("\n")));
        command.add(Integer.toString(nodes));
        synchronized (EmbeddedKafkaCluster.class) {
            started += 1;
            command.add(System.getProperty("compat.folder") + "/cluster-" + started);
        }
        properties.forEach((key, value) -> command.add(key + "=" + value));
        try {
            helper = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            bootstrap =
                    new BufferedReader(new InputStreamReader(helper.getInputStream())).readLine();
        } catch (final IOException error) {
            throw new UncheckedIOException(error);
        }
        if (bootstrap == null) {
            throw new IllegalStateException("no cluster: see standard error");
        }
        final Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap);
        admin = Admin.create(config);
    }

    public void verifyClusterReadiness() {
        done(admin.describeCluster().nodes());
    }

    public void stop() {
        if (helper == null) {
            return;
        }
        try {
            if (admin != null) {
                admin.close();
            }
            helper.getOutputStream().close();
            if (!helper.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                helper.destroyForcibly();
                throw new IllegalStateException("the cluster did not end");
            }
        } catch (final IOException error) {
            throw new UncheckedIOException(error);
        } catch (final InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(error);
        }
    }

    public String bootstrapServers() {
        return bootstrap;
    }

    public boolean sslEnabled() {
        return false;
    }

    public void createTopics(final String... topics) throws InterruptedException {
        for (final String topic : topics) {
            createTopic(topic, 1, 1);
        }
    }

    public void createTopic(final String topic) throws InterruptedException {
        createTopic(topic, 1, 1);
    }

    public void createTopic(final String topic, final int partitions, final int copies)
            throws InterruptedException {
        createTopic(topic, partitions, copies, Map.of());
    }

    public void createTopic(
            final String topic,
            final int partitions,
            final int copies,
            final Map<String, String> config)
            throws InterruptedException {
        final NewTopic wanted = new NewTopic(topic, partitions, (short) copies).configs(config);
        try {
            done(admin.createTopics(List.of(wanted)).all());
        } catch (final TopicExistsException ignored) {
            // As Kafka's own: classes create the topics of their parameterized tests again.
        }
        for (int left = REQUEST_SECONDS * 10; !knows(topic, partitions); left--) {
            if (left == 0) {
                throw new IllegalStateException(topic + " has no leaders");
            }
            Thread.sleep(100);
        }
    }

    private boolean knows(final String topic, final int partitions) {
        try {
            final var found = done(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
            return found.partitions().size() == partitions
                    && found.partitions().stream().allMatch(p -> p.leader() != null);
        } catch (final UnknownTopicOrPartitionException error) {
            return false;
        }
    }

    public void deleteTopic(final String topic) throws InterruptedException {
        deleteTopics(topic);
    }

    public void deleteTopics(final String... topics) throws InterruptedException {
        for (final String topic : topics) {
            try {
                done(admin.deleteTopics(List.of(topic)).all());
            } catch (final UnknownTopicOrPartitionException ignored) {
                continue;
            }
        }
        for (int left = REQUEST_SECONDS * 10; anyOf(topics); left--) {
            if (left == 0) {
                throw new IllegalStateException("still there: " + Arrays.toString(topics));
            }
            Thread.sleep(100);
        }
    }

    private boolean anyOf(final String... topics) {
        final Collection<String> there = getAllTopicsInCluster();
        return Arrays.stream(topics).anyMatch(there::contains);
    }

    public void deleteAllTopics() throws InterruptedException {
        deleteTopics(getAllTopicsInCluster().stream()
                .filter(topic -> !topic.startsWith("__"))
                .toArray(String[]::new));
    }

    public void waitForRemainingTopics(final long timeoutMs, final String... wanted)
            throws InterruptedException {
        final long end = System.currentTimeMillis() + timeoutMs;
        while (true) {
            final Set<String> there = getAllTopicsInCluster();
            there.removeIf(topic -> topic.startsWith("__"));
            if (there.equals(Set.of(wanted))) {
                return;
            }
            if (System.currentTimeMillis() > end) {
                throw new AssertionError("topics " + there + ", not " + Arrays.toString(wanted));
            }
            Thread.sleep(100);
        }
    }

    public Set<String> getAllTopicsInCluster() {
        final var options = new org.apache.kafka.clients.admin.ListTopicsOptions();
        return new java.util.HashSet<>(done(admin.listTopics(options.listInternal(true)).names()));
    }

    public Properties getLogConfig(final String topic) {
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        final var config = done(admin.describeConfigs(List.of(resource)).all()).get(resource);
        final Properties found = new Properties();
        config.entries().forEach(entry -> {
            if (entry.value() != null) {
                found.put(entry.name(), entry.value());
            }
        });
        return found;
    }

    public void setGroupSessionTimeout(final String group, final int milliseconds) {
        setOfGroup(group, "streams.session.timeout.ms", milliseconds);
    }

    public void setGroupHeartbeatTimeout(final String group, final int milliseconds) {
        setOfGroup(group, "streams.heartbeat.interval.ms", milliseconds);
    }

    public void setGroupStandbyReplicas(final String group, final int replicas) {
        setOfGroup(group, "streams.num.standby.replicas", replicas);
    }

    public void setGroupStreamsInitialRebalanceDelay(final String group, final int milliseconds) {
        setOfGroup(group, "streams.initial.rebalance.delay.ms", milliseconds);
    }

    private void setOfGroup(final String group, final String key, final int value) {
        final ConfigResource resource = new ConfigResource(ConfigResource.Type.GROUP, group);
        final AlterConfigOp change = new AlterConfigOp(
                new ConfigEntry(key, Integer.toString(value)), AlterConfigOp.OpType.SET);
        done(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
    }

    private static <T> T done(final KafkaFuture<T> future) {
        try {
            return future.get(REQUEST_SECONDS, TimeUnit.SECONDS);
        } catch (final ExecutionException error) {
            if (error.getCause() instanceof RuntimeException) {
                throw (RuntimeException) error.getCause();
            }
            throw new IllegalStateException(error.getCause());
        } catch (final InterruptedException | TimeoutException error) {
            throw new IllegalStateException(error);
        }
    }
}
