package foz.agent.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;

/// One row of pgoutput's messages: where each value's bytes are. Used anew for each row.
final class Tuple {

    static final byte NULL = 'n';
    static final byte UNCHANGED = 'u';
    static final byte TEXT = 't';

    private byte[] array = new byte[0];
    private byte[] kinds = new byte[32];
    private int[] offsets = new int[32];
    private int[] lengths = new int[32];
    private int count;

    /// Takes the row at the buffer's position.
    void read(ByteBuffer message) throws SQLException {
        array = message.array();
        count = message.getShort();
        if (count > kinds.length) {
            kinds = new byte[count];
            offsets = new int[count];
            lengths = new int[count];
        }
        for (int i = 0; i < count; i++) {
            kinds[i] = message.get();
            switch (kinds[i]) {
                case NULL, UNCHANGED -> lengths[i] = 0;
                case TEXT -> {
                    lengths[i] = message.getInt();
                    offsets[i] = message.arrayOffset() + message.position();
                    message.position(message.position() + lengths[i]);
                }
                default -> throw new SQLException("pgoutput gave a value of the kind " + kinds[i]);
            }
        }
    }

    /// Takes what `other` has where this row says "unchanged".
    void completeFrom(Tuple other) {
        for (int i = 0; i < count; i++) {
            if (kinds[i] == UNCHANGED && i < other.count && other.kinds[i] != UNCHANGED) {
                kinds[i] = other.kinds[i];
                offsets[i] = other.offsets[i];
                lengths[i] = other.lengths[i];
            }
        }
    }

    int count() {
        return count;
    }

    byte kind(int column) {
        return kinds[column];
    }

    byte[] array() {
        return array;
    }

    int offset(int column) {
        return offsets[column];
    }

    int length(int column) {
        return lengths[column];
    }

    String text(int column) {
        return new String(array, offsets[column], lengths[column], StandardCharsets.UTF_8);
    }

    /// Whether both have the same value there.
    boolean same(Tuple other, int column) {
        return kinds[column] == other.kinds[column]
                && Arrays.equals(
                        array,
                        offsets[column],
                        offsets[column] + lengths[column],
                        other.array,
                        other.offsets[column],
                        other.offsets[column] + other.lengths[column]);
    }
}
