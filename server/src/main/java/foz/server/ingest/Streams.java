package foz.server.ingest;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.wire.Chain;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/// The streams of agents: who may append, and what comes next. Each decision is taken under the
/// lock of the stream's row and committed before it is answered.
@Component
@Role("ingest")
final class Streams {

    /// What an agent learns when it opens its stream.
    record Opened(int incarnation, long epoch, long nextSeq, String chain, String checkpoint) {}

    /// An agent's wish to open.
    ///
    /// @param instance this run of the agent
    /// @param previous the run before it, whose lease it may take over; empty for none
    /// @param fingerprint tells one source database from another of the same name
    /// @param reset whether to begin a new incarnation, because the agent cannot go on from the
    ///   last one
    record Opening(
            String tenant,
            String source,
            String instance,
            String previous,
            String fingerprint,
            boolean reset) {}

    /// One batch as it came.
    record Batch(
            String tenant,
            String source,
            int incarnation,
            long epoch,
            long seq,
            String previous,
            String sha256,
            int rows,
            String from,
            String to,
            Instant capturedAt,
            byte[] body) {}

    /// The answer to an accepted batch.
    record Acknowledged(long seq, String chain, String checkpoint) {}

    private record Stream(
            int incarnation,
            long epoch,
            String instance,
            String fingerprint,
            boolean leased,
            long nextSeq,
            String chain,
            String checkpoint) {}

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final Settings.Ingest settings;

