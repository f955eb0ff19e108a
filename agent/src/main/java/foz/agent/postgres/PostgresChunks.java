package foz.agent.postgres;

import foz.agent.ChunkReader;
import foz.agent.KeyHash;
import foz.agent.LongSet;
import foz.contract.Contract.Column;
import foz.contract.Contract.Table;
import foz.wire.Change.TableHeader;
import foz.wire.ChangeBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Reads a table by COPY, so many of its blocks at a time. In the order in which the rows lie:
/// nothing is sorted, no index is read, and any key will do. A row that moves while the table is
/// read changes as it does so, and the change is in the log.
final class PostgresChunks implements ChunkReader {

    private static final int BLOCKS = 1_024;

    /// Where a reading stands.
    ///
    /// @param files the table's files, partition by partition: `number:file`
    record Progress(String files, int part, long block) {

        static Progress of(String text, String files) {
            if (text.isEmpty()) {
                return new Progress(files, 0, 0);
            }
            String[] parts = text.split(" ", -1);
            return new Progress(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
        }

        @Override
        public String toString() {
            return files + " " + part + " " + block;
        }
    }

    /// A partition, or the table itself.
    private record Part(String name, long blocks, String file) {}

    @Override
    public Chunk read(
            Connection connection,
            Table table,
            TableHeader header,
            String progress,
            ChangeBuffer to,
            LongSet keys)
            throws SQLException {
        List<Part> parts = parts(connection, table);
        String files =
                Integer.toHexString(
                        parts.stream().map(Part::file).collect(Collectors.joining(",")).hashCode());
        Progress at = Progress.of(progress, files);
        if (!at.files().equals(files)) {
            throw new RewrittenException(table.name());
        }
        if (parts.isEmpty()) {
            return new Chunk(at.toString(), true, 1);
        }
        Part part = parts.get(at.part());
        long end = at.block() + BLOCKS;
        if (part.blocks() > 0) {
            copy(connection, sql(table, part, at.block(), end), header, to, keys);
        }
        boolean partEnds = end >= part.blocks();
        Progress next =
                partEnds
                        ? new Progress(files, at.part() + 1, 0)
                        : new Progress(files, at.part(), end);
        long all = parts.stream().mapToLong(Part::blocks).sum();
        long before = parts.subList(0, at.part()).stream().mapToLong(Part::blocks).sum();
        return new Chunk(
                next.toString(),
                next.part() == parts.size(),
                all == 0 ? 1 : Math.min(1.0, (before + end) / (double) all));
    }

    private static List<Part> parts(Connection connection, Table table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        SELECT c.oid::regclass::text, pg_relation_size(c.oid) / current_setting('block_size')::bigint,
                            c.oid || ':' || pg_relation_filenode(c.oid)
                        FROM pg_class c
                        WHERE c.oid = ?::regclass AND c.relkind = 'r'
                            OR c.oid IN (SELECT p.relid FROM pg_partition_tree(?::regclass) p WHERE p.isleaf)
                        ORDER BY c.oid
                        """)) {
            statement.setString(1, PostgresDialect.quoted(table.physicalName()));
            statement.setString(2, PostgresDialect.quoted(table.physicalName()));
            try (ResultSet found = statement.executeQuery()) {
                List<Part> parts = new ArrayList<>();
                while (found.next()) {
                    parts.add(new Part(found.getString(1), found.getLong(2), found.getString(3)));
                }
                return parts;
            }
        }
    }

    private static String sql(Table table, Part part, long from, long to) {
        return "COPY (SELECT %s FROM ONLY %s WHERE ctid >= '(%d,0)'::tid AND ctid < '(%d,0)'::tid) TO STDOUT"
                .formatted(
                        table.columns().stream()
                                .map(Column::physicalName)
                                .map(PostgresDialect::quoted)
                                .collect(Collectors.joining(", ")),
                        part.name(),
                        from,
                        to);
    }

    private static void copy(
            Connection connection, String sql, TableHeader header, ChangeBuffer to, LongSet keys)
            throws SQLException {
        CopyRow row = new CopyRow(header);
        CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        try {
            for (byte[] line = copy.readFromCopy(); line != null; line = copy.readFromCopy()) {
                keys.add(row.add(line, to));
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /// One line of COPY's text format, as the manual describes it under COPY, "Text Format".
    static final class CopyRow {

        private final TableHeader header;
        private final int[] starts;
        private final int[] ends;
        private final KeyHash hash = new KeyHash();

        CopyRow(TableHeader header) {
            this.header = header;
            this.starts = new int[header.columns().size()];
            this.ends = new int[header.columns().size()];
        }

        /// Adds the row; escapes are undone within the line's own bytes.
        ///
        /// @return the key's hash
        long add(byte[] line, ChangeBuffer to) {
            to.upsert(header);
            int at = 0;
            for (int i = 0; i < starts.length; i++) {
                at = value(line, at, i);
                if (starts[i] < 0) {
                    to.nothing();
                } else {
                    to.text(line, starts[i], ends[i] - starts[i]);
                }
            }
            hash.reset();
            for (int position : header.key()) {
                hash.add(line, starts[position], ends[position] - starts[position]);
            }
            return hash.value();
        }

        private int value(byte[] line, int from, int index) {
            int at = from;
            starts[index] = from;
            while (line[at] != '\t' && line[at] != '\n') {
                if (line[at] == '\\') {
                    return escaped(line, at, index);
                }
                at++;
            }
            ends[index] = at;
            return at + 1;
        }

        private int escaped(byte[] line, int firstEscape, int index) {
            if (line[firstEscape + 1] == 'N') {
                starts[index] = -1;
                return firstEscape + 3;
            }
            int at = firstEscape;
            int end = firstEscape;
            while (line[at] != '\t' && line[at] != '\n') {
                byte next = line[at++];
                if (next == '\\') {
                    next = unescaped(line[at++]);
                }
                line[end++] = next;
            }
            ends[index] = end;
            return at + 1;
        }

        private static byte unescaped(byte escape) {
            return switch (escape) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'v' -> 0x0B;
                default -> escape;
            };
        }
    }
}
