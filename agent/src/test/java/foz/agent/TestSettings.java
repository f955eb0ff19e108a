package foz.agent;

import java.nio.file.Path;

/// Settings of an agent's parts without a server.
final class TestSettings {

    private TestSettings() {}

    static AgentSettings of(SourceSettings source, Path folder) {
        return of(source, folder, 10_000, 4 << 20);
    }

    /// @param batchRowsMax,batchBytesMax small ones make many batches of few rows
    static AgentSettings of(
            SourceSettings source, Path folder, int batchRowsMax, int batchBytesMax) {
        return new AgentSettings(
                "",
                "",
                "",
                "",
                folder,
                "source",
                source,
                folder,
                folder,
                0,
                2,
                batchRowsMax,
                batchBytesMax,
                1L << 30,
                2_000,
                Pace.Limits.none());
    }
}
