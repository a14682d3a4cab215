import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Transactions by the Java client, as a program: BOOTSTRAP SOURCE TARGET NAME. Exits with 0 when
 * everything is as it should be, and says what is not.
 */
public class TransactionCheck {
    static String bootstrap;

    static KafkaProducer<String, String> producer(String id) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", bootstrap,
            "transactional.id", id,
            "key.serializer", StringSerializer.class,
            "value.serializer", StringSerializer.class);
        KafkaProducer<String, String> producer = new KafkaProducer<>(settings);
        producer.initTransactions();
        return producer;
    }

    static KafkaConsumer<String, String> consumer(String group, String isolation) {
        return new KafkaConsumer<>(Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", group,
            "isolation.level", isolation,
            "auto.offset.reset", "earliest",
            "enable.auto.commit", false,
            "key.deserializer", StringDeserializer.class,
            "value.deserializer", StringDeserializer.class));
    }

    static List<String> read(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (values.size() < count && System.nanoTime() < end) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.add(record.value());
            }
        }
        return values;
    }

    static void expect(Object expected, Object found, String what) {
        if (!expected.equals(found)) {
            System.err.println(what + ": " + found + " instead of " + expected);
            System.exit(1);
        }
    }

    public static void main(String[] args) {
        bootstrap = args[0];
        String source = args[1], target = args[2], name = args[3];
        KafkaProducer<String, String> writer = producer(name);
        List<String> committed = new ArrayList<>();
        for (int n = 0; n < 20; n++) {
            writer.beginTransaction();
            for (int r = 0; r < 3; r++) {
                String value = n + "-" + r;
                writer.send(new ProducerRecord<>(source, 0, null, value));
                if (n % 3 != 0) {
                    committed.add(value);
                }
            }
            if (n % 3 == 0) {
                writer.flush();
                writer.abortTransaction();
            } else {
                writer.commitTransaction();
            }
        }
        TopicPartition place = new TopicPartition(source, 0);
        try (KafkaConsumer<String, String> reader = consumer(name + "-plain", "read_committed")) {
            reader.assign(List.of(place));
            expect(committed, read(reader, committed.size()), "committed records");
        }
        move(source, target, name, committed);
        fence(source, name, writer);
        System.out.println("fine");
        System.exit(0);
    }

    /** Consumes, transforms, produces: the records and the offsets are committed together. */
    static void move(String source, String target, String name, List<String> values) {
        String group = name + "-group";
        KafkaProducer<String, String> mover = producer(name + "-mover");
        TopicPartition place = new TopicPartition(source, 0);
        try (KafkaConsumer<String, String> reader = consumer(group, "read_committed")) {
            reader.subscribe(List.of(source));
            int moved = 0;
            while (moved < values.size()) {
                mover.beginTransaction();
                for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) {
                    mover.send(new ProducerRecord<>(target, 0, null, record.value()));
                    moved++;
                }
                OffsetAndMetadata at = new OffsetAndMetadata(reader.position(place));
                ConsumerGroupMetadata metadata = reader.groupMetadata();
                mover.sendOffsetsToTransaction(Map.of(place, at), metadata);
                mover.commitTransaction();
            }
            long end = reader.position(place);
            expect(end, reader.committed(java.util.Set.of(place)).get(place).offset(), "offset");
        } catch (IllegalStateException notAssignedYet) {
            mover.abortTransaction();
            mover.close();
            move(source, target, name, values);
            return;
        }
        mover.close();
        try (KafkaConsumer<String, String> reader = consumer(name + "-moved", "read_committed")) {
            reader.assign(List.of(new TopicPartition(target, 0)));
            expect(values, read(reader, values.size()), "moved records");
        }
    }

    static void fence(String topic, String id, KafkaProducer<String, String> zombie) {
        zombie.beginTransaction();
        zombie.send(new ProducerRecord<>(topic, 0, null, "of a zombie"));
        zombie.flush();
        KafkaProducer<String, String> successor = producer(id);
        try {
            zombie.commitTransaction();
            expect("fenced", "committed", "a zombie's transaction");
        } catch (ProducerFencedException | InvalidProducerEpochException fenced) {
            successor.close();
        }
    }
}
