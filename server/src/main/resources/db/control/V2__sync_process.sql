-- What each process of the sync role knows of its devices, told every few seconds. One that fell silent no longer counts, and
-- any other removes it.
CREATE TABLE sync_process (
    id text PRIMARY KEY,
    lives_until timestamptz NOT NULL
);

-- Only tenants with devices have rows.
CREATE TABLE sync_traffic (
    process text NOT NULL REFERENCES sync_process ON DELETE CASCADE,
    tenant text NOT NULL,
    devices integer NOT NULL,
    operations_per_second double precision NOT NULL,
    bytes_per_second double precision NOT NULL,
    PRIMARY KEY (process, tenant)
);

-- Tenants made before steps carried the order's position; later ones have the column from their start.
DO $$
DECLARE
    schema_name text;
BEGIN
    FOR schema_name IN SELECT t.schema_name FROM tenant t LOOP
        EXECUTE format('ALTER TABLE %I.foz_command_event ADD COLUMN IF NOT EXISTS position text', schema_name);
    END LOOP;
END
$$;
