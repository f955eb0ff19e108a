package foz.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.EmptyCoroutineContext;
import kotlinx.coroutines.BuildersKt;
import kotlinx.coroutines.CoroutineDispatcher;
import kotlinx.coroutines.ExecutorsKt;
import kotlinx.coroutines.InterruptibleKt;
import org.jspecify.annotations.Nullable;

/// Kotlin's suspend functions, called from blocking Java and implemented by it.
final class Coroutines {
    /// Runs the blocking methods of a [OfficialDevice.Connector]. They must not run on the SDK's
    /// own threads: on two cores there are two, and two waiting uploads would stop every device in
    /// the process.
    private static final CoroutineDispatcher BLOCKING =
            ExecutorsKt.from((Executor) Thread::startVirtualThread);

    private Coroutines() {}

    /// A suspend function of the SDK's as Java sees it: it returns its result, or a marker that the
    /// continuation will get it.
    @FunctionalInterface
    interface Suspending<T extends @Nullable Object> {
        @Nullable Object start(Continuation<T> continuation) throws Exception;
    }

    static <T extends @Nullable Object> T await(Suspending<T> call) {
        try {
            return BuildersKt.<T>runBlocking(
                    EmptyCoroutineContext.INSTANCE, (_, continuation) -> start(call, continuation));
        } catch (InterruptedException e) {
            throw cancelled(e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) { // Kotlin throws PowerSyncException, a checked one, undeclared.
            throw new OfficialDevice.SdkException(e);
        }
    }

    @SuppressWarnings(
            "unchecked") // A continuation only takes values, so it may be seen as narrower.
    static <T extends @Nullable Object> @Nullable Object start(
            Suspending<T> call, Continuation<? super T> continuation) {
        try {
            return call.start((Continuation<T>) continuation);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new OfficialDevice.SdkException(e);
        }
    }

    @FunctionalInterface
    interface Blocking<T> {
        T run() throws IOException, InterruptedException;
    }

    static <T> @Nullable Object onOwnThread(
            Blocking<T> work, Continuation<? super T> continuation) {
        return InterruptibleKt.runInterruptible(BLOCKING, () -> run(work), continuation);
    }

    private static <T> T run(Blocking<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw cancelled(e);
        }
    }

    /// What a coroutine expects of a thread that was interrupted.
    private static CancellationException cancelled(InterruptedException cause) {
        var cancelled = new CancellationException("interrupted");
        cancelled.initCause(cause);
        return cancelled;
    }
}
