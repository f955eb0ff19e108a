package foz.adapter.camel;

/// A value that is never printed.
record Secret(String value) {

    static final Secret NONE = new Secret("");

    boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value.isEmpty() ? "none" : "***";
    }
}
