package foz.adapter.debezium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import foz.agent.SettingsException;
import foz.agent.SourceSettings;
import foz.contract.Contract.Table;
import io.debezium.config.Configuration;
import io.debezium.config.Field;
import io.debezium.connector.mysql.MySqlConnectorConfig;
import io.debezium.connector.oracle.OracleConnectorConfig;
import io.debezium.connector.sqlserver.SqlServerConnectorConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/// The settings, as the connectors themselves look at them.
class SettingsTest {

    private static final Table ITEM = Told.table("item", List.of("id bigint", "name varchar(9)"));

    private static SourceSettings source(String url, Map<String, String> own) {
        return new SourceSettings(
                url,
                "foz",
                "s3cret",
                "UTC",
                "foz_a",
                Path.of("/var/foz/log"),
                Path.of("adapters"),
                "",
                own);
    }

    /// What the connector finds wrong.
    private static List<String> problems(Properties settings, Field.Set fields) {
        List<String> problems = new ArrayList<>();
        Configuration.from(settings).validateAndRecord(fields, problems::add);
        return problems;
    }

    @Test
    void sqlServersConnectorTakesThem() {
        SourceSettings source =
                source(
                        "jdbc:sqlserver://erp\\LEGACY:1444;databaseName=ERP;encrypt=true;trustServerCertificate=true",
                        Map.of());
        Properties settings =
                Settings.of(
                        source,
                        "",
                        new SqlServer().settings(source, "ERP", Map.of("dbo.item", ITEM)));
        assertEquals(List.of(), problems(settings, SqlServerConnectorConfig.ALL_FIELDS));
        assertEquals("erp", settings.getProperty("database.hostname"));
        assertEquals("1444", settings.getProperty("database.port"));
        assertEquals("LEGACY", settings.getProperty("database.instance"));
        assertEquals("true", settings.getProperty("driver.trustServerCertificate"));
        SqlServerConnectorConfig config =
                new SqlServerConnectorConfig(Configuration.from(settings));
        assertEquals(List.of("ERP"), config.getDatabaseNames());
        assertTrue(config.shouldProvideTransactionMetadata());
        assertTrue(
                config.getTableFilters()
                        .dataCollectionFilter()
                        .isIncluded(new io.debezium.relational.TableId("ERP", "dbo", "item")));
        assertEquals(
                List.of(true, true, false),
                java.util.stream.Stream.of("id", "NAME", "password")
                        .map(column ->
                                config.getColumnFilter().matches("ERP", "dbo", "item", column))
                        .toList());
    }

    @Test
    void oraclesConnectorTakesThem() {
        SourceSettings source =
                source(
                        "jdbc:oracle:thin:@//erp:1521/WINT",
                        Map.of("debezium.log.mining.batch.size.max", "50000"));
        Properties settings =
                Settings.of(
                        source,
                        "",
                        new Oracle()
                                .settings(
                                        source,
                                        "CDB1",
                                        "WINT",
                                        Map.of("ERP.PCPRODUT", ITEM),
                                        false));
        assertEquals(List.of(), problems(settings, OracleConnectorConfig.ALL_FIELDS));
        assertEquals("jdbc:oracle:thin:@//erp:1521/WINT", settings.getProperty("database.url"));
        assertEquals("hybrid", settings.getProperty("log.mining.strategy"));
        assertEquals("50000", settings.getProperty("log.mining.batch.size.max"));
        OracleConnectorConfig config = new OracleConnectorConfig(Configuration.from(settings));
        assertEquals("WINT", config.getPdbName());
        assertEquals("CDB1", config.getDatabaseName());
        Properties large =
                Settings.of(
                        source,
                        "",
                        new Oracle().settings(source, "ORCL", "", Map.of("ERP.DOC", ITEM), true));
        assertEquals(List.of(), problems(large, OracleConnectorConfig.ALL_FIELDS));
        assertEquals("true", large.getProperty("lob.enabled"));
        assertEquals("online_catalog", large.getProperty("log.mining.strategy"));
    }

    @Test
    void mysqlsConnectorTakesThem() {
        SourceSettings source = source("jdbc:mysql://erp:3307/erp", Map.of());
        Properties settings =
                Settings.of(source, "", new Mysql().settings(source, "erp", List.of(ITEM)));
        assertEquals(List.of(), problems(settings, MySqlConnectorConfig.ALL_FIELDS));
        assertEquals("3307", settings.getProperty("database.port"));
    }

    @Test
    void statementsThatNameNoCapturedTableAreLeftOut() {
        String filter =
                new Mysql()
                        .settings(source("jdbc:mysql://erp/erp", Map.of()), "erp", List.of(ITEM))
                        .getOrDefault("internal.schema.history.internal.ddl.filter", "");
        var left = io.debezium.function.Predicates.includes(filter, (String sql) -> sql);
        assertTrue(left.test("CREATE TABLE other (a inet6)"));
        assertTrue(left.test("ALTER TABLE `_item_new` ADD COLUMN a int"));
        assertTrue(left.test("GRANT SELECT ON item TO y"));
        for (String sql :
                List.of(
                        "ALTER TABLE `item`\nADD COLUMN a int",
                        "alter table ITEM drop a",
                        "RENAME TABLE _item_new TO item",
                        "DROP DATABASE erp",
                        "SET character_set_server=utf8mb4",
                        "UPDATE item SET a = 1",
                        "REPLACE INTO item VALUES (1)")) {
            assertTrue(!left.test(sql), sql);
        }
    }

    @Test
    void settingsThatWouldBreakWhatTheAgentPromisesAreRefusedByName() {
        for (String name :
                List.of(
                        "decimal.handling.mode",
                        "time.precision.mode",
                        "binary.handling.mode",
                        "snapshot.mode",
                        "offset.storage",
                        "schema.history.internal",
                        "table.include.list",
                        "column.mask.with.10.chars",
                        "unavailable.value.placeholder",
                        "event.converting.failure.handling.mode",
                        "transforms",
                        "skipped.operations",
                        "heartbeat.interval.ms",
                        "connector.class")) {
            SettingsException refused =
                    assertThrows(
                            SettingsException.class,
                            () -> Settings.requireAllowed(Map.of("debezium." + name, "x")));
            assertTrue(String.valueOf(refused.getMessage()).contains("debezium." + name));
        }
        Settings.requireAllowed(
                Map.of(
                        "debezium.database.pdb.name",
                        "X",
                        "debezium.log.mining.batch.size.max",
                        "1"));
    }
}
