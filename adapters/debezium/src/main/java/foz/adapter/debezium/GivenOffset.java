package foz.adapter.debezium;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.Callback;
import org.jspecify.annotations.NullUnmarked;

/// Where Debezium begins to read: at the position that the server has acknowledged. It keeps
/// nothing of what Debezium has read since, which travels with the batches. Made by Debezium.
@NullUnmarked
public final class GivenOffset implements OffsetBackingStore {

    private String position = "";

    @Override
    public void configure(WorkerConfig config) {
        position = config.originalsStrings().getOrDefault(Settings.POSITION, "");
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    /// A connector of ours reads one database, which is the only partition that it asks for.
    @Override
    public Future<Map<ByteBuffer, ByteBuffer>> get(Collection<ByteBuffer> keys) {
        Map<ByteBuffer, ByteBuffer> found = new HashMap<>();
        for (ByteBuffer key : keys) {
            found.put(
                    key,
                    position.isEmpty()
                            ? null
                            : ByteBuffer.wrap(position.getBytes(StandardCharsets.UTF_8)));
        }
        return CompletableFuture.completedFuture(found);
    }

    @Override
    public Future<Void> set(Map<ByteBuffer, ByteBuffer> values, Callback<Void> callback) {
        if (callback != null) {
            callback.onCompletion(null, null);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Set<Map<String, Object>> connectorPartitions(String connectorName) {
        return Set.of();
    }
}
