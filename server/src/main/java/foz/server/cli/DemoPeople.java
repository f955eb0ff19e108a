package foz.server.cli;

import foz.server.embedded.EmbeddedException;
import foz.server.identity.Accounts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The people whom `foz up` lets in: the first reps of each tenant's simulated ERP, and an
/// operator.
///
/// @param notes where their passwords are kept
record DemoPeople(Control control, Notes notes) {

    private static final int REPS_MAX = 4;

    List<RunFile.UserRun> of(String tenant, RunFile.Database erp) {
        List<RunFile.UserRun> users = new ArrayList<>();
        for (String rep : reps(erp)) {
            users.add(person(tenant, "rep" + rep + "." + tenant, Optional.of(rep), "rep"));
        }
        users.add(person(tenant, "operator." + tenant, Optional.empty(), "operator"));
        return users;
    }

    private static List<String> reps(RunFile.Database erp) {
        List<String> reps = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection(erp.jdbcUrl(), erp.user(), erp.password());
                PreparedStatement statement =
                        connection.prepareStatement(
                                """
                                SELECT codusur FROM pcusuari
                                WHERE dttermino IS NULL AND dtexclusao IS NULL AND coalesce(bloqueio, 'N') <> 'S'
                                ORDER BY codusur LIMIT ?
                                """)) {
            statement.setInt(1, REPS_MAX);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    reps.add(found.getString(1));
                }
            }
        } catch (SQLException e) {
            throw new EmbeddedException("the simulated ERP does not answer", e);
        }
        return reps;
    }

    private RunFile.UserRun person(
            String tenant, String username, Optional<String> rep, String role) {
        String password = notes.secret("user-" + username);
        if (control.accounts().find(username).isEmpty()) {
            control.accounts()
                    .save(
                            new Accounts.Account(
                                    tenant,
                                    username,
                                    rep.map(number -> "RCA " + number).orElse("Operação"),
                                    rep,
                                    List.of(role),
                                    false),
                            password,
                            true);
        }
        return new RunFile.UserRun(tenant, username, password, rep.orElse(null), List.of(role), "");
    }
}
