package foz.server.objects;

import foz.server.error.ErrorCode;
import foz.server.error.FozException;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Objects in a bucket of an S3 API. What is larger than one part goes by multipart upload, which
/// is completed only when all of it was right. A part is held in memory, so that it can be sent
/// again.
final class S3Store implements ObjectStore {

    static final int PART_BYTES = 8 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);
    private static final int PARTS_MAX = 10_000;
    private static final int NOT_FOUND = 404;
    private static final int PAGE_MAX = 1_000;

    private final S3Client s3;
    private final String bucket;
    private final String prefix;

    /// @param prefix of every key; empty, or ending in `/`
    S3Store(S3Client s3, String bucket, String prefix) {
        this.s3 = s3;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    private <T> T call(Supplier<T> request) {
        try {
            return request.get();
        } catch (SdkException e) {
            LOG.warn("the object store s3://{}/{} failed", bucket, prefix, e);
            throw new FozException(
                    ErrorCode.UNAVAILABLE,
                    "the object store does not answer, or refuses this server; look at the server's log, and try again");
        }
    }

    /// Empty when the store says that there is none.
    private <T> Optional<T> find(Supplier<T> request) {
        return call(() -> {
            try {
                return Optional.of(request.get());
            } catch (S3Exception e) {
                if (e.statusCode() == NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private String name(ObjectKey key) {
        return prefix + key.path();
    }

    @Override
    public Stored put(ObjectKey key, long bytes, InputStream content) throws IOException {
        ExpectedContent expected = new ExpectedContent(key, bytes, content);
        if (head(key).filter(found -> found.bytes() == bytes).isPresent()) {
            expected.drain();
            return Stored.PRESENT;
        }
        if (bytes < PART_BYTES) {
            putWhole(key, bytes, expected);
        } else {
            putParts(key, bytes, expected);
        }
        return Stored.NEW;
    }

    private void putWhole(ObjectKey key, long bytes, ExpectedContent expected) throws IOException {
        byte[] buffer = new byte[(int) bytes + 1];
        int count = expected.fill(buffer);
        call(() ->
                s3.putObject(
                        put ->
                                put.bucket(bucket)
                                        .key(name(key))
                                        .checksumSHA256(sha256(buffer, count)),
                        body(buffer, count)));
    }

    private void putParts(ObjectKey key, long bytes, ExpectedContent expected) throws IOException {
        String upload =
                call(() ->
                                s3.createMultipartUpload(create ->
                                        create.bucket(bucket)
                                                .key(name(key))
                                                .checksumAlgorithm(ChecksumAlgorithm.SHA256)))
                        .uploadId();
        boolean complete = false;
        try {
            List<CompletedPart> parts = sendParts(key, bytes, expected, upload);
            call(() ->
                    s3.completeMultipartUpload(end ->
                            end.bucket(bucket)
                                    .key(name(key))
                                    .uploadId(upload)
                                    .multipartUpload(all -> all.parts(parts))));
            complete = true;
        } finally {
            if (!complete) {
                abort(name(key), upload);
            }
        }
    }

    private List<CompletedPart> sendParts(
            ObjectKey key, long bytes, ExpectedContent expected, String upload) throws IOException {
        byte[] buffer = new byte[Math.toIntExact(Math.max(PART_BYTES, bytes / PARTS_MAX + 1))];
        List<CompletedPart> parts = new ArrayList<>();
        int count;
        do {
            count = expected.fill(buffer);
            if (count > 0) {
                parts.add(sendPart(key, upload, parts.size() + 1, buffer, count));
            }
        } while (count == buffer.length);
        return parts;
    }

    private CompletedPart sendPart(
            ObjectKey key, String upload, int number, byte[] buffer, int count) {
        String checksum = sha256(buffer, count);
        String tag =
                call(() ->
                                s3.uploadPart(
                                        part ->
                                                part.bucket(bucket)
                                                        .key(name(key))
                                                        .uploadId(upload)
                                                        .partNumber(number)
                                                        .checksumSHA256(checksum),
                                        body(buffer, count)))
                        .eTag();
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(tag)
                .checksumSHA256(checksum)
                .build();
    }

    /// What is left all the same, [#sweep] removes.
    private void abort(String name, String upload) {
        try {
            s3.abortMultipartUpload(abort -> abort.bucket(bucket).key(name).uploadId(upload));
        } catch (SdkException e) {
            LOG.warn("the upload {} of {} could not be ended", upload, name, e);
        }
    }

    private static RequestBody body(byte[] buffer, int count) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(buffer, 0, count),
                count,
                "application/octet-stream");
    }

    private static String sha256(byte[] buffer, int count) {
        MessageDigest digest = ExpectedContent.sha256();
        digest.update(buffer, 0, count);
        return Base64.getEncoder().encodeToString(digest.digest());
    }

    @Override
    public Optional<StoredObject> head(ObjectKey key) {
        return find(() -> s3.headObject(head -> head.bucket(bucket).key(name(key))))
                .map(found -> new StoredObject(key, found.contentLength()));
    }

    @Override
    public InputStream open(StoredObject object, long from, long bytes) {
        if (bytes == 0) {
            return InputStream.nullInputStream();
        }
        String range = "bytes=%d-%d".formatted(from, from + bytes - 1);
        boolean whole = from == 0 && bytes == object.bytes();
        return find(() ->
                        s3.getObject(get -> {
                            get.bucket(bucket).key(name(object.key()));
                            if (!whole) {
                                get.range(range);
                            }
                        }))
                .map(found -> new Part(found, bytes))
                .orElseThrow(() -> FolderStore.gone(object.key()));
    }

    @Override
    public boolean delete(ObjectKey key) {
        boolean there = head(key).isPresent();
        call(() -> s3.deleteObject(delete -> delete.bucket(bucket).key(name(key))));
        return there;
    }

    @Override
    public List<StoredObject> list(String wanted, Optional<ObjectKey> after, int max) {
        return call(() ->
                        s3.listObjectsV2(list ->
                                list.bucket(bucket)
                                        .prefix(prefix + wanted)
                                        .startAfter(after.map(this::name).orElse(null))
                                        .maxKeys(Math.min(max, PAGE_MAX))))
                .contents()
                .stream()
                .flatMap(found -> stored(found).stream())
                .toList();
    }

    private Optional<StoredObject> stored(S3Object found) {
        return ObjectKey.ofPath(found.key().substring(prefix.length()))
                .map(key -> new StoredObject(key, found.size()));
    }

    @Override
    public int sweep(Instant before) {
        List<MultipartUpload> left =
                call(() -> s3.listMultipartUploads(list -> list.bucket(bucket).prefix(prefix)))
                        .uploads()
                        .stream()
                        .filter(upload -> upload.initiated().isBefore(before))
                        .toList();
        left.forEach(upload -> abort(upload.key(), upload.uploadId()));
        return left.size();
    }

    @Override
    public void close() {
        s3.close();
    }

    /// A part of an object on its way. Closed before its end it breaks the connection off: the rest
    /// may be large.
    private static final class Part extends FilterInputStream {

        private final ResponseInputStream<GetObjectResponse> response;
        private long left;

        Part(ResponseInputStream<GetObjectResponse> response, long bytes) {
            super(response);
            this.response = response;
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            left -= Math.max(count, 0);
            return count;
        }

        @Override
        public void close() throws IOException {
            if (left > 0) {
                response.abort();
            } else {
                super.close();
            }
        }
    }
}
