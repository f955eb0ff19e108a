package foz.server;

import foz.server.settings.Settings;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/// The Spring application: every role's components, of which those of this process's roles are
/// made.
@SpringBootApplication
@EnableConfigurationProperties(Settings.class)
public class FozServer {}
