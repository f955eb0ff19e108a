package foz.server.error;

import java.sql.SQLTransientConnectionException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/// Faults that pass: the database does not answer, or the pool had no connection to give in time.
public final class Outage {

    private Outage() {}

    public static boolean is(Throwable e) {
        return e instanceof DataAccessResourceFailureException
                || e instanceof TransientDataAccessException
                || e instanceof CannotCreateTransactionException
                || e instanceof TransactionSystemException
                || comesOfThePool(e);
    }

    /// The pool's timeout has no SQL state, so that no translation knows it.
    private static boolean comesOfThePool(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException) {
                return true;
            }
        }
        return false;
    }
}
