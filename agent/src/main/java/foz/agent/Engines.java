package foz.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/// The engines at hand: the agent's own, and those of the adapters' folder, where each folder
/// within it is one adapter with its jars, apart from every other's.
final class Engines {

    private Engines() {}

    /// The engine for a source's address.
    ///
    /// @throws SettingsException when none accepts it
    static Engine of(SourceSettings settings, Path adaptersDir) {
        // An adapter's loader finds the agent's own engines again.
        Map<String, Engine> engines = new LinkedHashMap<>();
        ServiceLoader.load(Engine.class).forEach(e -> engines.put(e.getClass().getName(), e));
        for (ClassLoader adapter : adapters(adaptersDir)) {
            ServiceLoader.load(Engine.class, adapter)
                    .forEach(e -> engines.putIfAbsent(e.getClass().getName(), e));
        }
        return engines.values().stream()
                .filter(engine -> engine.accepts(settings.jdbcUrl()))
                .findFirst()
                .orElseThrow(() ->
                        new SettingsException(
                                "no adapter for jdbcUrl '%s'; there are adapters for %s: write one of these, or put an adapter's folder into %s"
                                        .formatted(
                                                settings.jdbcUrl(),
                                                engines.values().stream()
                                                        .map(Engine::address)
                                                        .toList(),
                                                adaptersDir)));
    }

    private static List<ClassLoader> adapters(Path dir) {
        List<ClassLoader> loaders = new ArrayList<>();
        if (Files.isDirectory(dir)) {
            for (Path folder : list(dir)) {
                if (Files.isDirectory(folder)) {
                    loaders.add(new URLClassLoader(jars(folder), Engines.class.getClassLoader()));
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
