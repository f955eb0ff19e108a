package foz.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Adapters in folders of their own, made here.
class AdapterLoaderTest {

    /// The agent has a class of this name, too, by MariaDB's binlog client.
    private static final String SHARED =
            """
            package com.github.shyiko.mysql.binlog;
            public class BinaryLogClient {
                public static String version() { return "the adapter's"; }
            }
            """;

    private static final String READER =
            """
            package adapter;
            import foz.agent.*;
            public class Reader implements LogReader {
                public String name() { return "made"; }
                public boolean accepts(String jdbcUrl) { return jdbcUrl.startsWith("jdbc:mariadb:"); }
                public boolean isDefault(String jdbcUrl) { return false; }
                public LogSource log(SourceSettings settings, Dialect dialect) {
                    throw new SettingsException(com.github.shyiko.mysql.binlog.BinaryLogClient.version()
                            + " " + settings.adapterSettings());
                }
            }
            """;

    @TempDir Path folder = Path.of("");

    private static void compile(Path to, String name, String source) throws IOException {
        Path file = to.resolve("src").resolve(name + ".java");
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(
                0,
                compiler.run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        to.resolve("classes").toString(),
                        "-cp",
                        to.resolve("classes") + ":" + System.getProperty("java.class.path"),
                        file.toString()));
    }

    private Path adapters() throws IOException {
        Path work = folder.resolve("work");
        compile(work, "com/github/shyiko/mysql/binlog/BinaryLogClient", SHARED);
        compile(work, "adapter/Reader", READER);
        Path classes = work.resolve("classes");
        Path service = classes.resolve("META-INF/services/foz.agent.LogReader");
        Files.createDirectories(service.resolveSibling(""));
        Files.writeString(service, "adapter.Reader\n", StandardCharsets.UTF_8);
        Path adapters = folder.resolve("adapters");
        Path jar = Files.createDirectories(adapters.resolve("made")).resolve("made.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return adapters;
    }

    private static SourceSettings settings(String reader) {
        return new SourceSettings(
                "jdbc:mariadb://127.0.0.1:1/x",
                "u",
                "",
                "UTC",
                "foz_x",
                Path.of("log"),
                Path.of("adapters"),
                reader,
                Map.of("debezium.a", "b"));
    }

    @Test
    void theReaderThatIsNamedIsTakenAndSeesItsOwnClassesBeforeTheAgents() throws IOException {
        Path adapters = adapters();
        SourceSettings settings = settings("made");
        Engine engine = Engines.of(settings, adapters);
        SettingsException answer =
                assertThrows(
                        SettingsException.class, () -> Engines.log(engine, settings, adapters));
        assertEquals("the adapter's {debezium.a=b}", answer.getMessage());
    }

    @Test
    void withoutANameTheAgentsOwnIsTakenAndAnUnknownNameIsRefused() throws IOException {
        Path adapters = adapters();
        Engine engine = Engines.of(settings(""), adapters);
        for (String reader : List.of("", "own")) {
            LogSource source = Engines.log(engine, settings(reader), adapters).orElseThrow();
            assertTrue(source.getClass().getName().startsWith("foz.agent.mariadb."));
        }
        SettingsException refused =
                assertThrows(
                        SettingsException.class,
                        () -> Engines.log(engine, settings("debezium"), adapters));
        assertTrue(String.valueOf(refused.getMessage()).contains("'logReader' is 'debezium'"));
    }
}
