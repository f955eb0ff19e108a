package foz.adapter.camel;

import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How one table is read, as the feeds' file says.
///
/// @param values how values are written, where a column does not say otherwise
/// @param columns by the contract's column; a column that is not among them is read from the field
///   of its physical name
/// @param whole whether a reading names every row of the table
/// @param gone which rows of an increment are gone
/// @param allowEmpty whether a whole reading may have no row
record FeedSpec(
        String table,
        From from,
        Format format,
        ValueFormat values,
        Map<String, Mapped> columns,
        boolean whole,
        Optional<GoneWhen> gone,
        boolean allowEmpty) {

    FeedSpec {
        columns = Map.copyOf(columns);
    }

    /// A field of the source, and how its values are written.
    record Mapped(String field, ValueFormat values) {}

    /// A row is gone when this field has one of these texts.
    record GoneWhen(String field, List<String> texts) {
        GoneWhen {
            texts = List.copyOf(texts);
        }
    }

    /// Where the rows come from.
    sealed interface From {
        /// For people, without secrets.
        String address();
    }

    /// A folder on this machine.
    record LocalFolder(Path path, FileChoice files) implements From {
        @Override
        public String address() {
            return path.toString();
        }
    }

    /// A folder behind SFTP. The server's key must be in the known-hosts file.
    ///
    /// @param privateKeyFile instead of a password
    record SftpFolder(
            String host,
            int port,
            String user,
            Secret password,
            Optional<Path> privateKeyFile,
            Secret passphrase,
            Path knownHostsFile,
            String path,
            int connectMsMax,
            int answerMsMax,
            FileChoice files)
            implements From {
        @Override
        public String address() {
            return "sftp://" + host + ":" + port + "/" + path;
        }
    }

    /// Which files, when they are complete, and what becomes of them.
    ///
    /// @param include a pattern with `*` and `?`
    /// @param marker suffix of the empty file beside a complete one; else a file is complete when
    ///   it did not change for `stableMs`
    /// @param byHash a file with the same content is the same file, whatever its name and time
    /// @param byTime files are read in the order of their times; else of their names
    record FileChoice(
            String include,
            Optional<String> marker,
            long stableMs,
            boolean byHash,
            boolean byTime,
            Then then,
            int filesMax,
            long fileBytesMax) {}

    /// What becomes of a file that was read.
    sealed interface Then {
        record Leave() implements Then {}

        record Delete() implements Then {}

        /// @param folder relative to the files' folder
        record Move(String folder) implements Then {}
    }

    /// An HTTP service.
    ///
    /// @param body with `{{since}}`, `{{page}}`, `{{offset}}`, `{{cursor}}` and `{{size}}`
    /// @param wholeEveryMs in increments: how often all is read; 0: never
    record Service(
            String url,
            String method,
            Map<String, String> headers,
            Map<String, String> query,
            Optional<String> body,
            String contentType,
            Auth auth,
            Paging paging,
            Optional<Since> since,
            long wholeEveryMs,
            ServiceLimits limits)
            implements From {
        Service {
            headers = Map.copyOf(headers);
            query = Map.copyOf(query);
        }

        @Override
        public String address() {
            return url;
        }
    }

    /// @param pauseMs between two requests
    /// @param tries of one request
    /// @param waitMsMax the longest wait that the service may ask for
    record ServiceLimits(
            long pageBytesMax,
            int pagesMax,
            long pauseMs,
            int tries,
            long waitMsMax,
            int connectMsMax,
            int answerMsMax) {}

    /// How the agent shows who it is.
    sealed interface Auth {
        record None() implements Auth {}

        record Basic(String user, Secret password) implements Auth {}

        record Bearer(Secret token) implements Auth {}

        record ApiKey(String header, Secret key) implements Auth {}

        record ClientCredentials(String tokenUrl, String clientId, Secret secret, String scope)
                implements Auth {}
    }

    /// How an answer of many rows is divided. A page without a row is the last.
    sealed interface Paging {
        record None() implements Paging {
            @Override
            public Size size() {
                return Size.NONE;
            }
        }

        record Numbered(String parameter, long first, Size size) implements Paging {}

        record Offset(String parameter, Size size) implements Paging {}

        /// The service gives the address of the next page.
        ///
        /// @param at where in the body; empty: the header `Link` with `rel="next"`
        record Link(String at, Size size) implements Paging {}

        /// The service gives a token for the next page.
        ///
        /// @param keep whether the last token is where the next reading goes on
        record Token(String parameter, String at, boolean keep, Size size) implements Paging {}

        Size size();
    }

    /// Rows of a page that are asked for.
    ///
    /// @param parameter empty: nothing is asked
    record Size(String parameter, long rows) {
        static final Size NONE = new Size("", 0);
    }

    /// Asks for what changed since the highest value seen.
    ///
    /// @param column the contract's column with the values
    /// @param start the first value to ask for; empty: the parameter is left out
    /// @param overlapMs how far a time is taken back
    /// @param pattern of a time as the service wants it; empty: as ISO 8601 says
    record Since(String parameter, String column, String start, long overlapMs, String pattern) {}

    /// How the rows stand in a file or an answer.
    sealed interface Format {}

    /// @param fields names in order, where there is no header
    record Csv(Charset charset, char delimiter, char quote, boolean header, List<String> fields)
            implements Format {
        Csv {
            fields = List.copyOf(fields);
        }
    }

    /// @param widths in characters, by field, in order
    /// @param startWith lines that do not begin so are no rows
    /// @param stripped whether blanks at a line's end may be missing
    record Fixed(Charset charset, Map<String, Integer> widths, String startWith, boolean stripped)
            implements Format {
        Fixed {
            widths = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(widths));
        }
    }

    /// @param rows path of elements from the root, as in `/s:Envelope/s:Body/List/Item`
    /// @param namespaces by prefix; a name without prefix stands in any namespace
    record Xml(List<String> rows, Map<String, String> namespaces) implements Format {
        Xml {
            rows = List.copyOf(rows);
            namespaces = Map.copyOf(namespaces);
        }
    }

    /// @param rows JSON pointer of the array
    /// @param lines whether each line is one row instead
    record Json(String rows, boolean lines) implements Format {}
}
