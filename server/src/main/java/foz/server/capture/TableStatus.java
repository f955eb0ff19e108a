package foz.server.capture;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A table as its agent last told.
///
/// @param way log, stamp, compare or feed
/// @param phase standing, paused, snapshot, streaming, looking or waiting
/// @param behindSeconds since the table was last found to be as it should
/// @param rows of a snapshot under way, read so far
/// @param done of a snapshot under way, 0 to 1, where that is known
/// @param what why it stands still, is paused, or waits; null where there is nothing to say
public record TableStatus(
        String tenant,
        String source,
        boolean agentAlive,
        String table,
        String way,
        String phase,
        long behindSeconds,
        @Nullable Long rows,
        @Nullable Long rowsPerSecond,
        @Nullable Double done,
        @Nullable Long secondsLeft,
        @Nullable String what,
        @Nullable String remedy,
        @Nullable String since) {

    static TableStatus of(String tenant, String source, boolean alive, JsonNode told) {
        return new TableStatus(
                tenant,
                source,
                alive,
                told.path("table").asString(""),
                told.path("way").asString(""),
                told.path("phase").asString(""),
                told.path("behindSeconds").asLong(0),
                told.has("rows") ? told.path("rows").asLong() : null,
                told.has("rowsPerSecond") ? told.path("rowsPerSecond").asLong() : null,
                told.has("done") ? told.path("done").asDouble() : null,
                told.has("secondsLeft") ? told.path("secondsLeft").asLong() : null,
                told.has("what") ? told.path("what").asString() : null,
                told.has("remedy") ? told.path("remedy").asString() : null,
                told.has("since") ? told.path("since").asString() : null);
    }

    public boolean stands() {
        return phase.equals("standing");
    }

    public boolean isPaused() {
        return phase.equals("paused");
    }

    public boolean isRead() {
        return phase.equals("snapshot");
    }
}
