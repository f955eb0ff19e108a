-- What people asked of single tables' capture: pause (stands until it is ended), reload, verify. The agent hears of what is not
-- ended, and says how it goes.
CREATE TABLE capture_order (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL REFERENCES tenant ON DELETE CASCADE,
    source text NOT NULL,
    table_name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('pause', 'reload', 'verify')),
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'taken', 'done', 'failed', 'withdrawn')),
    text text NOT NULL DEFAULT '',
    ended_by text,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- One of a kind stands for a table.
CREATE UNIQUE INDEX capture_order_standing ON capture_order (tenant, source, table_name, kind)
    WHERE state IN ('open', 'taken');

DO $$
DECLARE
    schema_name text;
BEGIN
    FOR schema_name IN SELECT t.schema_name FROM tenant t LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I.foz_check (check_id bigint PRIMARY KEY, source text NOT NULL, '
            'table_name text NOT NULL, version bigint NOT NULL, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), '
            'ended_at timestamptz, compared bigint NOT NULL DEFAULT 0, moving bigint NOT NULL DEFAULT 0, '
            'quarantined bigint NOT NULL DEFAULT 0, missing bigint NOT NULL DEFAULT 0, different bigint NOT NULL DEFAULT 0, '
            'extra bigint NOT NULL DEFAULT 0)', schema_name);
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I.foz_check_row (check_id bigint NOT NULL, row_key text NOT NULL)',
            schema_name);
        EXECUTE format('CREATE INDEX IF NOT EXISTS foz_check_row_key ON %I.foz_check_row (check_id, row_key)', schema_name);
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I.foz_check_difference (check_id bigint NOT NULL, row_key text NOT NULL, '
            'kind text NOT NULL, columns text[] NOT NULL, PRIMARY KEY (check_id, row_key))', schema_name);
    END LOOP;
END
$$;
