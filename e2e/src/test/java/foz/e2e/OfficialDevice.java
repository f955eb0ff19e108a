package foz.e2e;

import co.touchlab.kermit.LogWriter;
import co.touchlab.kermit.Logger;
import co.touchlab.kermit.Severity;
import co.touchlab.kermit.StaticConfig;
import com.powersync.DatabaseDriverFactory;
import com.powersync.PowerSyncDatabase;
import com.powersync.PowerSyncDatabaseFactoryKt;
import com.powersync.connectors.PowerSyncBackendConnector;
import com.powersync.connectors.PowerSyncCredentials;
import com.powersync.db.SqlCursor;
import com.powersync.db.crud.CrudEntry;
import com.powersync.db.crud.CrudTransaction;
import com.powersync.db.schema.ColumnType;
import com.powersync.db.schema.Schema;
import com.powersync.db.schema.TableOptions;
import com.powersync.sync.ConfigureSyncHttpClientKt;
import com.powersync.sync.SyncClientConfiguration;
import com.powersync.sync.SyncOptions;
import com.powersync.utils.JsonParam;
import io.ktor.client.HttpClient;
import io.ktor.client.HttpClientJvmKt;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.CoroutineScope;
import kotlinx.coroutines.CoroutineScopeKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.SupervisorKt;
import kotlinx.coroutines.TimeoutKt;
import org.jspecify.annotations.Nullable;

/// A device of a test: the official, unmodified PowerSync SDK for the JVM with its own database
/// file.
///
/// Methods block the caller and may be called from any thread, virtual ones too, but not from a
/// thread of `Dispatchers.Default`. The SDK synchronises in the background from [#connect()] to
/// [#disconnect()]. A fault of the SDK's is an [SdkException].
///
/// At most one open device per file: a second one waits, without an error, for the first to
/// disconnect.
public final class OfficialDevice implements AutoCloseable {
    /// The declared type of a column; the SDK's views cast to it.
    public enum Type {
        TEXT,
        INTEGER,
        REAL
    }

    public record Column(String name, Type type) {}

    /// A table of the app's schema. The text column `id` is implied and must not be listed.
    public record Table(String name, List<Column> columns) {
        public Table {
            columns = List.copyOf(columns);
        }
    }

    /// What the app's backend hands to a signed-in user.
    ///
    /// @param endpoint base address without a slash at its end
    /// @param token the JWT as text
    public record Credentials(String endpoint, String token) {
        @Override
        public String toString() {
            return "Credentials[endpoint=" + endpoint + ", token=***]";
        }
    }

    /// One entry of the upload queue.
    ///
    /// @param clientId position in the queue, rising for the life of the database file
    /// @param transactionId the local transaction that wrote it
    /// @param op `PUT`, `PATCH` or `DELETE`
    /// @param data the written columns as text; empty for `DELETE`
    /// @param json the same as a JSON object with the types that SQLite stored; `{}` for `DELETE`
    public record Crud(
            long clientId,
            long transactionId,
            String op,
            String table,
            String id,
            Map<String, @Nullable String> data,
            String json) {
        public Crud {
            data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        }
    }

    /// What the app's developer writes. Both methods run on a virtual thread of their own and are
    /// interrupted by [OfficialDevice#disconnect()].
    public interface Connector {
        /// Called before the first connection and after each end of the token's use.
        Credentials credentials() throws IOException, InterruptedException;

        /// Delivers one local transaction. It leaves the queue only if this returns normally.
        ///
        /// @param clientId identity of the database file, the `client_id` of the sync requests
        void upload(String clientId, List<Crud> transaction)
                throws IOException, InterruptedException;
    }

    public record Statement(String sql, List<? extends @Nullable Object> params) {
        public Statement {
            params = Collections.unmodifiableList(new ArrayList<>(params));
        }

        public static Statement of(String sql, @Nullable Object... params) {
            return new Statement(sql, Arrays.asList(params));
        }
    }

