package foz.agent;

/// Where the source is and how to sign in there.
///
/// @param jdbcUrl its address; for a source that is no database, the adapter's own
/// @param timeZone zone of stamps that carry none; empty: the one that the database works in
public record SourceSettings(
        String jdbcUrl, String jdbcUser, String jdbcPassword, String timeZone) {

    @Override
    public String toString() {
        return "SourceSettings[jdbcUrl=" + jdbcUrl + ", jdbcUser=" + jdbcUser + "]";
    }
}
