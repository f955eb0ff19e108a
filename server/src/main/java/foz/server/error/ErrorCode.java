package foz.server.error;

/// Every error that Foz answers with: its HTTP status, and in its comment the cause and the remedy.
public enum ErrorCode {
    /// The request's body or a parameter cannot be read. Correct what the detail names and send it
    /// again.
    BAD_REQUEST(400),
    /// No token, or one that is expired, not yet valid, or signed by another. Fetch a new token.
    UNAUTHORIZED(401),
    /// The token lacks the scope, or belongs to another tenant or source. Ask the tenant's
    /// administrator.
    FORBIDDEN(403),
    /// Nothing stands under that name for this tenant. Check the name.
    NOT_FOUND(404),
    /// The agent was replaced by a newer one with its identity. Stop it, or open the stream again.
    FENCED(409),
    /// The batch does not follow the last one. Send again from the sequence in `expectedSeq`.
    GAP(409),
    /// A batch with this sequence but other content is already there. Open a new incarnation.
    DIVERGED(409),
    /// A stream of this name is held by another instance until its lease ends. Stop that one, or
    /// wait.
    LEASED(423),
    /// The body is larger than the limit. Cut it into smaller pieces.
    TOO_LARGE(413),
    /// The content type or encoding is not one that the endpoint takes. Send the one that the
    /// detail names.
    UNSUPPORTED_TYPE(415),
    /// The body cannot be decoded, or its hash is not the one announced. Send it again unaltered.
    MALFORMED(422),
    /// The same idempotency key came with another body. Use a new key for a new command.
    KEY_REUSED(422),
    /// A bound is reached (connections, queue, rate). Wait for the time in `Retry-After`.
    BUSY(429),
    /// A part that Foz needs (database, log) does not answer. Nothing was changed; try again.
    UNAVAILABLE(503),
    /// A defect in Foz. Report it with the request's id.
    INTERNAL(500);

    private final int status;

    ErrorCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }
}
