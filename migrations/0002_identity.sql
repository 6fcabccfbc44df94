-- +goose Up
CREATE TABLE organizations (
    id                  bigint      NOT NULL CONSTRAINT organizations_pk PRIMARY KEY,
    name                text        NOT NULL,
    uscc                char(18)    CONSTRAINT organizations_uscc_unique UNIQUE,
    kind                text        NOT NULL CONSTRAINT organizations_kind CHECK (kind IN ('unit', 'department', 'regulator', 'supervision', 'audit', 'platform', 'bank')),
    department          text        NOT NULL DEFAULT '',   -- 发展改革, 生态环境, 自然资源 … of a department
    region              char(6)     NOT NULL,
    in_platform_service boolean     NOT NULL DEFAULT false, -- consented to be served here (CRED-2)
    created_at          timestamptz NOT NULL
);
-- FILE-13: of a kind of department a region has one
CREATE UNIQUE INDEX organizations_competence ON organizations (department, region) WHERE kind = 'department';
CREATE INDEX organizations_kind_idx ON organizations (kind);

CREATE INDEX organizations_offices ON organizations (kind, department, region) WHERE kind <> 'unit';

CREATE TABLE accounts (
    id              bigint      NOT NULL CONSTRAINT accounts_pk PRIMARY KEY,
    username        text        NOT NULL CONSTRAINT accounts_username_unique UNIQUE,
    name            text        NOT NULL,
    password_hash   text        NOT NULL,
    organization_id bigint      NOT NULL CONSTRAINT accounts_organization REFERENCES organizations (id),
    roles           text[]      NOT NULL,
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL,
    CONSTRAINT accounts_roles CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['owner', 'handler', 'reviewer', 'decider', 'regulator', 'supervisor',
        'auditor', 'bank', 'sysadmin', 'secadmin', 'logauditor']),
    -- AUD-2: the three administrators' duties are never joined, with each other or with business
    CONSTRAINT accounts_separate_duties CHECK (
        NOT (roles && ARRAY['sysadmin', 'secadmin', 'logauditor']) OR cardinality(roles) = 1)
);
CREATE INDEX accounts_organization_idx ON accounts (organization_id);

-- Sign-in attempts not yet forgotten, of names that exist and of those that do not alike. Machine time.
CREATE TABLE sign_in_attempts (
    name_digest bytea       NOT NULL CONSTRAINT sign_in_attempts_pk PRIMARY KEY,
    failures    int         NOT NULL,   -- counted before the password is evaluated
    until       timestamptz NOT NULL    -- forgotten then; at the limit: locked until then
);
CREATE INDEX sign_in_attempts_until ON sign_in_attempts (until);

-- Machine time. The token itself is kept nowhere; the CSRF token is made from it.
CREATE TABLE sessions (
    token_hash   bytea       NOT NULL CONSTRAINT sessions_pk PRIMARY KEY,
    id           bigint      NOT NULL CONSTRAINT sessions_id_unique UNIQUE,
    account_id   bigint      NOT NULL CONSTRAINT sessions_account REFERENCES accounts (id),
    kind         text        NOT NULL CONSTRAINT sessions_kind CHECK (kind IN ('cookie', 'bearer')),
    agent        text        NOT NULL DEFAULT '',
    ip           text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    idle_seconds int         NOT NULL,  -- by the policy at sign-in
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_account_idx ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Keys of integrators. Machine time.
CREATE TABLE api_tokens (
    id           bigint      NOT NULL CONSTRAINT api_tokens_pk PRIMARY KEY,
    account_id   bigint      NOT NULL CONSTRAINT api_tokens_account REFERENCES accounts (id),
    name         text        NOT NULL,
    token_hash   bytea       NOT NULL CONSTRAINT api_tokens_hash_unique UNIQUE,
    scopes       text[]      NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX api_tokens_account_idx ON api_tokens (account_id);
