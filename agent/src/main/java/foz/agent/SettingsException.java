package foz.agent;

/// A setting that is missing or wrong; its message says which, and what to write.
public final class SettingsException extends RuntimeException {
    public SettingsException(String message) {
        super(message);
    }
}
