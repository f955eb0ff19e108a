package foz.bench;

import java.io.IOException;

/// A program that captures `pgbench_accounts` of a [Source], in a process of its own, and either
/// acknowledges and drops what it captures or brings it into a replica. The benches of `capture`
/// know it by this alone.
///
/// A backlog is made by stopping the process for a while (SIGSTOP), so that what is measured is a
/// program that runs warm.
interface Subject extends AutoCloseable {

    /// As the table of figures calls it.
    String name();

    /// Starts to capture, with the rows that are there. Returns when the process runs.
    void start() throws IOException;

    /// Rows and changes that it has acknowledged, or committed in the replica, since the start.
    long seen();

    /// The process, for its CPU time.
    long pid();

    @Override
    void close();
}
