package foz.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The shapes of ODCS v3.1.0, as a table.
///
/// One kind of mapping a line, continued where the next line is indented: `Name: field field ...`.
/// A field is `name[!][^][:Shape]`: `!` required; `^` exactly one of the kind's `^` fields is
/// required; the shape is text where none is written, `X*` is a list of X, `X|Y` is either. `+Name`
/// takes over the fields and variants of another kind. `Name/key=value: ...` adds fields where the
/// mapping's key has that value; an empty value stands for an absent key, `*` for any text.
/// `Name...` is a mapping that may hold other keys too.
///
/// Source: odcs-json-schema-v3.1.0.json of the Open Data Contract Standard.
final class OdcsTable {

    private static final String KINDS =
            """
            Contract: version! apiVersion!:ApiVersion kind!:Kind id! status! name tenant domain dataProduct
              description:Description tags:Text* servers:Server* schema:Table* support:Support* price:Price
              team:Team|Member* roles:Role* slaDefaultElement slaProperties:Sla* contractCreatedTs
              authoritativeDefinitions:Definition* customProperties:Custom*
            Description...: usage purpose limitations authoritativeDefinitions:Definition* customProperties:Custom*
            Definition: id:Id url! type! description
            Custom: id:Id property! value!:Any description
            Support: id:Id channel! url description tool scope invitationUrl customProperties:Custom*
            Price: id:Id priceAmount:Number priceCurrency priceUnit
            Team: id:Id name description members:Member* tags:Text* customProperties:Custom*
              authoritativeDefinitions:Definition*
            Member: id:Id username! name description role dateIn dateOut replacedByUsername tags:Text*
              customProperties:Custom* authoritativeDefinitions:Definition*
            Role: id:Id role! description access firstLevelApprovers secondLevelApprovers customProperties:Custom*
            Sla: id:Id property! value!:Single valueExt:Single unit element driver description scheduler schedule

            Element: id:Id name physicalType description businessName authoritativeDefinitions:Definition*
              tags:Text* customProperties:Custom*
            Table: +Element name! logicalType:TableType physicalName dataGranularityDescription
              properties:Column* relationships:TableRelationship* quality:Quality*
            Item: +Element primaryKey:Boolean primaryKeyPosition:Integer logicalType:LogicalType
              physicalName required:Boolean unique:Boolean partitioned:Boolean
              partitionKeyPosition:Integer classification encryptedName transformSourceObjects:Text*
              transformLogic transformDescription examples:Any* criticalDataElement:Boolean
              relationships:ColumnRelationship* quality:Quality*
            Item/logicalType=: logicalTypeOptions:UntypedOptions properties:Column* items:Item
            Item/logicalType=string: logicalTypeOptions:StringOptions
            Item/logicalType=date: logicalTypeOptions:DateOptions
            Item/logicalType=timestamp: logicalTypeOptions:TimeOptions
            Item/logicalType=time: logicalTypeOptions:TimeOptions
            Item/logicalType=integer: logicalTypeOptions:IntegerOptions
            Item/logicalType=number: logicalTypeOptions:NumberOptions
            Item/logicalType=boolean: logicalTypeOptions:Map
            Item/logicalType=object: logicalTypeOptions:ObjectOptions properties:Column*
            Item/logicalType=array: logicalTypeOptions:ArrayOptions items:Item
            Column: +Item name!
            StringOptions: minLength:Natural maxLength:Natural pattern format
            DateOptions: format exclusiveMaximum maximum exclusiveMinimum minimum
            TimeOptions: +DateOptions timezone:Boolean defaultTimezone
            Bounds: multipleOf:Positive maximum:Number exclusiveMaximum:Number minimum:Number
              exclusiveMinimum:Number
            IntegerOptions: +Bounds format:IntegerFormat
            NumberOptions: +Bounds format:NumberFormat
            ObjectOptions: maxProperties:Natural minProperties:Natural required:Names
            ArrayOptions: maxItems:Natural minItems:Natural uniqueItems:Boolean
            UntypedOptions:
            ColumnRelationship: type:RelationshipType to!:Reference|References customProperties:Custom*
            TableRelationship: +ColumnRelationship from!:Reference|References

            Quality: id:Id authoritativeDefinitions:Definition* businessImpact customProperties:Custom*
              description dimension:Dimension method name schedule scheduler severity tags:Text*
              type:QualityType unit
            Operators: mustBe^:Any mustNotBe^:Any mustBeGreaterThan^:Number mustBeGreaterOrEqualTo^:Number
              mustBeLessThan^:Number mustBeLessOrEqualTo^:Number mustBeBetween^:Range mustNotBeBetween^:Range
            Library: metric!:Metric rule arguments:Map +Operators
            Quality/type=library: +Library
            Quality/metric=*: +Library
            Quality/type=sql: query! +Operators
            Quality/type=custom: engine! implementation!:Text|Map

            Server: id:Id server! type!:ServerType description environment roles:Role* customProperties:Custom*
            Server/type=api: location!
            Server/type=athena: stagingDir! schema! catalog regionName
            Server/type=azure: location! format! delimiter
            Server/type=bigquery: project! dataset!
            Server/type=clickhouse: host! port!:Integer database!
            Server/type=cloudsql: host! port!:Integer database! schema!
            Server/type=custom: account catalog database dataset delimiter endpointUrl format host location
              path port:Integer project region regionName schema serviceName stagingDir warehouse stream
            Server/type=databricks: host catalog! schema!
            Server/type=db2: host! port!:Integer database! schema
            Server/type=denodo: host! port!:Integer database
            Server/type=dremio: host! port!:Integer schema
            Server/type=duckdb: database! schema
            Server/type=glue: account! database! location format
            Server/type=hive: host! port:Integer database!
            Server/type=impala: host! port:Integer database!
            Server/type=informix: host! port:Integer database!
            Server/type=kafka: host! format
            Server/type=kinesis: region format
            Server/type=local: path! format!
            Server/type=mysql: host! port!:Integer database!
            Server/type=oracle: host! port!:Integer serviceName!
            Server/type=postgres: host! port!:Integer database! schema!
            Server/type=postgresql: host! port!:Integer database! schema!
            Server/type=presto: host! catalog schema
            Server/type=pubsub: project!
            Server/type=redshift: host database! schema! region account
            Server/type=s3: location! endpointUrl format delimiter
            Server/type=sftp: location!:SftpUrl format delimiter
            Server/type=snowflake: host port:Integer account! database! schema! warehouse
            Server/type=sqlserver: host! port:Integer database! schema!
            Server/type=synapse: host! port!:Integer database!
            Server/type=trino: host! port!:Integer catalog! schema!
            Server/type=vertica: host! port!:Integer database! schema!
            Server/type=zen: host! port:Integer database!
            """;

