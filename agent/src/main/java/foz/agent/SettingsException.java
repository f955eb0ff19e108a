package foz.agent;

/// A setting that is missing or wrong; its message says which, and what to write.
final class SettingsException extends RuntimeException {
    SettingsException(String message) {
        super(message);
    }
}
