package foz.contract;

import java.util.List;
import java.util.regex.Pattern;

/// What a value of a contract document may be.
sealed interface Shape {

    /// How the shape is named in a message, as in `a list`.
    String title();

    /// Text that matches a pattern as a whole.
    record Words(String title, Pattern pattern) implements Shape {}

    /// One of some words.
    record Choice(String title, List<String> words) implements Shape {
        public Choice {
            words = List.copyOf(words);
        }
    }

    record Amount(String title, boolean whole, Bound bound) implements Shape {}

    enum Bound {
        NONE,
        FROM_ZERO,
        ABOVE_ZERO
    }

    record Flag() implements Shape {
        @Override
        public String title() {
            return "true or false";
        }
    }

    record Anything() implements Shape {
        @Override
        public String title() {
            return "any value";
        }
    }

    /// Any value but a list or a mapping.
    record Single() implements Shape {
        @Override
        public String title() {
            return "a single value";
        }
    }

    /// A mapping with keys of the author's own.
    record OpenMap() implements Shape {
        @Override
        public String title() {
            return "a mapping (key: value)";
        }
    }

    record Items(Shape item, int sizeMin, int sizeMax, boolean unique) implements Shape {
        @Override
        public String title() {
            return "a list";
        }
    }

    /// The first shape whose sort of node (scalar, list, mapping) fits decides.
    record Either(List<Shape> shapes) implements Shape {
        public Either {
            shapes = List.copyOf(shapes);
        }

        @Override
        public String title() {
            return String.join(" or ", shapes.stream().map(Shape::title).toList());
        }
    }

    /// A mapping of a kind that [OdcsTable] describes.
    record Fields(String kind) implements Shape {
        @Override
        public String title() {
            return "a mapping (key: value)";
        }
    }
}