    /// Shape, its name in messages, its words.
    private static final String CHOICES =
            """
            Kind | kind | DataContract
            ApiVersion | apiVersion | v3.1.0 v3.0.2 v3.0.1 v3.0.0 v2.2.2 v2.2.1 v2.2.0
            TableType | logicalType of a table | object
            LogicalType | logicalType | string date timestamp time number integer object array boolean
            IntegerFormat | format of an integer | i8 i16 i32 i64 i128 u8 u16 u32 u64 u128
            NumberFormat | format of a number | f32 f64
            RelationshipType | type of relationship | foreignKey
            QualityType | type of quality rule | text library sql custom
            Dimension | quality dimension | accuracy completeness conformity consistency coverage timeliness uniqueness
            Metric | metric | nullValues missingValues invalidValues duplicateValues rowCount
            ServerType | type of server | api athena azure bigquery clickhouse cloudsql custom databricks db2 denodo dremio duckdb glue hive impala informix kafka kinesis local mysql oracle postgres postgresql presto pubsub redshift s3 sftp snowflake sqlserver synapse trino vertica zen
            """;

    static final Shape.Words TEXT = words("text", "(?s).*");
    private static final Shape.Amount NUMBER =
            new Shape.Amount("a number", false, Shape.Bound.NONE);
    private static final Shape.Words REFERENCE =
            words(
                    "a reference such as table.column",
                    "[A-Za-z_][A-Za-z0-9_]*\\.[A-Za-z_][A-Za-z0-9_]*"
                            + "|(?:(?:https?://)?[A-Za-z0-9._\\-/]+\\.yaml#)?"
                            + "/?[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+"
                            + "(?:/[A-Za-z_][A-Za-z0-9_]*/[A-Za-z0-9_-]+)*");

    private static final Map<String, Shape> LEAVES = leaves();

    private static final Map<String, Kind> TABLE = kinds();

    private OdcsTable() {}

    /// A mapping's fields, and those that it has beside them in certain cases.
    record Kind(boolean open, Map<String, Field> fields, List<Variant> variants) {}

    /// @param oneOf exactly one of the kind's fields so marked must be there
    record Field(Shape shape, boolean required, boolean oneOf) {}

