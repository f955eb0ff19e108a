package foz.server.identity;

import foz.server.settings.Role;
import foz.server.settings.Settings;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/// The sign-in page of the issuer, and the way out for a console in another process.
@Controller
@Role("identity")
final class SignInController {

    private final Settings settings;

    SignInController(Settings settings) {
        this.settings = settings;
    }

    @GetMapping("/login")
    String login() {
        return "login";
    }

    /// Ends the issuer's session and goes back to the console, which asks to sign in.
    @GetMapping("/sign-out")
    String signOut(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        return "redirect:" + settings.identity().consoleUrl() + "/";
    }
}
