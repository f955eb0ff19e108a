package foz.server.identity;

import foz.server.settings.Role;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/// The sign-in page of the issuer.
@Controller
@Role("identity")
final class SignInController {

    @GetMapping("/login")
    String login() {
        return "login";
    }
}
