package foz.server.quality;

/// One value that cleaning changed.
///
/// @param rule the steps that changed it, in their order, with a comma between
/// @param original as the source has it
/// @param confidence from 0 to 1 that the value is what was meant; 1 where only its form changed
public record Cleaned(
        String column, String rule, String original, String value, double confidence) {}
