package foz.server.console;

import foz.server.capture.CaptureDesk;
import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.util.Locale;
import java.util.stream.Stream;
import org.springframework.context.MessageSource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/// The tables' capture in the console, and what an operator asks of them.
@Controller
@Role("console")
final class CaptureController {

    private static final String TABLES = "capture :: tables";

    private final Tenants tenants;
    private final CaptureFacts facts;
    private final MessageSource messages;

    CaptureController(Tenants tenants, CaptureFacts facts, MessageSource messages) {
        this.tenants = tenants;
        this.facts = facts;
        this.messages = messages;
    }

    @GetMapping("/console/capture")
    String tables(@AuthenticationPrincipal OidcUser user, Locale locale, Model model) {
        fill(model, tenants.get(Person.of(user).tenant()), locale);
        return TABLES;
    }

    /// @param kind pause, resume, reload or verify
    /// @param htmx set where the answer goes into the page that is open
    @PostMapping("/console/capture/orders")
    String order(
            @AuthenticationPrincipal OidcUser user,
            @RequestParam String table,
            @RequestParam String kind,
            @RequestHeader(name = "HX-Request", defaultValue = "") String htmx,
            Locale locale,
            Model model) {
        Person person = Person.of(user);
        try {
            ask(person, table, kind);
        } catch (FozException e) {
            model.addAttribute("refused", e.getMessage());
        }
        if (htmx.isEmpty()) {
            return "redirect:/#capture";
        }
        fill(model, tenants.get(person.tenant()), locale);
        return TABLES;
    }

    private void ask(Person person, String table, String kind) {
        if (kind.equals("resume")) {
            facts.desk().resume(person.tenant(), table, person.username());
            return;
        }
        CaptureDesk.Kind asked =
                Stream.of(CaptureDesk.Kind.values())
                        .filter(each -> each.word().equals(kind))
                        .findFirst()
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.BAD_REQUEST,
                                        "kind is '%s', and must be pause, resume, reload or verify"
                                                .formatted(kind)));
        facts.desk().ask(person.tenant(), table, asked, person.username());
    }

    private void fill(Model model, Tenant tenant, Locale locale) {
        model.addAttribute("capture", facts.of(tenant));
        model.addAttribute("words", new Words(messages, locale));
    }
}
