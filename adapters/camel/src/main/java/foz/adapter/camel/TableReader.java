package foz.adapter.camel;

import foz.agent.Reading;
import foz.agent.RowSink;
import java.io.IOException;

/// Reads one table. For one thread at a time.
interface TableReader extends AutoCloseable {

    Reading read(String cursor, RowSink sink) throws IOException, InterruptedException;

    @Override
    void close();
}
