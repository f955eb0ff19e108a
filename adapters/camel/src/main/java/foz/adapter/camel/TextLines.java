package foz.adapter.camel;

import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/// A document as text. Bytes that are no text of the charset are an error, not a question mark.
final class TextLines {

    private static final int MARK = 3;

    private TextLines() {}

    static BufferedReader open(Document document, Charset charset) throws IOException {
        InputStream in = Files.newInputStream(document.file());
        try {
            Reader reader =
                    new InputStreamReader(
                            charset.equals(StandardCharsets.UTF_8) ? withoutMark(in) : in,
                            charset.newDecoder()
                                    .onMalformedInput(CodingErrorAction.REPORT)
                                    .onUnmappableCharacter(CodingErrorAction.REPORT));
            return new BufferedReader(reader, 1 << 16);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /// Spreadsheets begin UTF-8 with a byte-order mark.
    private static InputStream withoutMark(InputStream in) throws IOException {
        byte[] first = in.readNBytes(MARK);
        boolean mark =
                first.length == MARK
                        && first[0] == (byte) 0xEF
                        && first[1] == (byte) 0xBB
                        && first[2] == (byte) 0xBF;
        return new FilterInputStream(
                mark
                        ? in
                        : new java.io.SequenceInputStream(
                                new java.io.ByteArrayInputStream(first), in)) {
            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }
}
