package foz.contract;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a source is, as ODCS's `servers` says it. A user or a password in the URL is never kept.
///
/// @param type one of ODCS's types of server
/// @param fields in the order to be written: text, or a whole number
record SourceAddress(String type, Map<String, Object> fields) {

    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "//(?:[^/@;?]*@)?([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+\\])?(?::(\\d{1,5}))?");
    private static final Pattern ORACLE =
            Pattern.compile(
                    "@(?://|ldap://|tcps?://)?([A-Za-z0-9._-]+)(?::(\\d{1,5}))?[/:]([A-Za-z0-9._$#-]+)");
    private static final Pattern DATABASE = Pattern.compile("//[^/]*/([^/?;&:]+)");
    private static final Pattern SQLSERVER_DATABASE =
            Pattern.compile("(?i);\\s*databaseName\\s*=\\s*([^;{}]+)");

    SourceAddress {
        fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// @param catalog the connection's database, which wins over what the URL says
    static SourceAddress of(String url, Optional<String> catalog, String schema) {
        String rest = url.startsWith("jdbc:") ? url.substring("jdbc:".length()) : url;
        String scheme = rest.contains(":") ? rest.substring(0, rest.indexOf(':')) : rest;
        return switch (scheme) {
            case "postgresql" -> full("postgres", rest, 5432, catalog, schema);
            case "mysql", "mariadb" -> full("mysql", rest, 3306, catalog, null);
            case "sqlserver" -> full("sqlserver", rest, 1433, catalog, schema);
            case "db2" -> full("db2", rest, 50000, catalog, schema);
            case "oracle" -> oracle(rest, schema);
            default -> custom(catalog, schema);
        };
    }

    private static SourceAddress full(
            String type,
            String rest,
            int portUsual,
            Optional<String> catalog,
            @Nullable String schema) {
        Matcher authority = AUTHORITY.matcher(rest);
        boolean found = authority.find();
        String host = found ? authority.group(1) : null;
        String port = found ? authority.group(2) : null;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("host", host == null ? "localhost" : host);
        fields.put("port", port == null ? (Object) portUsual : Integer.valueOf(port));
        fields.put(
                "database",
                catalog.or(() -> first(SQLSERVER_DATABASE, rest))
                        .or(() -> first(DATABASE, rest))
                        .orElse("unknown"));
        if (schema != null) {
            fields.put("schema", schema);
        }
        return new SourceAddress(type, fields);
    }

    private static Optional<String> first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static SourceAddress oracle(String rest, String schema) {
        Matcher matcher = ORACLE.matcher(rest);
        if (!matcher.find()) {
            return custom(Optional.empty(), schema);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("host", matcher.group(1));
        String port = matcher.group(2);
        fields.put("port", port == null ? (Object) 1521 : Integer.valueOf(port));
        fields.put("serviceName", matcher.group(3));
        return new SourceAddress("oracle", fields);
    }

    private static SourceAddress custom(Optional<String> catalog, String schema) {
        Map<String, Object> fields = new LinkedHashMap<>();
        catalog.ifPresent(name -> fields.put("database", name));
        fields.put("schema", schema);
        return new SourceAddress("custom", fields);
    }
}
