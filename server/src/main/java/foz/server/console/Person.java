package foz.server.console;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;

/// Who looks: the signed id token is the only source of the tenant.
record Person(String tenant, String username, String name) {

    /// @throws FozException FORBIDDEN when the account belongs to no tenant
    static Person of(OidcUser user) {
        String tenant = user.getIdToken().getClaimAsString("tenant");
        if (tenant == null || tenant.isBlank()) {
            throw new FozException(ErrorCode.FORBIDDEN, "the account belongs to no tenant");
        }
        String username = user.getName();
        String name = user.getIdToken().getClaimAsString("name");
        return new Person(tenant, username, name == null || name.isBlank() ? username : name);
    }
}
