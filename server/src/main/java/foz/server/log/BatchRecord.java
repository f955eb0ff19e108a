package foz.server.log;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/// One batch on the log: its identity in the headers, its compressed body as the value.
///
/// @param capturedAtMs when the oldest of its changes was read, since 1970
/// @param receivedAtMs when it was acknowledged, since 1970
public record BatchRecord(
        String tenant,
        String source,
        int incarnation,
        long seq,
        long capturedAtMs,
        long receivedAtMs,
        byte[] body) {

    public ProducerRecord<String, byte[]> toRecord(String topic) {
        return new ProducerRecord<>(
                topic,
                null,
                tenant + "/" + source,
                body,
                List.of(
                        header("tenant", tenant),
                        header("source", source),
                        header("incarnation", Integer.toString(incarnation)),
                        header("seq", Long.toString(seq)),
                        header("capturedAtMs", Long.toString(capturedAtMs)),
                        header("receivedAtMs", Long.toString(receivedAtMs))));
    }

    public static BatchRecord of(ConsumerRecord<String, byte[]> record) {
        return new BatchRecord(
                text(record, "tenant"),
                text(record, "source"),
                Integer.parseInt(text(record, "incarnation")),
                Long.parseLong(text(record, "seq")),
                Long.parseLong(text(record, "capturedAtMs")),
                Long.parseLong(text(record, "receivedAtMs")),
                record.value());
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        if (header == null) {
            throw new IllegalArgumentException(
                    "a record at %s-%d@%d without the header %s"
                            .formatted(record.topic(), record.partition(), record.offset(), name));
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