    /// Settings of the synchronisation.
    ///
    /// @param retryDelay pause after each end or failure of the stream or an upload; the SDK's
    ///   default is 5 s
    /// @param crudThrottle least time between two starts of uploads; the SDK's default is 1 s
    /// @param parameters client parameters: `String`, `Number`, `Boolean`, `List` or `Map` of these
    /// @param appMetadata text the service may log
    public record Options(
            Duration retryDelay,
            Duration crudThrottle,
            Map<String, ?> parameters,
            Map<String, String> appMetadata) {
        public Options {
            parameters = Map.copyOf(parameters);
            appMetadata = Map.copyOf(appMetadata);
        }

        /// Short pauses, so that tests need not wait.
        public static Options quick() {
            return new Options(Duration.ofMillis(100), Duration.ofMillis(10), Map.of(), Map.of());
        }

        /// The pauses of an app that sets nothing.
        public static Options sdkDefaults() {
            return new Options(Duration.ofSeconds(5), Duration.ofSeconds(1), Map.of(), Map.of());
        }

        public Options withParameters(Map<String, ?> newParameters) {
            return new Options(retryDelay, crudThrottle, newParameters, appMetadata);
        }
    }

    /// The SDK failed, for instance on a wrong SQL statement or a schema it refuses.
    public static final class SdkException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SdkException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final PowerSyncDatabase database;
    private final CoroutineScope scope;
    private final HttpClient http;
    private final Connector connector;
    private final Options options;

    private OfficialDevice(
            PowerSyncDatabase database,
            CoroutineScope scope,
            HttpClient http,
            Connector connector,
            Options options) {
        this.database = database;
        this.scope = scope;
        this.http = http;
        this.connector = connector;
        this.options = options;
    }

    public static OfficialDevice open(Path databaseFile, List<Table> schema, Connector connector) {
        return open(databaseFile, schema, connector, Options.quick());
    }

    /// Opens or creates the database, offline. The folder must exist.
    public static OfficialDevice open(
            Path databaseFile, List<Table> schema, Connector connector, Options options) {
        CoroutineScope scope =
                CoroutineScopeKt.CoroutineScope(
                        Dispatchers.getDefault().plus(SupervisorKt.SupervisorJob(null)));
        PowerSyncDatabase database =
                PowerSyncDatabaseFactoryKt.PowerSyncDatabase(
                        new DatabaseDriverFactory(),
                        sdkSchema(schema),
                        databaseFile.toAbsolutePath().toString(),
                        scope,
                        new Logger(
                                new StaticConfig(
                                        Severity.Verbose, List.<LogWriter>of(new SystemLog())),
                                "PowerSync"),
                        null);
        var device = new OfficialDevice(database, scope, httpClient(), connector, options);
        device.awaitOpen();
        return device;
    }

    private void awaitOpen() {
        try {
            Coroutines.await(database::getPowerSyncVersion);
        } catch (SdkException e) {
            close();
            throw e;
        }
    }

    /// The SDK never closes a client that it makes itself, so its threads would live on for a
    /// minute.
    private static HttpClient httpClient() {
        String userAgent = new SyncOptions().getUserAgent();
        return HttpClientJvmKt.HttpClient(config -> {
            ConfigureSyncHttpClientKt.configureSyncHttpClient(config, userAgent);
            return Unit.INSTANCE;
        });
    }

    /// Starts synchronising and returns at once; a connected device connects anew.
    ///
    /// That also wakes a stuck upload queue. This SDK looks at the queue only after the first line
    /// of a stream and after a local write, and only while connected. It does not retry a failed
    /// upload by itself, and overlooks a write made while the uploads that a first line started
    /// wait for their write checkpoint.
    public void connect() {
        var syncOptions =
                new SyncOptions(
                        true,
                        new SyncOptions().getUserAgent(),
                        new SyncClientConfiguration.ExistingClient(http),
                        true);
        Coroutines.await(continuation ->
                database.connect(
                        new SdkConnector(),
                        options.crudThrottle().toMillis(),
                        options.retryDelay().toMillis(),
                        jsonParameters(options.parameters()),
                        syncOptions,
                        options.appMetadata(),
                        continuation));
    }

