package foz.adapter.camel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.FileComponent;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileOperationFailedException;
import org.apache.camel.component.file.remote.RemoteFileOperations;
import org.apache.camel.component.file.remote.SftpConfiguration;
import org.apache.camel.component.file.remote.SftpEndpoint;
import org.apache.camel.component.file.remote.SftpRemoteFile;
import org.jspecify.annotations.Nullable;

/// A folder behind SFTP, through Camel's component. The connection is kept from one look to the
/// next, and made anew after a fault. A server whose key is not among the known hosts is refused.
// Camel uses its own generic type so.
@SuppressWarnings("rawtypes")
final class SftpFiles implements Folder {

    private final FeedSpec.SftpFolder spec;
    private final SftpEndpoint endpoint;
    private final Path workDir;
    private @Nullable RemoteFileOperations<SftpRemoteFile> connected;

    /// @param workDir for what is fetched, of this table alone
    SftpFiles(FeedSpec.SftpFolder spec, SftpEndpoint endpoint, Path workDir) {
        this.spec = spec;
        this.endpoint = endpoint;
        this.workDir = workDir;
        endpoint.setLocalWorkDirectory(workDir.toString());
        endpoint.setMaximumReconnectAttempts(0);
        SftpConfiguration configuration = endpoint.getConfiguration();
        configuration.setUsername(spec.user());
        if (spec.password().isEmpty()) {
            configuration.setPreferredAuthentications("publickey");
        } else {
            configuration.setPassword(spec.password().value());
            configuration.setPreferredAuthentications("password");
        }
        spec.privateKeyFile().ifPresent(key -> configuration.setPrivateKeyFile(key.toString()));
        if (!spec.passphrase().isEmpty()) {
            configuration.setPrivateKeyPassphrase(spec.passphrase().value());
        }
        configuration.setKnownHostsFile(spec.knownHostsFile().toString());
        configuration.setStrictHostKeyChecking("yes");
        configuration.setUseUserKnownHostsFile(false);
        configuration.setStepwise(false);
        configuration.setConnectTimeout(spec.connectMsMax());
        configuration.setSoTimeout(spec.answerMsMax());
        configuration.setTimeout(spec.answerMsMax());
    }

    private interface Work<T> {
        T on(RemoteFileOperations<SftpRemoteFile> operations) throws IOException;
    }

    private <T> T with(Work<T> work) throws IOException {
        try {
            RemoteFileOperations<SftpRemoteFile> operations = connected;
            if (operations == null || !operations.isConnected()) {
                operations = endpoint.createRemoteFileOperations();
                operations.connect(endpoint.getConfiguration(), null);
                connected = operations;
            }
            return work.on(operations);
        } catch (GenericFileOperationFailedException e) {
            close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(spec.address() + " fails: " + cause.getMessage(), e);
        }
    }

    private String remote(String name) {
        return spec.path().isEmpty() ? name : spec.path() + "/" + name;
    }

    @Override
    public List<Found> list() throws IOException {
        return with(operations -> {
            List<Found> found = new ArrayList<>();
            String folder = spec.path().isEmpty() ? "." : spec.path();
            for (SftpRemoteFile<?> file : operations.listFiles(folder)) {
                if (!file.isDirectory()) {
                    found.add(
                            new Found(
                                    file.getFilename(),
                                    file.getFileLength(),
                                    file.getLastModified()));
                }
            }
            return found;
        });
    }

    @Override
    public Path fetch(Found file) throws IOException {
        Files.createDirectories(workDir);
        return with(operations -> {
            Exchange exchange = endpoint.createExchange();
            GenericFile<SftpRemoteFile> generic = operations.newGenericFile();
            generic.setFileName(file.name());
            generic.setRelativeFilePath(file.name());
            generic.setFileLength(file.bytes());
            exchange.setProperty(FileComponent.FILE_EXCHANGE_FILE, generic);
            if (!operations.retrieveFile(remote(file.name()), exchange, file.bytes())) {
                throw new IOException(spec.address() + " gives no " + file.name());
            }
            operations.releaseRetrievedFileResources(exchange);
            return workDir.resolve(file.name());
        });
    }

    @Override
    public void release(Path fetched) throws IOException {
        Files.deleteIfExists(fetched);
    }

    @Override
    public void move(Found file, String folder, String name) throws IOException {
        with(operations -> {
            operations.buildDirectory(remote(folder), false);
            return operations.renameFile(remote(file.name()), remote(folder + "/" + name));
        });
    }

    @Override
    public void delete(String name) throws IOException {
        with(operations -> operations.deleteFile(remote(name)));
    }

    @Override
    public void close() {
        RemoteFileOperations<SftpRemoteFile> operations = connected;
        connected = null;
        if (operations != null) {
            operations.forceDisconnect();
        }
    }
}
