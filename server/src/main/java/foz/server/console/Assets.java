package foz.server.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Properties;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/// Where a browser finds the console's own files and those of the WebJars, and how long it may keep
/// them: a WebJar's address holds its version, ours are asked for again each time.
@Configuration(proxyBeanMethods = false)
class Assets implements WebMvcConfigurer {

    private static final Duration KEEP = Duration.ofDays(30);

    /// @param uplot folder of the chart library
    /// @param htmx folder of htmx
    record Addresses(String uplot, String htmx) {}

    static Addresses addresses() {
        return new Addresses(folder("uplot"), folder("htmx.org"));
    }

    private static String folder(String name) {
        String path = "/META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
        Properties properties = new Properties();
        try (InputStream in = Assets.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no WebJar " + name);
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/webjars/" + name + "/" + properties.getProperty("version") + "/dist";
    }

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/webjars/**")
                .addResourceLocations("classpath:/META-INF/resources/webjars/")
                .setCacheControl(CacheControl.maxAge(KEEP).cachePublic());
        registry.addResourceHandler("/assets/**")
                .addResourceLocations("classpath:/static/assets/")
                .setCacheControl(CacheControl.noCache());
    }
}
