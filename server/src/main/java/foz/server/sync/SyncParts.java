package foz.server.sync;

import foz.server.replica.VersionSignal;
import foz.server.settings.DatabaseConfig;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenants;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/// What every device's stream works with.
///
/// @param dataSource the pool that nothing but devices' streams takes connections from
@Component
@Role("sync")
record SyncParts(
        @Qualifier(DatabaseConfig.DEVICES) DataSource dataSource,
        Tenants tenants,
        VersionSignal signal,
        Checkpoints checkpoints,
        Settings settings,
        SyncMeters meters) {}
