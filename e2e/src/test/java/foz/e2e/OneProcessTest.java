package foz.e2e;

import foz.harness.FozRun;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class OneProcessTest {

    @TempDir Path folder = Path.of("");

    @Test
    void aRepsDayOnOneServerProcess() throws SQLException {
        try (FozRun run = FozRun.up(folder.resolve("foz"), "--scale", "0.02", "--life", "0")) {
            new RepOnTheRoad(run, folder).play();
        }
    }
}
