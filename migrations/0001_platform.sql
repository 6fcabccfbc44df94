-- +goose Up
-- One row: the development clock, and the versions by which every process knows that
-- its copy of the calendar and the catalogues is stale. Read at the start of each transaction.
CREATE TABLE platform (
    id                smallint    NOT NULL CONSTRAINT platform_pk PRIMARY KEY CONSTRAINT platform_one_row CHECK (id = 1),
    clock_mode        text        NOT NULL DEFAULT 'real' CONSTRAINT platform_clock_mode CHECK (clock_mode IN ('real', 'running', 'standing')),
    clock_at          timestamptz,
    clock_wall        timestamptz,
    calendar_version  bigint      NOT NULL DEFAULT 0,
    catalogue_version bigint      NOT NULL DEFAULT 0,
    -- added to the transaction id to place an audit event; raised after a restore into a new cluster
    audit_base        bigint      NOT NULL DEFAULT 0
);
INSERT INTO platform (id) VALUES (1);

-- Every id of the platform comes from here, in blocks of 100 to a process.
CREATE SEQUENCE ids INCREMENT BY 100 START WITH 1000;

CREATE TABLE calendar_years (
    year        int         NOT NULL CONSTRAINT calendar_years_pk PRIMARY KEY,
    source      text        NOT NULL,
    loaded_by   bigint,
    approved_by bigint,
    recorded_at timestamptz NOT NULL
);
CREATE TABLE calendar_days (
    date date NOT NULL CONSTRAINT calendar_days_pk PRIMARY KEY,
    kind text NOT NULL CONSTRAINT calendar_days_kind CHECK (kind IN ('holiday', 'makeup')),
    name text NOT NULL
);

-- Policy parameters, regions, industries, item sets…: whole versions, each in force from an instant (⚙ of the rules).
CREATE TABLE catalogues (
    kind           text        NOT NULL,
    version        int         NOT NULL,
    effective_from timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    source         text        NOT NULL,
    proposed_by    bigint,
    approved_by    bigint,
    content        jsonb       NOT NULL,
    CONSTRAINT catalogues_pk PRIMARY KEY (kind, version)
);

-- What leaves a transaction: notices, search terms. Deleted when delivered.
CREATE TABLE outbox (
    id         bigint      NOT NULL CONSTRAINT outbox_pk PRIMARY KEY,
    topic      text        NOT NULL,
    payload    jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    not_before timestamptz NOT NULL,
    attempts   int         NOT NULL DEFAULT 0,
    last_error text
);
CREATE INDEX outbox_next ON outbox (not_before, id);

-- The key of a request and its answer, in the transaction of its effects. Machine time.
CREATE TABLE idempotency (
    id         bytea       NOT NULL CONSTRAINT idempotency_pk PRIMARY KEY, -- digest of actor, route and key
    body       bytea       NOT NULL,                                       -- digest of the body
    project_id bigint,
    status     int,
    answer     bytea,
    expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);
CREATE INDEX idempotency_project ON idempotency (project_id) WHERE project_id IS NOT NULL;
