package foz.server.ingest;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.wire.BatchReader;
import foz.wire.Change;
import foz.wire.MalformedBatchException;
import java.util.Optional;

/// Reads a batch through before it is acknowledged: what is acknowledged can be decoded.
final class BatchCheck {

    private BatchCheck() {}

    /// @throws FozException MALFORMED, naming what is wrong
    static void check(byte[] body, long announcedRows) {
        long rows = 0;
        try {
            BatchReader reader = BatchReader.open(body);
            Optional<Change> next = reader.next();
            while (next.isPresent()) {
                rows +=
                        switch (next.get()) {
                            case Change.Upsert _,
                                    Change.Delete _,
                                    Change.Claim _,
                                    Change.Moving _ ->
                                    1;
                            case Change.TableHeader _,
                                    Change.CheckBegin _,
                                    Change.CheckEnd _,
                                    Change.SnapshotBegin _,
                                    Change.SnapshotEnd _,
                                    Change.Part _ ->
                                    0;
                        };
                next = reader.next();
            }
        } catch (MalformedBatchException e) {
            throw new FozException(
                    ErrorCode.MALFORMED, e.getMessage() + "; send the batch again unaltered");
        }
        if (rows != announcedRows) {
            throw new FozException(
                    ErrorCode.MALFORMED,
                    "the batch holds %d rows and announces %d; send it again unaltered"
                            .formatted(rows, announcedRows));
        }
    }
}
