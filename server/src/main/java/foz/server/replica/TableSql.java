package foz.server.replica;

import foz.contract.Contract.Column;
import foz.contract.Contract.SyncScope;
import foz.contract.Contract.Table;
import foz.server.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/// The statements that bring changes of one table into the replica, as text.
///
/// @param stage name of the temporary table that takes the rows
/// @param createStage temporary tables of the connection; they may exist
/// @param copyStage takes rows as COPY text: the columns, then `_op` (U or D) and the version
/// @param merge fills the table of affected rows
/// @param unmatched keys of staged rows that are only part of a row, and the replica has none;
///   empty where rows are whole
/// @param sweepStage stages a delete for each row that the snapshot did not name; parameters:
///   table, generation
record TableSql(
        String stage,
        String createStage,
        String copyStage,
        String merge,
        String unmatched,
        String sweepStage,
        String analyze) {

    static TableSql of(Tenant tenant, TableChanges changes) {
        Table table = changes.table();
        List<Column> columns = changes.columns();
        String target = Sql.quote(tenant.schema()) + "." + Sql.quote(table.name());
        String stage = "pg_temp." + stageName(tenant, table, columns);
        List<Column> key = table.key();
        return new TableSql(
                stage,
                createStage(tenant, table, columns, stage),
                "COPY "
                        + stage
                        + " ("
                        + Sql.list(columns, c -> c)
                        + ", _op, _version) FROM STDIN WITH (FORMAT text)",
                merge(target, stage, affected(tenant, table), changes),
                changes.isPartial() ? unmatched(target, stage, key) : "",
                sweep(tenant, target, stage, key),
                "ANALYZE " + stage + " (" + Sql.list(key, c -> c) + ")");
    }

    /// Name of the temporary table with the rows of this table that changed, or whose scope may
    /// have.
    static String affected(Tenant tenant, Table table) {
        return "pg_temp.a_" + hash(tenant.schema() + "." + table.name() + createKey(table));
    }

    static String createAffected(Tenant tenant, Table table) {
        return "CREATE TEMP TABLE IF NOT EXISTS "
                + affected(tenant, table)
                + " ("
                + createKey(table)
                + ", row_id text NOT NULL, fresh boolean NOT NULL DEFAULT false,"
                + " moved boolean NOT NULL DEFAULT false)";
    }

    private static String createKey(Table table) {
        return table.key().stream()
                .map(column -> Sql.quote(column.name()) + " " + column.type().replicaType())
                .collect(Collectors.joining(", "));
    }

    private static String stageName(Tenant tenant, Table table, List<Column> columns) {
        return "s_"
                + hash(
                        tenant.schema()
                                + "."
                                + table.name()
                                + columns.stream()
                                        .map(c -> c.name() + " " + c.type().replicaType())
                                        .collect(Collectors.joining(",")));
    }

    private static String hash(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue()) + "_" + Integer.toHexString(text.hashCode());
    }

    private static String createStage(
            Tenant tenant, Table table, List<Column> columns, String stage) {
        return "CREATE TEMP TABLE IF NOT EXISTS "
                + stage
                + " ("
                + columns.stream()
                        .map(column -> Sql.quote(column.name()) + " " + column.type().replicaType())
                        .collect(Collectors.joining(", "))
                + ", _op \"char\", _version bigint); "
                + createAffected(tenant, table);
    }

    private static String unmatched(String target, String stage, List<Column> key) {
        return "SELECT %s FROM %s s WHERE NOT EXISTS (SELECT 1 FROM %s r WHERE %s)"
                .formatted(
                        Sql.list(key, c -> "s." + c + "::text"),
                        stage,
                        target,
                        Sql.join(key, " AND ", c -> "r." + c + " = s." + c));
    }

    private static String merge(
            String target, String stage, String affected, TableChanges changes) {
        List<Column> columns = changes.columns();
        List<Column> key = changes.table().key();
        List<Column> rest = columns.stream().filter(column -> !key.contains(column)).toList();
        String update =
                rest.isEmpty()
                        ? ""
                        : """
                        WHEN MATCHED AND (%s) IS DISTINCT FROM (%s) THEN UPDATE SET %s, _version = s._version
                        """
                                .formatted(
                                        rowOf(rest, "r"),
                                        rowOf(rest, "s"),
                                        Sql.list(rest, c -> c + " = s." + c));
        String insert =
                changes.isPartial()
                        ? ""
                        : "WHEN NOT MATCHED AND s._op = 'U' THEN INSERT (%s, _version) VALUES (%s, s._version)"
                                .formatted(
                                        Sql.list(columns, c -> c),
                                        Sql.list(columns, c -> "s." + c));
        return """
        WITH merged AS (
            MERGE INTO %s AS r USING %s AS s ON %s
            WHEN MATCHED AND s._op = 'D' THEN DELETE
            %s%s
            RETURNING %s, %s AS row_id, merge_action() = 'INSERT'
        )
        INSERT INTO %s (%s, row_id, fresh) SELECT * FROM merged
        """
                .formatted(
                        target,
                        stage,
                        Sql.join(key, " AND ", c -> "r." + c + " = s." + c),
                        update,
                        insert,
                        Sql.list(key, c -> "s." + c),
                        Sql.rowId(key, "s"),
                        affected,
                        Sql.list(key, c -> c));
    }

    private static String rowOf(List<Column> columns, String alias) {
        return "ROW(" + Sql.list(columns, c -> alias + "." + c) + ")";
    }

    private static String sweep(Tenant tenant, String target, String stage, List<Column> key) {
        return """
        INSERT INTO %s (%s, _op, _version)
        SELECT %s, 'D', row_number() OVER () FROM %s t
        WHERE NOT EXISTS (
            SELECT 1 FROM %s.foz_snapshot_row s
            WHERE s.table_name = ? AND s.generation = ? AND s.row_id = %s)
        """
                .formatted(
                        stage,
                        Sql.list(key, c -> c),
                        Sql.list(key, c -> "t." + c),
                        target,
                        Sql.quote(tenant.schema()),
                        Sql.rowId(key, "t"));
    }

    /// Compares what devices should hold of the affected rows with what they hold, and notes the
    /// differences as new operations. Parameters: table number, twice. Devices hold nothing of a
    /// row that is new.
    ///
    /// Rows are looked up one by one, whatever the planner thinks of tables that it has not counted
    /// yet: `OFFSET 0` keeps it from reading whole tables during a first load.
    static String difference(Tenant tenant, Table table) {
        String schema = Sql.quote(tenant.schema());
        List<String> desired = new ArrayList<>();
        for (SyncScope scope : table.sync()) {
            desired.add(desired(tenant, table, scope));
        }
        return """
        INSERT INTO pg_temp.foz_new_operation (table_no, bucket, row_id, data, old_bucket, old_operation)
        SELECT ?, coalesce(d.bucket, l.bucket), coalesce(d.row_id, l.row_id), d.data, l.bucket_no, l.operation
        FROM (%s) d
        FULL JOIN (
            SELECT b.name AS bucket, o.bucket_no, o.row_id, o.operation, o.data
            FROM (SELECT DISTINCT row_id FROM %s WHERE NOT fresh) a
            CROSS JOIN LATERAL (
                SELECT * FROM %s.foz_operation x
                WHERE x.table_no = ? AND x.row_id = a.row_id AND x.kind = 'P' OFFSET 0) o
            JOIN %s.foz_bucket b ON b.bucket_no = o.bucket_no
        ) l ON l.bucket = d.bucket AND l.row_id = d.row_id
        WHERE d.data IS DISTINCT FROM l.data
        """
                .formatted(
                        String.join(" UNION ", desired), affected(tenant, table), schema, schema);
    }

    private static String desired(Tenant tenant, Table table, SyncScope scope) {
        List<Column> key = table.key();
        String schema = Sql.quote(tenant.schema());
        StringBuilder joins = new StringBuilder();
        String bucket =
                switch (scope) {
                    case SyncScope.Shared(String name) -> Sql.literal(Buckets.shared(name));
                    case SyncScope.ByColumn(String name, String column) ->
                            Buckets.sql(name, "t." + Sql.quote(column));
                    case SyncScope.Through through ->
                            Buckets.sql(through.bucket(), follow(tenant, through, schema, joins));
                };
        return """
        SELECT %s AS bucket, a.row_id, (SELECT row_to_json(x)::text FROM (SELECT %s) x) AS data
        FROM (SELECT DISTINCT %s, row_id FROM %s) a
        CROSS JOIN LATERAL (SELECT * FROM %s.%s x WHERE %s OFFSET 0) t
        %s\
        """
                        .formatted(
                                bucket,
                                table.synced().stream()
                                        .map(TableSql::json)
                                        .collect(Collectors.joining(", ")),
                                Sql.list(key, c -> c),
                                affected(tenant, table),
                                schema,
                                Sql.quote(table.name()),
                                Sql.join(key, " AND ", c -> "x." + c + " = a." + c),
                                joins)
                + (scope instanceof SyncScope.Shared ? "" : " WHERE (" + bucket + ") IS NOT NULL");
    }

    /// Adds the joins from `t` to the table whose column names the bucket; returns that column.
    private static String follow(
            Tenant tenant, SyncScope.Through through, String schema, StringBuilder joins) {
        SyncScope.Through step = through;
        String alias = "t";
        for (int i = 1; ; i++) {
            Table parent = tenant.table(step.parent()).orElseThrow();
            String parentAlias = "p" + i;
            joins.append(
                    " CROSS JOIN LATERAL (SELECT * FROM %s.%s x WHERE x.%s = %s.%s OFFSET 0) %s"
                            .formatted(
                                    schema,
                                    Sql.quote(parent.name()),
                                    Sql.quote(step.parentColumn()),
                                    alias,
                                    Sql.quote(step.column()),
                                    parentAlias));
            SyncScope next =
                    parent.sync().stream()
                            .filter(scope -> scope.bucket().equals(through.bucket()))
                            .findFirst()
                            .orElseThrow();
            alias = parentAlias;
            switch (next) {
                case SyncScope.ByColumn(String _, String column) -> {
                    return alias + "." + Sql.quote(column);
                }
                case SyncScope.Through further -> step = further;
                case SyncScope.Shared _ ->
                        throw new IllegalStateException("a claimed bucket cannot be shared");
            }
        }
    }

    private static String json(Column column) {
        String name = Sql.quote(column.name());
        String value =
                switch (column.type().kind()) {
                    case BOOLEAN -> "t." + name + "::int";
                    case BYTES -> "translate(encode(t." + name + ", 'base64'), E'\\n', '')";
                    case INTEGER, DECIMAL, FLOAT ->
                            "t." + name + (column.type().fitsJsonNumber() ? "" : "::text");
                    case TEXT, JSON, DATE, TIME, TIMESTAMP, TIMESTAMP_WITH_ZONE, UUID ->
                            "t." + name + "::text";
                };
        return value + " AS " + name;
    }

    /// Takes every row of the table as affected.
    static String affectAll(Tenant tenant, Table table) {
        List<Column> key = table.key();
        return """
        INSERT INTO %s (%s, row_id) SELECT %s, %s FROM %s.%s t
        """
                .formatted(
                        affected(tenant, table),
                        Sql.list(key, c -> c),
                        Sql.list(key, c -> "t." + c),
                        Sql.rowId(key, "t"),
                        Sql.quote(tenant.schema()),
                        Sql.quote(table.name()));
    }

    /// Marks the affected rows that entered or left a bucket. Parameter: table number.
    static String markMoved(Tenant tenant, Table table) {
        return """
        UPDATE %s a SET moved = true FROM pg_temp.foz_new_operation o
        WHERE o.table_no = ? AND o.row_id = a.row_id AND (o.data IS NULL OR o.old_operation IS NULL)
        """
                .formatted(affected(tenant, table));
    }

    /// Adds to the affected rows of `table` those that lie where a moved row of `parent` lies.
    static String followMoved(Tenant tenant, Table table, SyncScope.Through through, Table parent) {
        List<Column> key = table.key();
        return """
        INSERT INTO %s (%s, row_id) SELECT %s, %s FROM %s.%s c
        WHERE c.%s IN (SELECT a.%s FROM %s a WHERE a.moved)
        """
                .formatted(
                        affected(tenant, table),
                        Sql.list(key, c -> c),
                        Sql.list(key, c -> "c." + c),
                        Sql.rowId(key, "c"),
                        Sql.quote(tenant.schema()),
                        Sql.quote(table.name()),
                        Sql.quote(through.column()),
                        Sql.quote(through.parentColumn()),
                        affected(tenant, parent));
    }
}
