-- The control tables: who the tenants are, what they declared, and how far each agent's stream has come.
CREATE TABLE tenant (
    id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{0,29}$'),
    schema_name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contract (
    tenant text NOT NULL REFERENCES tenant ON DELETE CASCADE,
    source text NOT NULL,
    version text NOT NULL,
    yaml text NOT NULL,
    revision bigint GENERATED ALWAYS AS IDENTITY,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant)
);

CREATE TABLE agent (
    client_id text PRIMARY KEY,
    tenant text NOT NULL REFERENCES tenant ON DELETE CASCADE,
    source text NOT NULL,
    jwk text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- One row for each (tenant, source): the exchange with the agent is decided on this row, under its lock.
CREATE TABLE stream (
    tenant text NOT NULL REFERENCES tenant ON DELETE CASCADE,
    source text NOT NULL,
    incarnation integer NOT NULL,
    epoch bigint NOT NULL,
    instance text NOT NULL,
    fingerprint text NOT NULL,
    lease_until timestamptz NOT NULL,
    next_seq bigint NOT NULL,
    chain text NOT NULL,
    checkpoint text NOT NULL,
    published_seq bigint NOT NULL DEFAULT 0,
    applied_seq bigint NOT NULL DEFAULT 0,
    rows_total bigint NOT NULL DEFAULT 0,
    bytes_total bigint NOT NULL DEFAULT 0,
    last_batch_at timestamptz,
    last_applied_at timestamptz,
    last_captured_at timestamptz,
    agent_status jsonb,
    PRIMARY KEY (tenant, source)
);

-- What was acknowledged and is not yet known to be applied. Bodies are compressed already.
CREATE TABLE ingest_log (
    tenant text NOT NULL,
    source text NOT NULL,
    incarnation integer NOT NULL,
    seq bigint NOT NULL,
    sha256 text NOT NULL,
    chain text NOT NULL,
    batch_rows integer NOT NULL,
    captured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    body bytea NOT NULL,
    PRIMARY KEY (tenant, source, incarnation, seq),
    FOREIGN KEY (tenant) REFERENCES tenant ON DELETE CASCADE
);
ALTER TABLE ingest_log ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE account (
    tenant text NOT NULL,
    username text NOT NULL,
    password_hash text NOT NULL,
    display_name text NOT NULL,
    rep text,
    roles text[] NOT NULL DEFAULT '{}',
    demo boolean NOT NULL DEFAULT false,
    disabled boolean NOT NULL DEFAULT false,
    PRIMARY KEY (username)
);

CREATE TABLE signing_key (
    kid text PRIMARY KEY,
    jwk text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Spring Authorization Server's own tables, as its documentation gives them.
CREATE TABLE oauth2_authorization (
    id varchar(100) PRIMARY KEY,
    registered_client_id varchar(100) NOT NULL,
    principal_name varchar(200) NOT NULL,
    authorization_grant_type varchar(100) NOT NULL,
    authorized_scopes varchar(1000),
    attributes text,
    state varchar(500),
    authorization_code_value text,
    authorization_code_issued_at timestamp,
    authorization_code_expires_at timestamp,
    authorization_code_metadata text,
    access_token_value text,
    access_token_issued_at timestamp,
    access_token_expires_at timestamp,
    access_token_metadata text,
    access_token_type varchar(100),
    access_token_scopes varchar(1000),
    oidc_id_token_value text,
    oidc_id_token_issued_at timestamp,
    oidc_id_token_expires_at timestamp,
    oidc_id_token_metadata text,
    refresh_token_value text,
    refresh_token_issued_at timestamp,
    refresh_token_expires_at timestamp,
    refresh_token_metadata text,
    user_code_value text,
    user_code_issued_at timestamp,
    user_code_expires_at timestamp,
    user_code_metadata text,
    device_code_value text,
    device_code_issued_at timestamp,
    device_code_expires_at timestamp,
    device_code_metadata text
);
CREATE INDEX oauth2_authorization_state ON oauth2_authorization (state);
CREATE INDEX oauth2_authorization_code ON oauth2_authorization (md5(authorization_code_value));
CREATE INDEX oauth2_authorization_refresh ON oauth2_authorization (md5(refresh_token_value));

CREATE TABLE oauth2_authorization_consent (
    registered_client_id varchar(100) NOT NULL,
    principal_name varchar(200) NOT NULL,
    authorities varchar(1000) NOT NULL,
    PRIMARY KEY (registered_client_id, principal_name)
);
