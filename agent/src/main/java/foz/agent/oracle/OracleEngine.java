package foz.agent.oracle;

import foz.agent.Dialect;
import foz.agent.Engine;
import foz.agent.SiteDriver;
import foz.agent.SourceSettings;

/// Oracle, from 11g. Its driver is the operator's to bring.
public final class OracleEngine implements Engine {

    private static final String DRIVER = "oracle.jdbc.OracleDriver";

    @Override
    public boolean accepts(String jdbcUrl) {
        return jdbcUrl.startsWith(address());
    }

    @Override
    public String address() {
        return "jdbc:oracle:";
    }

    @Override
    public Dialect dialect(SourceSettings settings) {
        return new OracleDialect(
                settings,
                SiteDriver.find(
                        settings,
                        "oracle",
                        DRIVER,
                        "ojdbc17.jar of Oracle (com.oracle.database.jdbc:ojdbc17; for 11g ojdbc8.jar 19)"));
    }
}
