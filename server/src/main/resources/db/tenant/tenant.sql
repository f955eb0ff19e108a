-- What every tenant's schema holds beside its contract's tables. Run with search_path set to that schema;
-- every statement may run again.

-- The tenant's counter of versions. Its row's lock makes versions become visible in their order.
CREATE TABLE IF NOT EXISTS foz_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    last_version bigint NOT NULL,
    sync_epoch integer NOT NULL,
    -- Of the contract under which rows are written; a process that still knows an older one must not write.
    contract_revision bigint NOT NULL DEFAULT 0
);
INSERT INTO foz_state (last_version, sync_epoch) VALUES (0, 1) ON CONFLICT DO NOTHING;

CREATE TABLE IF NOT EXISTS foz_applied (
    source text PRIMARY KEY,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE IF NOT EXISTS foz_table (
    table_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);

-- checksum is the sum of the checksums of all operations ever put into the bucket, modulo 2^32.
CREATE TABLE IF NOT EXISTS foz_bucket (
    bucket_no integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    operations bigint NOT NULL DEFAULT 0,
    checksum bigint NOT NULL DEFAULT 0,
    last_operation bigint NOT NULL DEFAULT 0
);

-- kind: P put, R remove, M moved (superseded), C clear (a run of superseded ones).
CREATE TABLE IF NOT EXISTS foz_operation (
    bucket_no integer NOT NULL,
    operation bigint NOT NULL,
    kind "char" NOT NULL,
    table_no integer,
    row_id text,
    checksum integer NOT NULL,
    data text,
    PRIMARY KEY (bucket_no, operation)
);
CREATE INDEX IF NOT EXISTS foz_operation_live ON foz_operation (table_no, row_id) WHERE kind = 'P';

-- A snapshot that is under way. Where the table had rows before, the snapshot's rows are collected, and what
-- it did not name is deleted at its end.
CREATE TABLE IF NOT EXISTS foz_snapshot (
    table_name text PRIMARY KEY,
    generation bigint NOT NULL,
    collect boolean NOT NULL
);
CREATE TABLE IF NOT EXISTS foz_snapshot_row (
    table_name text NOT NULL,
    generation bigint NOT NULL,
    row_id text NOT NULL
);
CREATE INDEX IF NOT EXISTS foz_snapshot_row_key ON foz_snapshot_row (table_name, generation, row_id);

-- Batches that are parts of one transaction of the source, until its last one is there.
CREATE TABLE IF NOT EXISTS foz_part (
    source text NOT NULL,
    transaction text NOT NULL,
    number integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (source, transaction, number)
);

CREATE TABLE IF NOT EXISTS foz_quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    change jsonb NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    released_at timestamptz,
    UNIQUE (table_name, row_key)
);

CREATE TABLE IF NOT EXISTS foz_write_checkpoint (
    subject text NOT NULL,
    client_id text NOT NULL,
    checkpoint bigint NOT NULL,
    PRIMARY KEY (subject, client_id)
);

-- The ledger of commands: the state now, and every step that led to it.
CREATE TABLE IF NOT EXISTS foz_command (
    id text PRIMARY KEY,
    name text NOT NULL,
    idempotency_key text NOT NULL,
    subject text NOT NULL,
    lane text NOT NULL,
    ordering_key text NOT NULL,
    number_key text NOT NULL,
    payload jsonb NOT NULL,
    payload_sha256 text NOT NULL,
    state text NOT NULL,
    message text,
    legacy_number text,
    legacy_code text,
    legacy_position text,
    final boolean NOT NULL DEFAULT false,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deadline_at timestamptz NOT NULL,
    verdict_sha256 text,
    UNIQUE (subject, idempotency_key)
);
CREATE INDEX IF NOT EXISTS foz_command_number ON foz_command (name, number_key);
CREATE INDEX IF NOT EXISTS foz_command_open ON foz_command (deadline_at) WHERE NOT final;
CREATE INDEX IF NOT EXISTS foz_command_received ON foz_command (received_at);

