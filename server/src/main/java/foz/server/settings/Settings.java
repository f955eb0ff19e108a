package foz.server.settings;

import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// All settings of the server, under `foz.`. An unknown key stops the start.
@ConfigurationProperties(prefix = "foz", ignoreUnknownFields = false)
public record Settings(
        @Doc(
                        "Roles of this process: all, or a list of identity, ingest, apply, sync, command, console")
                @DefaultValue("all")
                List<String> roles,
        @Doc("This process's address as others reach it") @DefaultValue("http://127.0.0.1:8080")
                String publicUrl,
        @DefaultValue Database database,
        @DefaultValue Log log,
        @DefaultValue Ingest ingest,
        @DefaultValue Apply apply,
        @DefaultValue Sync sync,
        @DefaultValue Command command,
        @DefaultValue Identity identity,
        @DefaultValue Objects objects,
        @DefaultValue Metrics metrics) {

    public Settings {
        roles = List.copyOf(roles);
    }

    /// Control tables and replicas.
    public record Database(
            @Doc("JDBC URL of the PostgreSQL database")
                    @DefaultValue("jdbc:postgresql://127.0.0.1:5432/foz")
                    String jdbcUrl,
            @Doc("Its user") @DefaultValue("foz") String user,
            @Doc("Its password") @DefaultValue("") Secret password,
            @Doc("Connections that this process opens at most") @DefaultValue("24")
                    int connectionsMax) {}

    public record Log(
            @Doc("Kafka bootstrap servers") @DefaultValue("127.0.0.1:9092") String bootstrapServers,
            @Doc("Prefix of the topics' names") @DefaultValue("foz") String topicPrefix,
            @Doc("Partitions of a topic when Foz creates it") @DefaultValue("4") int partitions,
            @Doc("Replicas of a topic when Foz creates it") @DefaultValue("1") int replicas) {}

    public record Ingest(
            @Doc("How long a stream stays with an agent that says nothing") @DefaultValue("15000")
                    long leaseMs,
            @Doc(
                            "Batches of one stream that may be acknowledged and not yet applied, before its agent is told to wait")
                    @DefaultValue("256")
                    int waitingBatchesMax,
            @Doc("Applied batches kept, for the log to be repaired from") @DefaultValue("16")
                    int keptBatches) {}

    public record Apply(
            @Doc(
                            "Rows brought into the replica in one transaction, about: whole batches are taken until their compressed bytes, guessed at ten a row, pass it")
                    @DefaultValue("50000")
                    int transactionRowsMax,
            @Doc("Pause before a failed transaction is tried again, at most") @DefaultValue("5000")
                    long retryMsMax) {}

    public record Sync(
            @Doc("Devices connected to this process at once, at most") @DefaultValue("10000")
                    int connectionsMax,
            @Doc("Connections of one user at once, at most") @DefaultValue("20")
                    int userConnectionsMax,
            @Doc(
                            "Connections to the database that are read for devices from, at most, besides those of foz.database. A device holds one while it is sent something")
                    @DefaultValue("16")
                    int databaseConnectionsMax,
            @Doc("Operations in one line") @DefaultValue("1000") int lineOperations,
            @Doc("Between two keepalive lines") @DefaultValue("20000") long keepaliveMs,
            @Doc("A device that reads slower gets a newer checkpoint after this time")
                    @DefaultValue("60000")
                    long snapshotMsMax,
            @Doc("Longest life of a token that is accepted") @DefaultValue("86400")
                    long tokenSecondsMax) {}

    public record Command(
            @Doc("Bytes of one upload or command, at most") @DefaultValue("1048576") int bytesMax,
            @Doc("Entries of one upload, at most") @DefaultValue("5000") int entriesMax,
            @Doc("How long an agent may hold a claimed command without a report")
                    @DefaultValue("30000")
                    long claimMs,
            @Doc("Pause before the outbox repeats what the log seems to have lost")
                    @DefaultValue("30000")
                    long republishMs,
            @Doc("Days after its deadline until which a command's later positions are looked for")
                    @DefaultValue("60")
                    int watchDays) {}

    public record Identity(
            @Doc("Issuer of tokens; empty: this process's public URL") @DefaultValue("")
                    String issuer,
            @Doc("Audience that tokens must name") @DefaultValue("foz") String audience,
            @Doc("Life of an access token") @DefaultValue("3600") long tokenSeconds,
            @Doc(
                            "Life of an app's refresh token. Each use gives another with this life and ends the one used")
                    @DefaultValue("2592000")
                    long refreshSeconds,
            @Doc(
                            "Where the sign-in of apps may return to, a list. An address on 127.0.0.1 takes any port; an app on a phone has a scheme or an https address of its own")
                    @DefaultValue("http://127.0.0.1/callback")
                    List<String> appRedirectUrls,
            @Doc("Where the console's own sign-in returns to; empty: this process's public URL")
                    @DefaultValue("")
                    String consoleUrl) {
        public Identity {
            appRedirectUrls = List.copyOf(appRedirectUrls);
        }
    }

    /// Large values and bodies, by their content's hash.
    public record Objects(
            @Doc(
                            "Where objects lie: file:///folder, the same for every process, or s3://bucket/prefix; empty: nowhere, and large values are refused (foz up sets a folder)")
                    @DefaultValue("")
                    String url,
            @Doc("Address of the S3 API; empty: Amazon's, of the region") @DefaultValue("")
                    String endpoint,
            @Doc("Region of the S3 API") @DefaultValue("us-east-1") String region,
            @Doc(
                            "Whether the bucket's name stands in the path of S3 addresses and not before the host's, as most servers of one's own want it")
                    @DefaultValue("false")
                    boolean pathStyle,
            @Doc(
                            "Access key of the S3 API; empty: what the environment or the machine's role gives")
                    @DefaultValue("")
                    Secret accessKey,
            @Doc("Its secret key") @DefaultValue("") Secret secretKey,
            @Doc("Bytes of one object, at most") @DefaultValue("1073741824") long bytesMax,
            @Doc(
                            "Objects that agents put at this process at once, at most; on S3 each takes 8 MiB of memory")
                    @DefaultValue("8")
                    int putsMax,
            @Doc("Objects that apps read at this process at once, at most") @DefaultValue("64")
                    int readsMax,
            @Doc("Hours after its last put for which an object is kept though no row refers to it")
                    @DefaultValue("48")
                    int orphanHours) {

        private static final Pattern URL =
                Pattern.compile("|file:///.+|s3://[a-z0-9][a-z0-9.-]{1,62}(?:/.*)?");

        public Objects {
            if (!URL.matcher(url).matches()) {
                throw new IllegalArgumentException(
                        "foz.objects.url is '%s'; write file:///folder or s3://bucket/prefix, or leave it out"
                                .formatted(url));
            }
            if (accessKey.value().isEmpty() != secretKey.value().isEmpty()) {
                throw new IllegalArgumentException(
                        "of foz.objects.accessKey and foz.objects.secretKey one is empty; set both, or neither");
            }
            if (orphanHours < 1) {
                throw new IllegalArgumentException(
                        "foz.objects.orphanHours is %d; write 1 or more".formatted(orphanHours));
            }
        }
    }

    public record Metrics(
            @Doc(
                            "Bearer token that readers of /metrics must send; empty: only callers on this machine may read")
                    @DefaultValue("")
                    Secret token) {}
}