    /// Fields that exist where `key` has `value`; empty for an absent key, `*` for any text.
    record Variant(String key, String value, Map<String, Field> fields) {}

    static Kind kind(String name) {
        Kind kind = TABLE.get(name);
        if (kind == null) {
            throw new IllegalArgumentException("no kind " + name);
        }
        return kind;
    }

    private static Map<String, Shape> leaves() {
        Map<String, Shape> leaves = new HashMap<>();
        leaves.put("Text", TEXT);
        leaves.put("Id", words("an id of letters, digits, '-' and '_'", "[A-Za-z0-9_-]+"));
        leaves.put("SftpUrl", words("an address that starts with sftp://", "(?s)sftp://.*"));
        leaves.put("Reference", REFERENCE);
        leaves.put("References", new Shape.Items(REFERENCE, 1, Integer.MAX_VALUE, false));
        leaves.put("Names", new Shape.Items(TEXT, 1, Integer.MAX_VALUE, true));
        leaves.put("Number", NUMBER);
        leaves.put("Range", new Shape.Items(NUMBER, 2, 2, true));
        leaves.put("Integer", new Shape.Amount("a whole number", true, Shape.Bound.NONE));
        leaves.put(
                "Natural", new Shape.Amount("a whole number from 0", true, Shape.Bound.FROM_ZERO));
        leaves.put("Positive", new Shape.Amount("a number above 0", false, Shape.Bound.ABOVE_ZERO));
        leaves.put("Boolean", new Shape.Flag());
        leaves.put("Any", new Shape.Anything());
        leaves.put("Single", new Shape.Single());
        leaves.put("Map", new Shape.OpenMap());
        CHOICES.lines()
                .map(line -> line.split(" \\| ", 3))
                .forEach(part ->
                        leaves.put(
                                part[0],
                                new Shape.Choice(part[1], Arrays.asList(part[2].split(" ", -1)))));
        return Map.copyOf(leaves);
    }

    private static Shape.Words words(String title, String pattern) {
        return new Shape.Words(title, Pattern.compile(pattern));
    }

    private static Map<String, Kind> kinds() {
        Map<String, Kind> kinds = new HashMap<>();
        for (String line : KINDS.replace("\n  ", " ").lines().toList()) {
            if (!line.isBlank()) {
                int colon = line.indexOf(':');
                add(kinds, line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
        return Map.copyOf(kinds);
    }

    private static void add(Map<String, Kind> kinds, String head, String body) {
        Map<String, Field> fields = new LinkedHashMap<>();
        List<Variant> variants = new ArrayList<>();
        for (String word : body.isEmpty() ? List.<String>of() : List.of(body.split(" +", -1))) {
            if (word.startsWith("+")) {
                Kind other = known(kinds, word.substring(1));
                fields.putAll(other.fields());
                variants.addAll(other.variants());
            } else {
                addField(fields, word);
            }
        }
        int slash = head.indexOf('/');
        if (slash < 0) {
            boolean open = head.endsWith("...");
            kinds.put(head.replace("...", ""), new Kind(open, fields, variants));
        } else {
            String[] condition = head.substring(slash + 1).split("=", 2);
            known(kinds, head.substring(0, slash))
                    .variants()
                    .add(new Variant(condition[0], condition[1], fields));
        }
    }

    private static Kind known(Map<String, Kind> kinds, String name) {
        Kind kind = kinds.get(name);
        if (kind == null) {
            throw new IllegalStateException("the table names " + name + " before it describes it");
        }
        return kind;
    }

    private static void addField(Map<String, Field> fields, String word) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        Shape shape = colon < 0 ? TEXT : shape(word.substring(colon + 1));
        fields.put(
                name.replaceAll("[!^]", ""),
                new Field(shape, name.indexOf('!') >= 0, name.indexOf('^') >= 0));
    }

    private static Shape shape(String text) {
        if (text.indexOf('|') >= 0) {
            return Arrays.stream(text.split("\\|", -1))
                    .map(OdcsTable::shape)
                    .collect(Collectors.collectingAndThen(Collectors.toList(), Shape.Either::new));
        }
        if (text.endsWith("*")) {
            Shape item = shape(text.substring(0, text.length() - 1));
            return new Shape.Items(item, 0, Integer.MAX_VALUE, false);
        }
        Shape leaf = LEAVES.get(text);
        return leaf != null ? leaf : new Shape.Fields(text);
    }
}
