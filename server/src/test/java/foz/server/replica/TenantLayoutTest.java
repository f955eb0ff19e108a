package foz.server.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import foz.server.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantLayoutTest {

    @TempDir static Path folder = Path.of("");

    @Test
    void aServerThatStartsBringsTenantsOfAnEarlierFozUpToDate() {
        try (TestDatabase database = new TestDatabase(folder)) {
            database.setup().add("acme");
            database.jdbc().sql("DROP TABLE t_acme.foz_cleaned").update();
            database.jdbc().sql("COMMENT ON SCHEMA t_acme IS NULL").update();
            TenantLayout layout = new TenantLayout(database.dataSource());
            layout.afterPropertiesSet();
            layout.afterPropertiesSet();
            assertEquals(
                    0L,
                    database.jdbc()
                            .sql("SELECT count(*) FROM t_acme.foz_cleaned")
                            .query(Long.class)
                            .single());
        }
    }
}
