package foz.server.error;

/// Every error that Foz answers with: its HTTP status, its cause and its remedy.
public enum ErrorCode {
    BAD_REQUEST(
            400,
            "The request's body or a parameter cannot be read. Correct what the detail names and send it again."),
    UNAUTHORIZED(
            401,
            "No token, or one that is expired, not yet valid, or signed by another. Fetch a new token."),
    FORBIDDEN(
            403,
            "The token lacks the scope, or belongs to another tenant or source. Ask the tenant's administrator."),
    NOT_FOUND(404, "Nothing stands under that name for this tenant. Check the name."),
    OBJECT_GONE(
            410,
            "The row refers to an object that the object store does not hold. Bring the store back from its backup, or change the row at the source, so that the agent sends it again."),
    LENGTH_REQUIRED(411, "An object comes without its length. Send Content-Length."),
    RANGE_NOT_SATISFIABLE(
            416,
            "The range lies beyond the object's end. Ask for one within it, or for all of it."),
    NO_OBJECT_STORE(
            501,
            "The server has no object store, and the tenant's contract needs one. Set foz.objects.url."),
    FENCED(
            409,
            "The agent was replaced by a newer one with its identity. Stop it, or open the stream again."),
    GAP(
            409,
            "The batch does not follow the last one. Send again from the sequence in expectedSeq."),
    DIVERGED(
            409,
            "A batch with this sequence but other content is already there. Open a new incarnation."),
    LEASED(
            423,
            "The stream is held by another instance until its lease ends. Stop that one, or wait."),
    TOO_LARGE(413, "The body is larger than the limit. Cut it into smaller pieces."),
    UNSUPPORTED_TYPE(
            415,
            "The content type or encoding is not one that the endpoint takes. Send the one that the detail names."),
    MALFORMED(
            422,
            "The body cannot be decoded, or its hash is not the one announced. Send it again unaltered."),
    KEY_REUSED(
            422,
            "The same idempotency key came with another body. Use a new key for a new command."),
    BUSY(429, "A bound is reached (connections, queue, rate). Wait for the time in Retry-After."),
    UNAVAILABLE(
            503,
            "A part that Foz needs (database, log) does not answer. Nothing was changed; try again."),
    INTERNAL(500, "A defect in Foz. Report it with the id in the problem document.");

    /// Seconds that `Retry-After` names.
    public static final String RETRY_AFTER_SECONDS = "5";

    private final int status;
    private final String meaning;

    ErrorCode(int status, String meaning) {
        this.status = status;
        this.meaning = meaning;
    }

    /// Whether the same request may succeed a little later: then the answer says when, in
    /// `Retry-After`.
    public boolean passes() {
        return this == BUSY || this == UNAVAILABLE;
    }

    /// Cause and remedy, for the reference page.
    public String meaning() {
        return meaning;
    }

    public int status() {
        return status;
    }
}