    /// Stops synchronising and waits until the stream and any upload have ended. The device keeps
    /// its data and forgets its token.
    public void disconnect() {
        Coroutines.await(database::disconnect);
    }

    /// Logout: disconnects and deletes all data, the upload queue too. The client id stays.
    public void disconnectAndClear() {
        Coroutines.await(continuation -> database.disconnectAndClear(true, false, continuation));
    }

    @Override
    public void close() {
        try {
            Coroutines.await(database::close);
        } finally {
            http.close();
            CoroutineScopeKt.cancel(scope, null);
        }
    }

    /// Runs one statement, a transaction of its own.
    ///
    /// @param params `String`, `Integer`, `Long`, `Double`, `Boolean`, `byte[]` or null
    public void execute(String sql, List<? extends @Nullable Object> params) {
        Coroutines.await(continuation -> database.execute(sql, params, continuation));
    }

    /// Runs the statements in one local transaction, which makes one upload.
    public void writeTransaction(List<Statement> statements) {
        Coroutines.await(continuation ->
                database.writeTransaction(
                        transaction -> {
                            for (Statement statement : statements) {
                                transaction.execute(statement.sql(), statement.params());
                            }
                            return Unit.INSTANCE;
                        },
                        continuation));
    }

    /// Rows as SQLite's text of each column, in the order of the columns.
    public List<Map<String, @Nullable String>> query(String sql, @Nullable Object... params) {
        List<? extends Map<String, @Nullable String>> rows =
                Coroutines.await(continuation ->
                        database.getAll(
                                sql, Arrays.asList(params), OfficialDevice::row, continuation));
        return List.copyOf(rows);
    }

    private static Map<String, @Nullable String> row(SqlCursor cursor) {
        var row = new LinkedHashMap<String, @Nullable String>();
        cursor.getColumnNames().forEach((name, index) -> row.put(name, cursor.getString(index)));
        return Collections.unmodifiableMap(row);
    }

    /// True once the server's response headers have arrived, until the stream ends.
    public boolean connected() {
        return database.getCurrentStatus().getConnected();
    }

    public boolean downloading() {
        return database.getCurrentStatus().getDownloading();
    }

    public boolean uploading() {
        return database.getCurrentStatus().getUploading();
    }

    /// When a complete checkpoint was last applied; kept in the file, to the second.
    public Optional<Instant> lastSynced() {
        return Optional.ofNullable(database.getCurrentStatus().getLastSyncedAt())
                .map(at ->
                        Instant.ofEpochSecond(at.getEpochSeconds(), at.getNanosecondsOfSecond()));
    }

    /// The SDK's last download and upload errors, or an empty text. A completed checkpoint clears
    /// the download error, but only [#connect()] the upload error.
    public String lastErrors() {
        var errors = new StringJoiner("; ");
        var status = database.getCurrentStatus();
        @Nullable Object download = status.getDownloadError();
        if (download != null) {
            errors.add("download: " + download);
        }
        @Nullable Object upload = status.getUploadError();
        if (upload != null) {
            errors.add("upload: " + upload);
        }
        return errors.toString();
    }

    public boolean hasPendingUploads() {
        return !query("SELECT id FROM ps_crud LIMIT 1").isEmpty();
    }

    /// The `client_id` that this file sends with its requests.
    public String clientId() {
        return Objects.requireNonNull(
                query("SELECT powersync_client_id() AS id").getFirst().get("id"));
    }

    /// Whether a complete checkpoint was applied before the limit, now or in an earlier run.
    public boolean waitForFirstSync(Duration limit) {
        // Not a Unit: what a suspend function without result hands to Java may be any object.
        @Nullable Object synced =
                Coroutines.await(continuation ->
                        TimeoutKt.withTimeoutOrNull(
                                limit.toMillis(),
                                (_, inner) -> Coroutines.start(database::waitForFirstSync, inner),
                                continuation));
        return synced != null;
    }

