-- When each object of the object store was last wanted: put, or asked for by an agent that is about to refer to it. A row is
-- there before its object and goes after it. Objects outlive their tenant until housekeeping, hence no reference.
CREATE TABLE stored_object (
    tenant text NOT NULL,
    sha256 text NOT NULL,
    put_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant, sha256)
);
