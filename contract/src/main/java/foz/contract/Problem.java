package foz.contract;

/// One thing wrong with a contract: where, what, and what to do about it.
///
/// @param path as in `schema[0].properties[3].logicalType`; empty for the document
/// @param line in the file, from 1; 0 when unknown
public record Problem(String path, int line, String message, String remedy) {

    /// One line for people: `line 12, schema[0].name: is missing; write one`.
    @Override
    public String toString() {
        String where =
                (line > 0 ? "line " + line : "") + (line > 0 && !path.isEmpty() ? ", " : "") + path;
        return (where.isEmpty() ? "" : where + ": ") + message + "; " + remedy;
    }
}
