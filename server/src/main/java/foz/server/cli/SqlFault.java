package foz.server.cli;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/// What a database's refusal means for whoever runs a command, told by its SQL state.
enum SqlFault {
    AWAY(ErrorCode.UNAVAILABLE, "%s does not answer (%s); check host and port, and that it runs"),
    REFUSED(
            ErrorCode.UNAUTHORIZED,
            "%s refuses the user or the password (%s); check both, and the server's pg_hba.conf"),
    NO_DATABASE(
            ErrorCode.NOT_FOUND, "%s: there is no such database (%s); check its name in the URL"),
    NO_RIGHTS(
            ErrorCode.FORBIDDEN,
            "%s: no such schema or table, or no rights on it (%s); check the name, or grant CONNECT, USAGE and SELECT"),
    OTHER(ErrorCode.INTERNAL, "%s reports a fault (%s)");

    private final ErrorCode code;
    private final String text;

    SqlFault(ErrorCode code, String text) {
        this.code = code;
        this.text = text;
    }

    private static SqlFault ofState(String state) {
        // 08004: the driver gave up signing in, for want of a password for example.
        if (state.startsWith("28") || state.equals("08004")) {
            return REFUSED;
        }
        if (state.equals("3D000")) {
            return NO_DATABASE;
        }
        if (state.equals("3F000") || state.equals("42P01") || state.equals("42501")) {
            return NO_RIGHTS;
        }
        boolean away = state.startsWith("08") || state.startsWith("57P") || state.equals("53300");
        return away ? AWAY : OTHER;
    }

    static FozException of(SQLException e, String jdbcUrl) {
        SqlFault fault = ofState(String.valueOf(e.getSQLState()));
        String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new FozException(fault.code, fault.text.formatted(bare(jdbcUrl), reason));
    }

    /// The URL without its parameters, among which a password may stand.
    private static String bare(String jdbcUrl) {
        int end = jdbcUrl.indexOf('?');
        return end < 0 ? jdbcUrl : jdbcUrl.substring(0, end);
    }

    static Connection open(String jdbcUrl, String user, String password) {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        return open(jdbcUrl, properties);
    }

    /// Opens a connection.
    ///
    /// @throws FozException that says why there is none, and the remedy
    static Connection open(String jdbcUrl, Properties properties) {
        if (DriverManager.drivers().noneMatch(driver -> takes(driver, jdbcUrl))) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "no driver here takes '%s'; write jdbc:postgresql://HOST:PORT/DATABASE"
                            .formatted(bare(jdbcUrl)));
        }
        try {
            return DriverManager.getConnection(jdbcUrl, properties);
        } catch (SQLException e) {
            throw of(e, jdbcUrl);
        }
    }

    private static boolean takes(Driver driver, String jdbcUrl) {
        try {
            return driver.acceptsURL(jdbcUrl);
        } catch (SQLException _) {
            return false;
        }
    }
}
