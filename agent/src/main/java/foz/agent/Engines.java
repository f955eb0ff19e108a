package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// The engines at hand: the agent's own, and those of the adapters' folder, where each folder
/// within it is one adapter with its jars, apart from every other's.
final class Engines {

    private static final String OWN = "own";

    private Engines() {}

    /// The engine for a source's address.
    ///
    /// @throws SettingsException when none accepts it
    static Engine of(SourceSettings settings, Path adaptersDir) {
        List<Engine> engines = all(Engine.class, adaptersDir);
        return engines.stream()
                .filter(engine -> engine.accepts(settings.jdbcUrl()))
                .findFirst()
                .orElseThrow(() ->
                        new SettingsException(
                                "no adapter for jdbcUrl '%s'; there are adapters for %s: write one of these, or put an adapter's folder into %s"
                                        .formatted(
                                                settings.jdbcUrl(),
                                                engines.stream().map(Engine::address).toList(),
                                                adaptersDir)));
    }

    /// The source's log, by the reader that the settings name or that is the default for it; empty
    /// where it has none.
    ///
    /// @throws SettingsException when the reader that the settings name is not at hand
    static Optional<LogSource> log(Engine engine, SourceSettings settings, Path adaptersDir) {
        if (settings.logReader().equals(OWN)) {
            return engine.log(settings);
        }
        List<LogReader> readers =
                all(LogReader.class, adaptersDir).stream()
                        .filter(reader -> reader.accepts(settings.jdbcUrl()))
                        .filter(reader ->
                                settings.logReader().isEmpty()
                                        ? reader.isDefault(settings.jdbcUrl())
                                        : reader.name().equals(settings.logReader()))
                        .toList();
        if (readers.isEmpty() && !settings.logReader().isEmpty()) {
            throw new SettingsException(
                    "the setting 'logReader' is '%s', and no adapter in %s reads the log of '%s' by that; write own, or put the adapter's folder there"
                            .formatted(settings.logReader(), adaptersDir, settings.jdbcUrl()));
        }
        return readers.isEmpty()
                ? engine.log(settings)
                : Optional.of(readers.getFirst().log(settings, engine.dialect(settings)));
    }

    /// The agent's own ones first. Of adapters that bring the same classes, each has its own.
    private static <T> List<T> all(Class<T> service, Path adaptersDir) {
        List<T> all = new ArrayList<>();
        ServiceLoader.load(service).forEach(all::add);
        for (ClassLoader adapter : adapters(adaptersDir)) {
            // An adapter's loader finds the agent's own ones again.
            ServiceLoader.load(service, adapter).stream()
                    .filter(found -> adapter.equals(found.type().getClassLoader()))
                    .forEach(found -> all.add(found.get()));
        }
        return all;
    }

    private static List<ClassLoader> adapters(Path dir) {
        List<ClassLoader> loaders = new ArrayList<>();
        if (Files.isDirectory(dir)) {
            for (Path folder : list(dir)) {
                if (Files.isDirectory(folder)) {
                    loaders.add(new AdapterLoader(jars(folder), Engines.class.getClassLoader()));
                }
            }
        }
        return loaders;
    }

    static URL[] jars(Path folder) {
        return list(folder).stream()
                .filter(file -> file.toString().endsWith(".jar"))
                .map(Engines::url)
                .toArray(URL[]::new);
    }

    private static List<Path> list(Path dir) {
        try (Stream<Path> files = Files.list(dir)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the adapters' folder " + dir, e);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("a file has a URL: " + file, e);
        }
    }
}
