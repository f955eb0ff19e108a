package foz.server.settings;

/// A settings file that cannot be used: what is wrong with it.
public final class SettingsException extends RuntimeException {
    SettingsException(String message) {
        super(message);
    }

    SettingsException(String message, Throwable cause) {
        super(message, cause);
    }
}
