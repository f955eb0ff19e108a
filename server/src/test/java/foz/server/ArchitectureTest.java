package foz.server;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Who may use whom, as one table. Any other edge, a cycle, or a package that is not in the table
/// fails.
class ArchitectureTest {

    private static final Map<String, Set<String>> MAY_USE =
            Map.ofEntries(
                    Map.entry("settings", Set.of()),
                    Map.entry("error", Set.of()),
                    Map.entry("embedded", Set.of()),
                    Map.entry("log", Set.of("settings")),
                    Map.entry("objects", Set.of("error", "settings")),
                    Map.entry("tenant", Set.of("error")),
                    Map.entry("capture", Set.of("error", "tenant")),
                    Map.entry("replica", Set.of("error", "settings", "tenant")),
                    Map.entry("identity", Set.of("error", "settings")),
                    Map.entry(
                            "ingest",
                            Set.of(
                                    "capture",
                                    "error",
                                    "identity",
                                    "log",
                                    "objects",
                                    "replica",
                                    "settings",
                                    "tenant")),
                    Map.entry("quality", Set.of("error", "replica", "tenant")),
                    Map.entry(
                            "apply",
                            Set.of("error", "log", "quality", "replica", "settings", "tenant")),
                    Map.entry(
                            "sync",
                            Set.of(
                                    "error",
                                    "identity",
                                    "objects",
                                    "replica",
                                    "settings",
                                    "tenant")),
                    Map.entry(
                            "command",
                            Set.of("error", "identity", "log", "replica", "settings", "tenant")),
                    Map.entry(
                            "console",
                            Set.of(
                                    "capture",
                                    "error",
                                    "identity",
                                    "replica",
                                    "settings",
                                    "tenant")),
                    Map.entry(
                            "cli",
                            Set.of(
                                    "",
                                    "apply",
                                    "capture",
                                    "embedded",
                                    "error",
                                    "identity",
                                    "quality",
                                    "replica",
                                    "settings",
                                    "tenant")),
                    Map.entry("", Set.of("settings")));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("foz.server");

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        assertTrue(CLASSES.size() > 50, "the classes were found");
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : CLASSES) {
            Set<String> allowed = MAY_USE.get(role(from));
            if (allowed == null) {
                wrong.add("the package of " + from.getName() + " is not in the table");
                continue;
            }
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass())
                    .filter(to -> to.getPackageName().startsWith("foz."))
                    .filter(to -> !to.getPackageName().matches("foz\\.(contract|value|wire)"))
                    .filter(to -> !role(to).equals(role(from)) && !allowed.contains(role(to)))
                    .forEach(to -> wrong.add(from.getName() + " uses " + to.getName()));
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void packagesHaveNoCycle() {
        slices().matching("foz.server.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    private static String role(JavaClass type) {
        String name = type.getPackageName();
        return name.equals("foz.server") ? "" : name.replace("foz.server.", "");
    }
}
