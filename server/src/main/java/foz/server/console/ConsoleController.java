package foz.server.console;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import foz.server.settings.Role;
import foz.server.tenant.Tenant;
import foz.server.tenant.Tenants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.context.MessageSource;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/// The console's page and the pieces of it that are loaded by themselves.
@Controller
@Role("console")
final class ConsoleController {

    private final Tenants tenants;
    private final Sampler sampler;
    private final TenantFacts facts;
    private final CaptureFacts capture;
    private final Orders orders;
    private final MessageSource messages;

    ConsoleController(
            Tenants tenants,
            Sampler sampler,
            TenantFacts facts,
            CaptureFacts capture,
            Orders orders,
            MessageSource messages) {
        this.tenants = tenants;
        this.sampler = sampler;
        this.facts = facts;
        this.capture = capture;
        this.orders = orders;
        this.messages = messages;
    }

    @GetMapping("/")
    String page(
            @AuthenticationPrincipal OidcUser user,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String q,
            Locale locale,
            Model model) {
        Person person = Person.of(user);
        Tenant tenant = tenants.get(person.tenant());
        Words words = new Words(messages, locale);
        Frame.Seen now = sampler.now(tenant);
        Map<String, Words.StationText> stations = new LinkedHashMap<>();
        now.stations().forEach(station -> stations.put(station.id(), words.station(station)));
        model.addAttribute("person", person);
        model.addAttribute("tenant", tenant);
        model.addAttribute("down", Stations.DOWN.stream().map(stations::get).toList());
        model.addAttribute("up", Stations.UP.stream().map(stations::get).toList());
        model.addAttribute("troubles", words.summary(now.stations()));
        model.addAttribute("at", now.at());
        model.addAttribute("facts", facts.of(tenant));
        model.addAttribute("capture", capture.of(tenant));
        model.addAttribute("assets", Assets.addresses());
        fill(model, tenant, Orders.Filter.of(state, q), words);
        return "console";
    }

    @GetMapping("/console/tenant")
    String tenant(@AuthenticationPrincipal OidcUser user, Locale locale, Model model) {
        Tenant tenant = tenants.get(Person.of(user).tenant());
        model.addAttribute("tenant", tenant);
        model.addAttribute("facts", facts.of(tenant));
        model.addAttribute("words", new Words(messages, locale));
        return "tenant :: facts";
    }

    @GetMapping("/console/orders")
    String orders(
            @AuthenticationPrincipal OidcUser user,
            @RequestParam(defaultValue = "") String state,
            @RequestParam(defaultValue = "") String q,
            Locale locale,
            Model model) {
        Tenant tenant = tenants.get(Person.of(user).tenant());
        fill(model, tenant, Orders.Filter.of(state, q), new Words(messages, locale));
        return "orders :: list";
    }

    @GetMapping("/console/order")
    String order(
            @AuthenticationPrincipal OidcUser user,
            @RequestParam String id,
            Locale locale,
            Model model) {
        Tenant tenant = tenants.get(Person.of(user).tenant());
        Orders.Detail detail =
                orders.detail(tenant, id)
                        .orElseThrow(() ->
                                new FozException(
                                        ErrorCode.NOT_FOUND, "there is no order of this id"));
        model.addAttribute("words", new Words(messages, locale));
        model.addAttribute("detail", detail);
        return "order :: detail";
    }

    @GetMapping(ConsoleSecurity.FAILED)
    String signInFailed(Model model) {
        model.addAttribute("status", 401);
        return "error";
    }

    private void fill(Model model, Tenant tenant, Orders.Filter filter, Words words) {
        List<Orders.Order> found = orders.last(tenant, filter);
        model.addAttribute("filter", filter);
        model.addAttribute("states", Orders.STATES);
        model.addAttribute("orders", found);
        model.addAttribute("words", words);
        model.addAttribute("searched", Orders.SEARCHED_MAX);
        model.addAttribute("shown", Orders.SHOWN_MAX);
    }
}
