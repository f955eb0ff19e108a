package foz.adapter.camel;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.RowFeed;
import foz.agent.SettingsException;
import foz.agent.SourceSettings;
import foz.contract.ContractException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/// Files and services, as a feeds' file declares them.
public final class FeedEngine implements Engine {

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith("feed:");
    }

    @Override
    public String address() {
        return "feed:FILE";
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        throw new IllegalStateException("files and services have no dialect");
    }

    @Override
    public Optional<RowFeed> feed(SourceSettings settings, Path workDir) {
        return Optional.of(
                feed(settings, workDir, InstantSource.system(), Pause.REAL, System::getenv));
    }

    static RowFeed feed(
            SourceSettings settings,
            Path workDir,
            InstantSource clock,
            Pause pause,
            java.util.function.Function<String, @org.jspecify.annotations.Nullable String>
                    environment) {
        Path file = Path.of(settings.jdbcUrl().substring("feed:".length())).toAbsolutePath();
        Path base = file.resolveSibling("");
        try {
            FeedsFile feeds =
                    FeedsFile.read(
                            Files.readString(file),
                            base,
                            settings,
                            new Secrets(settings, base, environment));
            return new CamelFeed(feeds.name(), feeds.feeds(), workDir, clock, pause);
        } catch (IOException e) {
            throw new SettingsException(
                    "cannot read the feeds' file %s: %s; write jdbcUrl = feed:FILE"
                            .formatted(file, e.getMessage()));
        } catch (ContractException e) {
            throw new SettingsException("the feeds' file " + file + ": " + e.getMessage());
        }
    }
}