CREATE TABLE IF NOT EXISTS foz_command_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    command_id text NOT NULL REFERENCES foz_command ON DELETE CASCADE,
    state text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    reason text,
    position text
);
CREATE INDEX IF NOT EXISTS foz_command_event_command ON foz_command_event (command_id);

-- Accepted and not yet seen on the far side of the log.
CREATE TABLE IF NOT EXISTS foz_outbox (
    command_id text PRIMARY KEY REFERENCES foz_command ON DELETE CASCADE,
    published_at timestamptz
);

-- Ready for, or with, the agent.
CREATE TABLE IF NOT EXISTS foz_delivery (
    command_id text PRIMARY KEY REFERENCES foz_command ON DELETE CASCADE,
    position bigint GENERATED ALWAYS AS IDENTITY,
    source text NOT NULL,
    ordering_key text NOT NULL,
    claimed_by text,
    claimed_until timestamptz,
    attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS foz_delivery_order ON foz_delivery (source, ordering_key, position);

-- Each value of the replica that cleaning made another than the source's, with the source's.
CREATE TABLE IF NOT EXISTS foz_cleaned (
    table_name text NOT NULL,
    row_key text NOT NULL,
    column_name text NOT NULL,
    rule text NOT NULL,
    original text NOT NULL,
    value text NOT NULL,
    confidence real NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (table_name, row_key, column_name)
);

-- Rows that came and broke a rule of a severity below error, counted for each rule.
CREATE TABLE IF NOT EXISTS foz_quality_finding (
    table_name text NOT NULL,
    rule text NOT NULL,
    rows bigint NOT NULL,
    last_row_key text NOT NULL,
    last_text text NOT NULL,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (table_name, rule)
);

-- What the rules of the contract measured in the replica, one row a rule and run.
CREATE TABLE IF NOT EXISTS foz_quality_result (
    run bigint NOT NULL,
    table_name text NOT NULL,
    rule text NOT NULL,
    severity text NOT NULL,
    bound text NOT NULL,
    measured numeric,
    passed boolean NOT NULL,
    fault text,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, table_name, rule)
);
CREATE SEQUENCE IF NOT EXISTS foz_quality_run;

-- Rows that are the same thing as another, their survivor. A run that was undone keeps its rows, with the time.
CREATE TABLE IF NOT EXISTS foz_duplicate (
    run bigint NOT NULL,
    table_name text NOT NULL,
    row_key text NOT NULL,
    survivor_key text NOT NULL,
    score real NOT NULL,
    rule text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    undone_at timestamptz,
    PRIMARY KEY (run, table_name, row_key)
);
CREATE UNIQUE INDEX IF NOT EXISTS foz_duplicate_live ON foz_duplicate (table_name, row_key) WHERE undone_at IS NULL;

-- Comparisons of a table's rows with the source's, and what they found. version: the tenant's when it began; a row
-- with a later one changed meanwhile.
CREATE TABLE IF NOT EXISTS foz_check (
    check_id bigint PRIMARY KEY,
    source text NOT NULL,
    table_name text NOT NULL,
    version bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    compared bigint NOT NULL DEFAULT 0,
    moving bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    missing bigint NOT NULL DEFAULT 0,
    different bigint NOT NULL DEFAULT 0,
    extra bigint NOT NULL DEFAULT 0
);
-- Rows that a comparison under way named.
CREATE TABLE IF NOT EXISTS foz_check_row (
    check_id bigint NOT NULL,
    row_key text NOT NULL
);
CREATE INDEX IF NOT EXISTS foz_check_row_key ON foz_check_row (check_id, row_key);

-- The first of the rows that differ. kind: missing, different or extra (in the replica).
CREATE TABLE IF NOT EXISTS foz_check_difference (
    check_id bigint NOT NULL,
    row_key text NOT NULL,
    kind text NOT NULL,
    columns text[] NOT NULL,
    PRIMARY KEY (check_id, row_key)
);
