package foz.bench;

import foz.contract.Contract;
import foz.contract.ContractReader;
import java.util.Collection;
import java.util.stream.Collectors;

/// Contracts of one table, for data that is no one's product.
final class Contracts {

    private Contracts() {}

    /// @param columns each as YAML in one line
    /// @param custom properties of the table, as YAML lines of a list
    static Contract.Table table(Collection<String> columns, String custom) {
        String text =
                """
                apiVersion: v3.1.0
                kind: DataContract
                id: bench
                version: 1.0.0
                status: active
                schema:
                  - name: bench
                    logicalType: object
                    customProperties:
                      - {property: foz.capture, value: {}}
                %s
                    properties:
                %s
                """
                        .formatted(
                                custom.indent(6),
                                columns.stream()
                                        .map(column -> "      - " + column)
                                        .collect(Collectors.joining("\n")));
        return ContractReader.read(text).tables().getFirst();
    }
}
