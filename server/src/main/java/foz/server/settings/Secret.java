package foz.server.settings;

/// A text that must not appear in logs: it prints as `***`.
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
