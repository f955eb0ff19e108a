package foz.adapter.camel;

import foz.agent.FeedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Rows as elements at a path, one in memory at a time. Neither DTDs nor entities of one's own are
/// taken: a document could read files of this machine through them, or grow without end.
final class XmlReader implements RowReader {

    private static final String NIL_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance";
    private static final Set<String> SOAP =
            Set.of(
                    "http://schemas.xmlsoap.org/soap/envelope/",
                    "http://www.w3.org/2003/05/soap-envelope");

    private final FeedSpec.Xml format;

    XmlReader(FeedSpec.Xml format) {
        this.format = format;
    }

    @Override
    public List<String> nulls() {
        return List.of();
    }

    private static XMLStreamReader open(InputStream in) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("external entities are not taken");
        });
        return factory.createXMLStreamReader(in);
    }

    @Override
    public void read(Document document, Handler handler) throws IOException {
        boolean parentSeen = false;
        try (InputStream in = Files.newInputStream(document.file())) {
            XMLStreamReader xml = open(in);
            Deque<Boolean> onPath = new ArrayDeque<>();
            while (xml.hasNext()) {
                int event = xml.next();
                refuse(document, xml, event);
                if (event == XMLStreamConstants.START_ELEMENT) {
                    int depth = onPath.size();
                    boolean on =
                            depth < format.rows().size()
                                    && !onPath.contains(false)
                                    && matches(xml, format.rows().get(depth));
                    if (on && depth == format.rows().size() - 1) {
                        parentSeen = true;
                        handler.row(row(document, xml));
                    } else {
                        onPath.addLast(on);
                        parentSeen |= on && depth == format.rows().size() - 2;
                    }
                } else if (event == XMLStreamConstants.END_ELEMENT) {
                    onPath.removeLast();
                }
            }
        } catch (XMLStreamException e) {
            throw new FeedException(
                    "%s: is not XML, or ends too early: %s"
                            .formatted(document.name(), e.getMessage()),
                    e);
        }
        if (!parentSeen && format.rows().size() > 1) {
            throw new FeedException(
                    "%s: has no element %s in which the rows would lie; correct 'rows', or see what the source answered"
                            .formatted(
                                    document.name(),
                                    "/"
                                            + String.join(
                                                    "/",
                                                    format.rows()
                                                            .subList(
                                                                    0, format.rows().size() - 1))));
        }
    }

    private static void refuse(Document document, XMLStreamReader xml, int event)
            throws XMLStreamException {
        if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
            throw new FeedException(
                    "%s, line %d: has a DTD or an entity of its own, which are not taken; have the source write plain XML"
                            .formatted(document.name(), xml.getLocation().getLineNumber()));
        }
        if (event == XMLStreamConstants.START_ELEMENT
                && xml.getLocalName().equals("Fault")
                && SOAP.contains(String.valueOf(xml.getNamespaceURI()))) {
            throw new FeedException(
                    document.name() + ": the service answered a fault: " + words(xml));
        }
    }

    /// All text within the element, shortened.
    private static String words(XMLStreamReader xml) throws XMLStreamException {
        StringBuilder words = new StringBuilder();
        for (int depth = 1; depth > 0; ) {
            int event = xml.next();
            depth +=
                    event == XMLStreamConstants.START_ELEMENT
                            ? 1
                            : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
            if (event == XMLStreamConstants.CHARACTERS && !xml.isWhiteSpace()) {
                words.append(xml.getText().strip()).append(' ');
            }
        }
        return words.length() > 200 ? words.substring(0, 200) : words.toString().strip();
    }

    private boolean matches(XMLStreamReader xml, String name) {
        int colon = name.indexOf(':');
        return colon < 0
                ? xml.getLocalName().equals(name)
                : xml.getLocalName().equals(name.substring(colon + 1))
                        && format.namespaces()
                                .getOrDefault(name.substring(0, colon), "")
                                .equals(xml.getNamespaceURI());
    }

    /// Reads the row's element to its end: texts by path below it, attributes as `@name`.
    private static RowText row(Document document, XMLStreamReader xml) throws XMLStreamException {
        Map<String, @Nullable String> texts = new HashMap<>();
        Set<String> repeated = new HashSet<>();
        String place = "line " + xml.getLocation().getLineNumber();
        Deque<String> path = new ArrayDeque<>();
        Deque<StringBuilder> content = new ArrayDeque<>();
        attributes(xml, "", texts);
        content.addLast(new StringBuilder());
        while (!content.isEmpty()) {
            int event = xml.next();
            refuse(document, xml, event);
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> {
                    path.addLast(xml.getLocalName());
                    attributes(xml, String.join("/", path) + "/", texts);
                    content.addLast(new StringBuilder());
                    if ("true".equals(xml.getAttributeValue(NIL_NAMESPACE, "nil"))) {
                        put(texts, repeated, String.join("/", path), null);
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        content.getLast().append(xml.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    String text = content.removeLast().toString();
                    String name = path.isEmpty() ? "." : String.join("/", path);
                    boolean nil = texts.containsKey(name) && texts.get(name) == null;
                    if (!nil) {
                        put(texts, repeated, name, text);
                    }
                    path.pollLast();
                }
                default -> {
                    // Comments and processing instructions say nothing of a row.
                }
            }
        }
        return new Row(document, place, texts, repeated);
    }

    private static void attributes(
            XMLStreamReader xml, String prefix, Map<String, @Nullable String> texts) {
        for (int i = 0; i < xml.getAttributeCount(); i++) {
            texts.put(prefix + "@" + xml.getAttributeLocalName(i), xml.getAttributeValue(i));
        }
    }

    private static void put(
            Map<String, @Nullable String> texts,
            Set<String> repeated,
            String name,
            @Nullable String text) {
        if (texts.containsKey(name)) {
            repeated.add(name);
        }
        texts.put(name, text);
    }

    @Override
    public String beside(Document document, String path) throws IOException {
        List<String> wanted = List.of(path.replaceFirst("^/", "").split("/", -1));
        try (InputStream in = Files.newInputStream(document.file())) {
            XMLStreamReader xml = open(in);
            List<String> names = new ArrayList<>();
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        names.add(xml.getLocalName());
                        if (names.equals(wanted)) {
                            return xml.getElementText().strip();
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> names.removeLast();
                    default -> {
                        // Nothing else can be what is looked for.
                    }
                }
            }
            return "";
        } catch (XMLStreamException e) {
            throw new FeedException(
                    "%s: has no text at '%s': %s".formatted(document.name(), path, e.getMessage()),
                    e);
        }
    }

    private record Row(
            Document document,
            String place,
            Map<String, @Nullable String> texts,
            Set<String> repeated)
            implements RowText {

        @Override
        public @Nullable String get(String field) {
            if (repeated.contains(field)) {
                throw new FeedException(
                        "%s, %s: has the element '%s' more than once; map one that stands once"
                                .formatted(document.name(), place, field));
            }
            return texts.get(field);
        }
    }
}
