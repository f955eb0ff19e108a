package foz.server.objects;

import foz.server.settings.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/// Makes the store that the settings name, in processes that use one.
@Configuration(proxyBeanMethods = false)
public class ObjectStores {

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration SILENCE_MAX = Duration.ofSeconds(30);
    private static final Duration CALL_MAX = Duration.ofMinutes(2);

    @Bean
    @Lazy
    ObjectStore objectStore(Settings settings) {
        return of(settings.objects());
    }

    /// The store at `foz.objects.url`.
    public static ObjectStore of(Settings.Objects settings) {
        if (settings.url().isEmpty()) {
            return new NoStore();
        }
        URI url = URI.create(settings.url());
        if (url.getScheme().equals("file")) {
            return new FolderStore(Path.of(url));
        }
        String prefix = url.getPath().replaceAll("^/+|/+$", "");
        return new S3Store(
                client(settings), url.getAuthority(), prefix.isEmpty() ? "" : prefix + "/");
    }

    /// Checksums are ours, SHA-256: the SDK's own kinds are not known to every S3 API.
    private static S3Client client(Settings.Objects settings) {
        S3ClientBuilder client =
                S3Client.builder()
                        .region(Region.of(settings.region()))
                        .forcePathStyle(settings.pathStyle())
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .credentialsProvider(credentials(settings))
                        .overrideConfiguration(all -> all.apiCallTimeout(CALL_MAX))
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT_MAX)
                                        .socketTimeout(SILENCE_MAX));
        if (!settings.endpoint().isEmpty()) {
            client.endpointOverride(URI.create(settings.endpoint()));
        }
        return client.build();
    }

    private static AwsCredentialsProvider credentials(Settings.Objects settings) {
        return settings.accessKey().value().isEmpty()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(
                                settings.accessKey().value(), settings.secretKey().value()));
    }
}
