package foz.server.sync;

import foz.server.replica.VersionSignal;
import foz.server.settings.Role;
import foz.server.settings.Settings;
import foz.server.tenant.Tenants;
import javax.sql.DataSource;
import org.springframework.stereotype.Component;

/// What every device's stream works with.
@Component
@Role("sync")
record SyncParts(
        DataSource dataSource,
        Tenants tenants,
        VersionSignal signal,
        Checkpoints checkpoints,
        Settings settings,
        SyncMeters meters) {}
