package foz.adapter.camel;

import foz.agent.SourceSettings;
import foz.contract.ContractException;
import foz.contract.Yaml;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// The feeds' file.
///
/// @param name tells the source from another; a new one has everything captured anew
/// @param feeds by table
record FeedsFile(String name, Map<String, FeedSpec> feeds) {

    FeedsFile {
        feeds = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(feeds));
    }

    /// @param base what paths in the file are relative to
    /// @throws ContractException with everything that is wrong
    static FeedsFile read(String text, Path base, SourceSettings settings, Secrets secrets) {
        FeedsReader reader = new FeedsReader(base, settings);
        FeedsFile file = reader.file(Yaml.parse(text), secrets);
        if (!reader.problems().isEmpty()) {
            throw new ContractException(reader.problems());
        }
        return file;
    }
}