    private void uploadAll() throws IOException, InterruptedException {
        String clientId = clientId();
        for (var next = nextTransaction(); next.isPresent(); next = nextTransaction()) {
            CrudTransaction transaction = next.get();
            connector.upload(
                    clientId, transaction.getCrud().stream().map(OfficialDevice::crud).toList());
            Coroutines.await(continuation -> transaction.getComplete().invoke(null, continuation));
        }
    }

    private Optional<CrudTransaction> nextTransaction() {
        @Nullable CrudTransaction next = Coroutines.await(database::getNextCrudTransaction);
        return Optional.ofNullable(next);
    }

    private static Crud crud(CrudEntry entry) {
        var written = entry.getOpData();
        var data = new LinkedHashMap<String, @Nullable String>();
        if (written != null) {
            written.forEach(data::put);
        }
        return new Crud(
                entry.getClientId(),
                Objects.requireNonNull(entry.getTransactionId()),
                entry.getOp().toJson(),
                entry.getTable(),
                entry.getId(),
                data,
                written == null ? "{}" : written.getJsonValues().toString());
    }

    private static Schema sdkSchema(List<Table> tables) {
        return new Schema(
                tables.stream()
                        .map(OfficialDevice::sdkTable)
                        .toArray(com.powersync.db.schema.Table[]::new));
    }

    private static com.powersync.db.schema.Table sdkTable(Table table) {
        return new com.powersync.db.schema.Table(
                table.name(),
                table.columns().stream().map(OfficialDevice::sdkColumn).toList(),
                List.of(),
                new TableOptions(),
                null);
    }

    private static com.powersync.db.schema.Column sdkColumn(Column column) {
        return new com.powersync.db.schema.Column(
                column.name(), ColumnType.valueOf(column.type().name()));
    }

    private static Map<String, JsonParam> jsonParameters(Map<?, ?> values) {
        var parameters = new LinkedHashMap<String, JsonParam>();
        values.forEach((name, value) -> parameters.put(String.valueOf(name), json(value)));
        return parameters;
    }

    private static JsonParam json(@Nullable Object value) {
        return switch (value) {
            case null -> JsonParam.Null.INSTANCE;
            case String text -> new JsonParam.String(text);
            case Number number -> new JsonParam.Number(number);
            case Boolean flag -> new JsonParam.Boolean(flag);
            case List<?> list ->
                    new JsonParam.Collection(list.stream().map(OfficialDevice::json).toList());
            case Map<?, ?> map -> new JsonParam.Map(jsonParameters(map));
            case Object other ->
                    throw new IllegalArgumentException("no client parameter: " + other.getClass());
        };
    }

    private final class SdkConnector extends PowerSyncBackendConnector {
        @Override
        public @Nullable Object fetchCredentials(
                Continuation<? super PowerSyncCredentials> continuation) {
            return Coroutines.onOwnThread(
                    () -> {
                        Credentials credentials = connector.credentials();
                        return new PowerSyncCredentials(
                                credentials.endpoint(), credentials.token(), null);
                    },
                    continuation);
        }

        @Override
        public @Nullable Object uploadData(
                PowerSyncDatabase sameDatabase, Continuation<? super Unit> continuation) {
            return Coroutines.onOwnThread(
                    () -> {
                        uploadAll();
                        return Unit.INSTANCE;
                    },
                    continuation);
        }
    }

    /// The SDK's log as the system logger `powersync`; its errors are a test's everyday life.
    private static final class SystemLog extends LogWriter {
        private static final System.Logger LOG = System.getLogger("powersync");

        @Override
        public void log(
                Severity severity, String message, String tag, @Nullable Throwable throwable) {
            LOG.log(
                    severity.compareTo(Severity.Warn) < 0
                            ? System.Logger.Level.TRACE
                            : System.Logger.Level.DEBUG,
                    message,
                    throwable);
        }
    }
}
