package foz.server.console;

/// How a station stands.
enum Condition {
    GOOD("good"),
    SLOW("slow"),
    STILL("still"),
    UNKNOWN("unknown");

    private final String word;

    Condition(String word) {
        this.word = word;
    }

    /// As in the messages' keys and on the page.
    String word() {
        return word;
    }

    boolean isTrouble() {
        return switch (this) {
            case SLOW, STILL -> true;
            case GOOD, UNKNOWN -> false;
        };
    }
}
