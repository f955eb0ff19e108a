package foz.adapter.debezium;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.NullUnmarked;

/// A source of numbers, from where it is told on. It ends after so many.
@NullUnmarked
public final class CountingConnector extends SourceConnector {

    static final String LAST = "counting.last";
    private static final Map<String, ?> PARTITION = Map.of("server", "counting");

    private Map<String, String> settings;

    @Override
    public void start(Map<String, String> given) {
        settings = given;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return Counting.class;
    }

    @Override
    public List<Map<String, String>> taskConfigs(int tasks) {
        return List.of(settings);
    }

    @Override
    public void stop() {}

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public String version() {
        return "1";
    }

    /// Its task.
    public static final class Counting extends SourceTask {
        private long next;
        private long last;

        @Override
        public void start(Map<String, String> settings) {
            Map<String, Object> offset = context.offsetStorageReader().offset(PARTITION);
            next = offset == null ? 0 : ((Number) offset.get("n")).longValue() + 1;
            last = Long.parseLong(settings.get(LAST));
        }

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            if (next > last) {
                TimeUnit.MILLISECONDS.sleep(20);
                throw new ConnectException("this is no longer available on the server");
            }
            SourceRecord record =
                    new SourceRecord(
                            PARTITION, Map.of("n", next), "numbers", Schema.INT64_SCHEMA, next);
            next++;
            return List.of(record);
        }

        @Override
        public void stop() {}

        @Override
        public String version() {
            return "1";
        }
    }
}
