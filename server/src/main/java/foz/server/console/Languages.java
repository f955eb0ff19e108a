package foz.server.console;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.LocaleResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.i18n.CookieLocaleResolver;
import org.springframework.web.servlet.i18n.LocaleChangeInterceptor;

/// The two languages of the pages, in every process: `?lang=` chooses one and a cookie keeps it;
/// before that the browser's wish counts, and Portuguese where it wishes neither.
@Configuration(proxyBeanMethods = false)
class Languages implements WebMvcConfigurer {

    static final Locale PORTUGUESE = Locale.of("pt", "BR");
    static final Locale ENGLISH = Locale.ENGLISH;

    private static final String COOKIE = "foz_language";
    private static final String PARAMETER = "lang";

    static Locale of(@Nullable String wish) {
        return wish != null && Locale.forLanguageTag(wish).getLanguage().equals("en")
                ? ENGLISH
                : PORTUGUESE;
    }

    static Locale of(List<Locale> wishes) {
        return wishes.stream()
                .filter(wish -> List.of("en", "pt").contains(wish.getLanguage()))
                .findFirst()
                .map(wish -> of(wish.toLanguageTag()))
                .orElse(PORTUGUESE);
    }

    @Bean
    LocaleResolver localeResolver() {
        CookieLocaleResolver resolver =
                new CookieLocaleResolver(COOKIE) {
                    @Override
                    protected Locale parseLocaleValue(String value) {
                        return of(value);
                    }
                };
        resolver.setCookieHttpOnly(true);
        resolver.setCookieSameSite("Lax");
        resolver.setDefaultLocaleFunction(request ->
                request.getHeader("Accept-Language") == null
                        ? PORTUGUESE
                        : of(Collections.list(request.getLocales())));
        return resolver;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        LocaleChangeInterceptor change =
                new LocaleChangeInterceptor() {
                    @Override
                    protected Locale parseLocaleValue(String value) {
                        return of(value);
                    }
                };
        change.setParamName(PARAMETER);
        registry.addInterceptor(change).addPathPatterns("/", "/login");
    }
}