    Streams(JdbcClient jdbc, TransactionTemplate transactions, Settings settings) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.settings = settings.ingest();
    }

    /// Raises the stream's epoch, which fences whoever held it before.
    ///
    /// @throws FozException LEASED when another instance holds it
    Opened open(Opening opening) {
        return transactions.execute(_ -> {
            Optional<Stream> held = lock(opening.tenant(), opening.source());
            if (held.isEmpty()) {
                return create(opening);
            }
            Stream stream = held.get();
            if (stream.leased()
                    && !stream.instance().equals(opening.instance())
                    && !stream.instance().equals(opening.previous())) {
                throw new FozException(
                        ErrorCode.LEASED,
                        "the stream '%s' is held by the instance %s; stop that agent, or wait until its lease of %d ms ends"
                                .formatted(
                                        opening.source(), stream.instance(), settings.leaseMs()));
            }
            boolean another = !stream.fingerprint().equals(opening.fingerprint());
            return opening.reset() || another ? restart(opening, stream) : resume(opening, stream);
        });
    }

    private Opened create(Opening opening) {
        jdbc.sql(
                        """
                        INSERT INTO stream (tenant, source, incarnation, epoch, instance, fingerprint, lease_until,
                            next_seq, chain, checkpoint)
                        VALUES (?, ?, 1, 1, ?, ?, now() + make_interval(secs => ?), 1, ?, '')
                        """)
                .params(
                        opening.tenant(),
                        opening.source(),
                        opening.instance(),
                        opening.fingerprint(),
                        leaseSeconds(),
                        Chain.START)
                .update();
        return new Opened(1, 1, 1, Chain.START, "");
    }

    private Opened resume(Opening opening, Stream stream) {
        jdbc.sql(
                        """
                        UPDATE stream SET epoch = epoch + 1, instance = ?, lease_until = now() + make_interval(secs => ?)
                        WHERE tenant = ? AND source = ?
                        """)
                .params(opening.instance(), leaseSeconds(), opening.tenant(), opening.source())
                .update();
        return new Opened(
                stream.incarnation(),
                stream.epoch() + 1,
                stream.nextSeq(),
                stream.chain(),
                stream.checkpoint());
    }

    private Opened restart(Opening opening, Stream stream) {
        jdbc.sql(
                        """
                        UPDATE stream SET incarnation = incarnation + 1, epoch = epoch + 1, instance = ?, fingerprint = ?,
                            lease_until = now() + make_interval(secs => ?), next_seq = 1, chain = ?, checkpoint = '',
                            published_seq = 0, applied_seq = 0
                        WHERE tenant = ? AND source = ?
                        """)
                .params(
                        opening.instance(),
                        opening.fingerprint(),
                        leaseSeconds(),
                        Chain.START,
                        opening.tenant(),
                        opening.source())
                .update();
        jdbc.sql("DELETE FROM ingest_log WHERE tenant = ? AND source = ?")
                .params(opening.tenant(), opening.source())
                .update();
        return new Opened(stream.incarnation() + 1, stream.epoch() + 1, 1, Chain.START, "");
    }

    /// Appends a batch, or says why not. A batch that is there already, with the same content, is
    /// acknowledged again.
    ///
    /// @throws FozException FENCED, GAP, DIVERGED, BUSY
    Acknowledged append(Batch batch) {
        return transactions.execute(_ -> {
            Stream stream =
                    lock(batch.tenant(), batch.source())
                            .orElseThrow(() ->
                                    new FozException(
                                            ErrorCode.FENCED,
                                            "the stream was never opened; open it first"));
            if (stream.epoch() != batch.epoch() || stream.incarnation() != batch.incarnation()) {
                throw new FozException(
                        ErrorCode.FENCED,
                        "the stream is at incarnation %d, epoch %d, and this batch is of incarnation %d, epoch %d; another agent opened it: stop this one, or open again"
                                .formatted(
                                        stream.incarnation(),
                                        stream.epoch(),
                                        batch.incarnation(),
                                        batch.epoch()));
            }
            if (batch.seq() < stream.nextSeq()) {
                return repeated(batch, stream);
            }
            requireNext(batch, stream);
            requireRoom(batch);
            return insert(batch);
        });
    }

    private Acknowledged repeated(Batch batch, Stream stream) {
        Optional<String> known =
                jdbc.sql(
                                """
                                SELECT sha256 FROM ingest_log
                                WHERE tenant = ? AND source = ? AND incarnation = ? AND seq = ?
                                """)
                        .params(batch.tenant(), batch.source(), batch.incarnation(), batch.seq())
                        .query(String.class)
                        .optional();
        if (known.isPresent() && !known.get().equals(batch.sha256())) {
            throw new FozException(
                    ErrorCode.DIVERGED,
                    "the batch %d is already there with other content; open a new incarnation"
                            .formatted(batch.seq()),
                    Map.of("expectedSeq", stream.nextSeq()));
        }
        return new Acknowledged(stream.nextSeq() - 1, stream.chain(), stream.checkpoint());
    }

    private static void requireNext(Batch batch, Stream stream) {
        if (batch.seq() > stream.nextSeq() || !batch.from().equals(stream.checkpoint())) {
            throw new FozException(
                    ErrorCode.GAP,
                    "the next batch is %d from position '%s', and this one is %d from '%s'; send from there"
                            .formatted(
                                    stream.nextSeq(),
                                    stream.checkpoint(),
                                    batch.seq(),
                                    batch.from()),
                    Map.of("expectedSeq", stream.nextSeq()));
        }
        if (!batch.previous().equals(stream.chain())) {
            throw new FozException(
                    ErrorCode.DIVERGED,
                    "the batch %d follows another history than the one here; open a new incarnation"
                            .formatted(batch.seq()),
                    Map.of("expectedSeq", stream.nextSeq()));
        }
    }

    private void requireRoom(Batch batch) {
        long waiting =
                jdbc.sql(
                                """
                                SELECT next_seq - 1 - applied_seq FROM stream WHERE tenant = ? AND source = ?
                                """)
                        .params(batch.tenant(), batch.source())
                        .query(Long.class)
                        .single();
        if (waiting >= settings.waitingBatchesMax()) {
            throw new FozException(
                    ErrorCode.BUSY,
                    "%d batches wait to be applied; send this one again later".formatted(waiting));
        }
    }

    private Acknowledged insert(Batch batch) {
        String chain = Chain.next(batch.previous(), batch.sha256());
        jdbc.sql(
                        """
                        INSERT INTO ingest_log (tenant, source, incarnation, seq, sha256, chain, batch_rows, captured_at, body)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                .params(
                        batch.tenant(),
                        batch.source(),
                        batch.incarnation(),
                        batch.seq(),
                        batch.sha256(),
                        chain,
                        batch.rows(),
                        java.sql.Timestamp.from(batch.capturedAt()),
                        batch.body())
                .update();
        jdbc.sql(
                        """
                        UPDATE stream SET next_seq = ?, chain = ?, checkpoint = ?, rows_total = rows_total + ?,
                            bytes_total = bytes_total + ?, last_batch_at = now(), last_captured_at = ?,
                            lease_until = now() + make_interval(secs => ?)
                        WHERE tenant = ? AND source = ?
                        """)
                .params(
                        batch.seq() + 1,
                        chain,
                        batch.to(),
                        batch.rows(),
                        batch.body().length,
                        java.sql.Timestamp.from(batch.capturedAt()),
                        leaseSeconds(),
                        batch.tenant(),
                        batch.source())
                .update();
        jdbc.sql("SELECT pg_notify('" + Publisher.CHANNEL + "', '')").query().listOfRows();
        return new Acknowledged(batch.seq(), chain, batch.to());
    }

    /// Keeps the lease of an agent that has nothing to send, and what it says of itself.
    ///
    /// @throws FozException FENCED when another holds the stream
    void beat(String tenant, String source, long epoch, String statusJson) {
        int rows =
                jdbc.sql(
                                """
                                UPDATE stream SET lease_until = now() + make_interval(secs => ?), agent_status = ?::jsonb
                                WHERE tenant = ? AND source = ? AND epoch = ?
                                """)
                        .params(leaseSeconds(), statusJson, tenant, source, epoch)
                        .update();
        if (rows == 0) {
            throw new FozException(
                    ErrorCode.FENCED, "another agent opened the stream '" + source + "'");
        }
    }

    private Optional<Stream> lock(String tenant, String source) {
        return jdbc.sql(
                        """
                        SELECT incarnation, epoch, instance, fingerprint, lease_until > now(), next_seq, chain, checkpoint
                        FROM stream WHERE tenant = ? AND source = ? FOR UPDATE
                        """)
                .params(tenant, source)
                .query((rs, _) ->
                        new Stream(
                                rs.getInt(1),
                                rs.getLong(2),
                                rs.getString(3),
                                rs.getString(4),
                                rs.getBoolean(5),
                                rs.getLong(6),
                                rs.getString(7),
                                rs.getString(8)))
                .optional();
    }

    private double leaseSeconds() {
        return Duration.ofMillis(settings.leaseMs()).toMillis() / 1000.0;
    }
}
