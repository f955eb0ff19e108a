package foz.adapter.camel;

import tools.jackson.databind.json.JsonMapper;

/// How far a service was read.
///
/// @param since what the pages in hand are asked with: a canonical text; empty: from the beginning
/// @param highest of the values seen
/// @param at the page to ask for next
/// @param wholeAtMs when all was read last; 0: never
record ServiceCursor(String since, String highest, At at, long wholeAtMs) {

    private static final JsonMapper JSON = new JsonMapper();

    /// A place among the pages.
    ///
    /// @param token of the next page, or its address; empty: the first
    record At(long page, long offset, String token) {
        static final At FIRST = new At(0, 0, "");
    }

    static ServiceCursor of(String text) {
        return text.isEmpty()
                ? new ServiceCursor("", "", At.FIRST, 0)
                : JSON.readValue(text, ServiceCursor.class);
    }

    String text() {
        return JSON.writeValueAsString(this);
    }
}
