package foz.adapter.debezium;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.SourceConnector;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.NullUnmarked;

/// Gives what a test has written down.
@NullUnmarked
public final class ScriptedConnector extends SourceConnector {

    static final ConcurrentLinkedQueue<SourceRecord> SCRIPT = new ConcurrentLinkedQueue<>();

    private Map<String, String> settings;

    @Override
    public void start(Map<String, String> given) {
        settings = given;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return Scripted.class;
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
    public static final class Scripted extends SourceTask {

        @Override
        public void start(Map<String, String> settings) {}

        @Override
        public List<SourceRecord> poll() throws InterruptedException {
            SourceRecord next = SCRIPT.poll();
            if (next == null) {
                TimeUnit.MILLISECONDS.sleep(5);
                return null;
            }
            return List.of(next);
        }

        @Override
        public void stop() {}

        @Override
        public String version() {
            return "1";
        }
    }
}
