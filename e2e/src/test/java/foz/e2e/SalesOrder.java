package foz.e2e;

import java.util.List;
import java.util.Map;

/// An order with one line, as a rep's app sends it by REST.
final class SalesOrder {

    private SalesOrder() {}

    static Map<String, Object> of(String id, long number, int customer, int product) {
        return Map.of(
                "id",
                id,
                "numpedrca",
                number,
                "codcli",
                customer,
                "dtaberturapedpalm",
                "2026-11-24 10:00:00",
                "codfilial",
                "1",
                "codcob",
                "BK",
                "codplpag",
                5,
                "lines",
                List.of(Map.of("numseq", 1, "codprod", product, "qt", 2, "pvenda", 400)));
    }
}
