package foz.server.tenant;

import foz.contract.Contract;
import foz.contract.ContractReader;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// The tenants and their contracts. A contract that another process applied is seen within
/// [#STALE].
@Component
public final class Tenants {

    private static final Duration STALE = Duration.ofSeconds(2);
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9_]{0,29}");

    private record Seen(Tenant tenant, Instant at) {}

    private final JdbcClient jdbc;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    public Tenants(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    public List<String> ids() {
        return jdbc.sql("SELECT id FROM tenant ORDER BY id")
                .query((rs, _) -> rs.getString(1))
                .list();
    }

    /// @throws FozException NOT_FOUND when there is none of this name
    public Tenant get(String id) {
        return find(id).orElseThrow(() ->
                new FozException(ErrorCode.NOT_FOUND, "there is no tenant '" + id + "'"));
    }

    public Optional<Tenant> find(String id) {
        Seen last = seen.get(id);
        if (last != null && last.at().plus(STALE).isAfter(Instant.now())) {
            return Optional.of(last.tenant());
        }
        Optional<Tenant> tenant = load(id, Optional.ofNullable(last).map(Seen::tenant));
        tenant.ifPresentOrElse(
                found -> seen.put(id, new Seen(found, Instant.now())), () -> seen.remove(id));
        return tenant;
    }

    private record Row(String schema, long revision) {}

    private Optional<Tenant> load(String id, Optional<Tenant> last) {
        Optional<Row> row =
                jdbc.sql(
                                """
                                SELECT t.schema_name, coalesce(c.revision, 0)
                                FROM tenant t LEFT JOIN contract c ON c.tenant = t.id
                                WHERE t.id = ?
                                """)
                        .param(id)
                        .query((rs, _) -> new Row(rs.getString(1), rs.getLong(2)))
                        .optional();
        if (row.isEmpty()) {
            return Optional.empty();
        }
        if (last.isPresent() && last.get().revision() == row.get().revision()) {
            return last;
        }
        Optional<String> yaml = contractText(id);
        if (yaml.isEmpty()) {
            return Optional.of(new Tenant(id, row.get().schema(), 0, "", List.of(), List.of()));
        }
        return Optional.of(
                of(id, row.get().schema(), row.get().revision(), ContractReader.read(yaml.get())));
    }

    /// The tenant as it will be under a contract that is being applied.
    public Tenant withContract(Tenant before, long revision, Contract contract) {
        return of(before.id(), before.schema(), revision, contract);
    }

    private static Tenant of(String id, String schema, long revision, Contract contract) {
        return new Tenant(
                id,
                schema,
                revision,
                contract.source(),
                BuiltIn.buckets(contract),
                BuiltIn.tables(contract));
    }

    /// The contract in force, as it was written.
    public Optional<String> contractText(String id) {
        return jdbc.sql("SELECT yaml FROM contract WHERE tenant = ?")
                .param(id)
                .query(String.class)
                .optional();
    }

    /// @throws FozException BAD_REQUEST when it cannot be a tenant's name
    public static String checkId(String id) {
        if (!ID.matcher(id).matches()) {
            throw new FozException(
                    ErrorCode.BAD_REQUEST,
                    "'"
                            + id
                            + "' cannot name a tenant; use a-z, 0-9 and _, beginning with a letter, at"
                            + " most 30");
        }
        return id;
    }

    /// Reads the tenant anew next time.
    public void forget(String id) {
        seen.remove(id);
    }
}
