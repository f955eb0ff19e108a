-- Tenants made before writers compared the contract's revision; later ones have the column from their start.
DO $$
DECLARE
    schema_name text;
BEGIN
    FOR schema_name IN SELECT t.schema_name FROM tenant t LOOP
        EXECUTE format('ALTER TABLE %I.foz_state ADD COLUMN IF NOT EXISTS contract_revision bigint NOT NULL DEFAULT 0', schema_name);
    END LOOP;
END
$$;
