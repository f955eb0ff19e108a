package foz.agent;

import foz.wire.Protocol;
import java.util.List;

/// A row that no batch can hold. The table stands still; the others go on.
final class RowTooLargeException extends RuntimeException {

    RowTooLargeException(String table, List<String> key, long bytes) {
        super(
                ("the table '%s' stands still: its row %s has %d bytes, over the %d that can be"
                                + " sent; leave the large column out of the contract until"
                                + " large values are supported")
                        .formatted(table, key, bytes, Protocol.ROW_BYTES_MAX));
    }
}
