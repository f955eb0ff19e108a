package foz.agent.postgres;

import foz.agent.KeyHash;
import foz.agent.LogContext;
import foz.contract.Contract.Table;
import foz.wire.Change;
import foz.wire.ChangeBuffer;
import foz.wire.Protocol;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns pgoutput's row messages into changes. The messages are described in PostgreSQL's manual,
/// "Logical Replication Message Formats"; values come as text.
final class PgOutput {

    static final byte RELATION = 'R';
    static final byte INSERT = 'I';
    static final byte UPDATE = 'U';
    static final byte DELETE = 'D';
    static final byte TRUNCATE = 'T';
    private static final byte NEW = 'N';

    /// The whole row as it was; the other kind of old row, `K`, has the key alone.
    private static final byte OLD = 'O';

    private final LogContext context;
    private final Relations relations;
    private final KeyHash hash = new KeyHash();
    private final Tuple row = new Tuple();
    private final Tuple before = new Tuple();
    private long generation = System.currentTimeMillis();

    PgOutput(Relations relations, LogContext context) {
        this.relations = relations;
        this.context = context;
    }

    Relations relations() {
        return relations;
    }

    /// Adds what the message says.
    ///
    /// @param message after its kind
    /// @param arrival counts the messages as they came
    /// @param transaction its number, for [LogContext#isKnown]
    void read(byte kind, ByteBuffer message, long arrival, long transaction, ChangeBuffer to)
            throws SQLException {
        switch (kind) {
            case RELATION -> relations.read(message, arrival);
            case TRUNCATE -> truncate(message, to);
            case INSERT, UPDATE, DELETE -> {
                Relation relation = relations.get(message.getInt());
                if (relation != null && !context.isPaused(relation.table())) {
                    row(kind, relation, message, transaction, to);
                }
            }
            default -> {
                // Types, origins and messages of others say nothing about rows.
            }
        }
    }

    private void row(
            byte kind, Relation relation, ByteBuffer message, long transaction, ChangeBuffer to)
            throws SQLException {
        byte part = message.get();
        if (kind == INSERT) {
            row.read(message);
            upsert(relation, transaction, false, to);
            return;
        }
        boolean old = part != NEW;
        if (old) {
            before.read(message);
            if (kind == UPDATE) {
                message.get();
            }
        }
        if (kind == DELETE) {
            delete(relation, before, transaction, to);
            return;
        }
        row.read(message);
        boolean moved = old && !sameKey(relation);
        if (part == OLD) {
            row.completeFrom(before);
        }
        if (moved) {
            delete(relation, before, transaction, to);
        }
        upsert(relation, transaction, moved, to);
    }

    private boolean sameKey(Relation relation) {
        for (int column : relation.key()) {
            if (!row.same(before, column)) {
                return false;
            }
        }
        return true;
    }

    private long keyHash(Relation relation, Tuple tuple) {
        hash.reset();
        for (int column : relation.key()) {
            hash.add(tuple.array(), tuple.offset(column), tuple.length(column));
        }
        return hash.value();
    }

    private void delete(Relation relation, Tuple tuple, long transaction, ChangeBuffer to) {
        if (context.isKnown(relation.table(), transaction, keyHash(relation, tuple))) {
            return;
        }
        to.delete(relation.header());
        int[] picked = relation.picked();
        for (int i = 0; i < picked.length; i++) {
            if (relation.header().key().contains(i)) {
                to.text(tuple.array(), tuple.offset(picked[i]), tuple.length(picked[i]));
            } else {
                to.nothing();
            }
        }
    }

    /// @param moved whether the row had another key, so that the replica has none with this one
    private void upsert(Relation relation, long transaction, boolean moved, ChangeBuffer to)
            throws SQLException {
        Table table = relation.table();
        if (context.isKnown(table, transaction, keyHash(relation, row))) {
            return;
        }
        if (isIncomplete(relation) && (moved || context.mustBeWhole(table))) {
            context.reread(table, transaction, key(relation), to);
            return;
        }
        to.upsert(relation.header());
        for (int column : relation.picked()) {
            switch (row.kind(column)) {
                case Tuple.NULL -> to.nothing();
                case Tuple.UNCHANGED -> to.absent();
                default -> to.text(row.array(), row.offset(column), row.length(column));
            }
        }
        refuseTooLarge(relation, to);
    }

    private boolean isIncomplete(Relation relation) {
        for (int column : relation.picked()) {
            if (row.kind(column) == Tuple.UNCHANGED) {
                return true;
            }
        }
        return false;
    }

    private List<String> key(Relation relation) {
        List<String> key = new ArrayList<>(relation.key().length);
        for (int column : relation.key()) {
            key.add(row.text(column));
        }
        return key;
    }

    private void refuseTooLarge(Relation relation, ChangeBuffer to) {
        int bytes = to.bytes(to.items() - 1);
        if (bytes > Protocol.ROW_BYTES_MAX) {
            to.dropLast();
            context.pause(
                    relation.table(),
                    "its row %s has %d bytes, over the %d that can be sent"
                            .formatted(key(relation), bytes, Protocol.ROW_BYTES_MAX),
                    "leave the large column out of the contract, or let it go to the object store (foz.object)");
        }
    }

    /// A table emptied is one of which a capture names no row.
    private void truncate(ByteBuffer message, ChangeBuffer to) {
        int count = message.getInt();
        message.get();
        for (int i = 0; i < count; i++) {
            @Nullable Relation relation = relations.get(message.getInt());
            if (relation != null && !context.isPaused(relation.table())) {
                generation = Math.max(generation + 1, System.currentTimeMillis());
                String name = relation.table().name();
                to.add(relation.header(), new Change.SnapshotBegin(name, generation));
                to.add(relation.header(), new Change.SnapshotEnd(name, generation));
                context.emptied(relation.table());
            }
        }
    }
}
