-- +goose Up
-- AUD-1. Each event holds the hash of its subject's previous one; seals follow (Merkle root over what is
-- safely committed, and the previous seal). pos = audit_base + transaction id.
CREATE TABLE audit_events (
    id             bigint      NOT NULL CONSTRAINT audit_events_pk PRIMARY KEY,
    pos            bigint      NOT NULL,
    subject_kind   text        NOT NULL,
    subject_id     bigint      NOT NULL,
    seq            int         NOT NULL,
    action         text        NOT NULL,
    actor_id       bigint,
    actor_role     text        NOT NULL,
    ip             text        NOT NULL,
    request_id     text        NOT NULL,
    rule           text        NOT NULL,
    policy_version int         NOT NULL,
    effective_at   timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    note           text        NOT NULL,
    before_digest  bytea,
    after_digest   bytea,
    ledger_digest  bytea,       -- over the events of the ledger written with it
    prev_hash      bytea       NOT NULL,
    hash           bytea       NOT NULL,
    CONSTRAINT audit_events_order UNIQUE (subject_kind, subject_id, seq)
);
CREATE INDEX events_audit ON events (audit_id);
CREATE INDEX audit_events_pos ON audit_events (pos, id);

CREATE TABLE audit_seals (
    id        bigint      NOT NULL CONSTRAINT audit_seals_pk PRIMARY KEY, -- 1, 2, 3 …
    from_pos  bigint      NOT NULL,
    to_pos    bigint      NOT NULL,       -- exclusive
    event_ids bigint[]    NOT NULL,
    leaves    bytea       NOT NULL,       -- digests over id, pos and hash of each event, 32 bytes each, in the order of event_ids
    root      bytea       NOT NULL,
    prev_hash bytea       NOT NULL,
    hash      bytea       NOT NULL,
    sealed_at timestamptz NOT NULL
);

-- Nobody changes or removes a row of these, whatever his rights on the table.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER events_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_events_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seals_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER project_codes_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON project_codes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER deadline_history_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON deadline_history FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The application's role: everything it needs, and no way to touch the tables above but to add to them.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'qhtz_app') THEN
        BEGIN
            CREATE ROLE qhtz_app NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another schema's migration was quicker
        END;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO qhtz_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO qhtz_app', current_schema());
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO qhtz_app', current_schema());
    REVOKE UPDATE, DELETE ON events, audit_events, audit_seals, project_codes, deadline_history FROM qhtz_app;
    REVOKE DELETE ON accounts, organizations, catalogues, calendar_years, platform FROM qhtz_app;
    REVOKE UPDATE ON catalogues FROM qhtz_app;
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO qhtz_app', current_schema());
END $$;
-- +goose StatementEnd
