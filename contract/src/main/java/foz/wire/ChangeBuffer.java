package foz.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Changes in the encoding of batches, on their way into one: rows go in value by value, as bytes,
/// without being made into texts first. Kept from use to use, so that a change costs no memory of
/// its own. Not safe for several threads.
public final class ChangeBuffer {

    private static final int CONTROL = -1;

    private final Bytes bytes = new Bytes(1 << 12);
    private final List<Change.TableHeader> headers = new ArrayList<>();

    /// Of each item: where it begins, and its header's place in `headers`, or [#CONTROL].
    private int[] starts = new int[64];

    private int[] tables = new int[64];
    private int items;
    private int rows;
    private int values;

    /// Rows and control records, in order.
    public int items() {
        return items;
    }

    /// Upserts, deletes, and rows that are compared.
    public int rows() {
        return rows;
    }

    public int bytes() {
        return bytes.length();
    }

    public boolean isEmpty() {
        return items == 0;
    }

    public void clear() {
        bytes.truncate(0);
        headers.clear();
        items = 0;
        rows = 0;
    }

    /// Begins a row: as many values as the header has columns must follow.
    public void upsert(Change.TableHeader table) {
        begin(table, BatchWriter.UPSERT);
    }

    /// Begins a row of which only the key counts: its other values are [#nothing].
    public void delete(Change.TableHeader table) {
        begin(table, BatchWriter.DELETE);
    }

    private void begin(Change.TableHeader table, byte kind) {
        requireWhole();
        item(header(table));
        bytes.put(kind);
        rows++;
        values = table.columns().size();
    }

    private int header(Change.TableHeader table) {
        int last = headers.size() - 1;
        if (last >= 0 && headers.get(last).equals(table)) {
            return last;
        }
        headers.add(table);
        return last + 1;
    }

    private void item(int table) {
        if (items == starts.length) {
            starts = Arrays.copyOf(starts, items * 2);
            tables = Arrays.copyOf(tables, items * 2);
        }
        starts[items] = bytes.length();
        tables[items] = table;
        items++;
    }

    private void requireWhole() {
        if (values != 0) {
            throw new IllegalStateException("the row before lacks " + values + " values");
        }
    }

    /// A value of UTF-8 bytes.
    public void text(byte[] utf8, int offset, int length) {
        bytes.putVarint(length + BatchWriter.TEXT_FROM);
        bytes.put(utf8, offset, length);
        values--;
    }

    public void text(@Nullable String text) {
        if (text == null) {
            nothing();
        } else {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            text(utf8, 0, utf8.length);
        }
    }

    /// Null.
    public void nothing() {
        bytes.putVarint(BatchWriter.NULL);
        values--;
    }

    /// The value is as it was, whatever that is.
    public void absent() {
        bytes.putVarint(BatchWriter.ABSENT);
        values--;
    }

    /// Takes the item added last out again.
    public void dropLast() {
        items--;
        if (tables[items] != CONTROL) {
            rows--;
        }
        bytes.truncate(starts[items]);
        values = 0;
    }

    /// Adds a change as texts. A header is taken from the rows that follow it.
    public void add(Change.TableHeader table, Change change) {
        switch (change) {
            case Change.Upsert(String[] texts, List<Integer> absent) -> {
                upsert(table);
                for (int i = 0; i < texts.length; i++) {
                    if (absent.contains(i)) {
                        absent();
                    } else {
                        text(texts[i]);
                    }
                }
            }
            case Change.Delete(String[] texts) -> {
                delete(table);
                for (String text : texts) {
                    text(text);
                }
            }
            case Change.SnapshotBegin(String name, long generation) ->
                    control(BatchWriter.SNAPSHOT_BEGIN, name, generation);
            case Change.SnapshotEnd(String name, long generation) ->
                    control(BatchWriter.SNAPSHOT_END, name, generation);
            case Change.CheckBegin(String name, long check) ->
                    control(BatchWriter.CHECK_BEGIN, name, check);
            case Change.Claim(String[] texts) -> {
                begin(table, BatchWriter.CLAIM);
                for (String text : texts) {
                    text(text);
                }
            }
            case Change.Moving(String[] texts) -> {
                begin(table, BatchWriter.MOVING);
                for (String text : texts) {
                    text(text);
                }
            }
            case Change.CheckEnd(String name, long check) ->
                    control(BatchWriter.CHECK_END, name, check);
            case Change.Part(String transaction, int number, boolean last) -> {
                requireWhole();
                item(CONTROL);
                bytes.put(BatchWriter.PART);
                bytes.putText(transaction);
                bytes.putVarint(number);
                bytes.put((byte) (last ? 1 : 0));
            }
            case Change.TableHeader _ -> {
                // Written where a row needs it.
            }
        }
    }

    private void control(byte kind, String table, long generation) {
        requireWhole();
        item(CONTROL);
        bytes.put(kind);
        bytes.putText(table);
        bytes.putLong(generation);
    }

    /// Adds another buffer's upserts as claims.
    ///
    /// @param moving tells by a row's key texts, in the key's order, that nothing is said of it
    public void addClaims(ChangeBuffer upserts, Predicate<List<String>> moving) {
        for (int item = 0; item < upserts.items; item++) {
            if (!upserts.isRow(item)) {
                continue;
            }
            Change.TableHeader table = upserts.headers.get(upserts.tables[item]);
            int start = upserts.starts[item];
            if (upserts.bytes.at(start) != BatchWriter.UPSERT) {
                throw new IllegalArgumentException("only upserts can become claims");
            }
            List<String> key = upserts.key(table, start + 1);
            if (moving.test(key)) {
                begin(table, BatchWriter.MOVING);
                for (int column = 0; column < table.columns().size(); column++) {
                    int place = table.key().indexOf(column);
                    text(place < 0 ? null : key.get(place));
                }
                continue;
            }
            begin(table, BatchWriter.CLAIM);
            bytes.put(upserts.bytes, start + 1, upserts.end(item));
            values = 0;
        }
    }

    private List<String> key(Change.TableHeader table, int firstValue) {
        String[] texts = new String[table.key().size()];
        int at = firstValue;
        for (int column = 0; column < table.columns().size(); column++) {
            long code = bytes.varintAt(at);
            at += Bytes.varintLength(code);
            int length = (int) Math.max(0, code - BatchWriter.TEXT_FROM);
            int place = table.key().indexOf(column);
            if (place >= 0) {
                texts[place] = bytes.textAt(at, length);
            }
            at += length;
        }
        return List.of(texts);
    }

    /// Bytes of one item.
    public int bytes(int item) {
        return end(item) - starts[item];
    }

    private int end(int item) {
        return item + 1 < items ? starts[item + 1] : bytes.length();
    }

    /// Copies an item; its header goes before it where `current` is another one.
    ///
    /// @return the header that counts after it
    Change.@Nullable TableHeader copy(
            int item, Change.@Nullable TableHeader current, BatchWriter to) {
        int table = tables[item];
        Change.TableHeader wanted = table == CONTROL ? null : headers.get(table);
        if (wanted != null && !wanted.equals(current)) {
            to.add(wanted);
            current = wanted;
        }
        to.encoded().put(bytes, starts[item], end(item));
        return current;
    }

    boolean isRow(int item) {
        return tables[item] != CONTROL;
    }
}
