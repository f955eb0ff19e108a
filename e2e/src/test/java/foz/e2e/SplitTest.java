package foz.e2e;

import foz.harness.FozRun;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SplitTest {

    @TempDir Path folder = Path.of("");

    @Test
    void theSameDayOnThreeServerProcesses() throws SQLException {
        try (FozRun run =
                FozRun.up(
                        folder.resolve("foz"),
                        "--scale",
                        "0.02",
                        "--life",
                        "0",
                        "--serve",
                        "identity,ingest,console",
                        "--serve",
                        "apply,sync",
                        "--serve",
                        "command")) {
            new RepOnTheRoad(run, folder).play();
        }
    }
}
