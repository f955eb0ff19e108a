package foz.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a capture bench found, with its goals; printed as a table at the end.
final class CaptureFigures {

    private record Row(String what, String measured, String goal) {}

    private final List<Row> rows = new ArrayList<>();
    private boolean missed;

    /// A figure without a goal.
    void add(String what, double value, String unit) {
        rows.add(new Row(what, number(value) + " " + unit, "measured"));
    }

    /// Ours against a goal.
    void goal(String what, double value, String goal, boolean met) {
        rows.add(new Row(what, number(value) + (met ? "" : ", falls short"), goal));
        missed |= !met;
    }

    boolean fallsShort() {
        return missed;
    }

    private static String number(double value) {
        return Math.abs(value) >= 100
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    void print() {
        System.out.println("| | measured | goal |\n|---|---|---|");
        rows.forEach(row ->
                System.out.printf("| %s | %s | %s |%n", row.what(), row.measured(), row.goal()));
    }
}
