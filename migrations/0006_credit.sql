-- +goose Up
-- A unit's credit: a cache of the fold over its events (stream 'unit'). A unit without a row has none.
CREATE TABLE unit_credit (
    unit_id    bigint      NOT NULL CONSTRAINT unit_credit_pk PRIMARY KEY CONSTRAINT unit_credit_unit REFERENCES organizations (id),
    version    bigint      NOT NULL,
    credit     json        NOT NULL,  -- json, not jsonb: kept byte for byte, as digested
    updated_at timestamptz NOT NULL
);

-- Records as they stand, to find them by. One duty or fact yields one record, ever (CRED-1).
CREATE TABLE credit_records (
    id          bigint      NOT NULL CONSTRAINT credit_records_pk PRIMARY KEY,
    unit_id     bigint      NOT NULL CONSTRAINT credit_records_unit REFERENCES organizations (id),
    fact        bytea       NOT NULL CONSTRAINT credit_records_fact UNIQUE, -- digest of the duty, or of unit, project, ground and facts
    duty_id     bigint,
    premature   boolean     NOT NULL DEFAULT false, -- proposed before its duty was due
    project_id  bigint,
    state       text        NOT NULL,
    todo        text        NOT NULL DEFAULT '',  -- what somebody has to do about it: 'proposed', 'evidence', or nothing
    told        boolean     NOT NULL DEFAULT false, -- the unit has been served
    proposed_at timestamptz NOT NULL
);
CREATE INDEX credit_records_unit_idx ON credit_records (unit_id, id DESC);
CREATE INDEX credit_records_duty ON credit_records (duty_id) WHERE duty_id IS NOT NULL;
CREATE INDEX credit_records_todo ON credit_records (todo, id DESC) WHERE todo <> '';

CREATE TABLE listings (
    id        bigint      NOT NULL CONSTRAINT listings_pk PRIMARY KEY,
    unit_id   bigint      NOT NULL CONSTRAINT listings_unit REFERENCES organizations (id),
    state     text        NOT NULL,
    todo      text        NOT NULL DEFAULT '',   -- 'objection', 'exit', 'serve', or nothing
    told      boolean     NOT NULL DEFAULT false, -- the unit has been served
    published boolean     NOT NULL,              -- a legal basis is in force (CRED-5)
    from_at   timestamptz,
    until_at  timestamptz,
    ended_at  timestamptz,
    due_at    timestamptz,                       -- when it takes effect, or leaves, by itself; null: not by itself
    due_id    bigint,                            -- the deadline that then fires
    content   jsonb       NOT NULL
);
CREATE INDEX listings_unit_idx ON listings (unit_id, id DESC);
CREATE INDEX listings_due ON listings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX listings_register ON listings (id DESC) WHERE published AND from_at IS NOT NULL AND ended_at IS NULL;

-- What was listed and what left, in the order in which the public could learn of it. Ids only: who has left is named nowhere.
CREATE TABLE register_feed (
    id         bigint      NOT NULL CONSTRAINT register_feed_pk PRIMARY KEY,
    at         timestamptz NOT NULL,
    unit_id    bigint      NOT NULL,
    listing_id bigint      NOT NULL,
    kind       text        NOT NULL CONSTRAINT register_feed_kind CHECK (kind IN ('listed', 'removed')),
    CONSTRAINT register_feed_once UNIQUE (listing_id, kind)
);
CREATE TRIGGER register_feed_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON register_feed FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- +goose StatementBegin
DO $$
BEGIN
    REVOKE UPDATE, DELETE ON register_feed FROM qhtz_app;
END $$;
-- +goose StatementEnd

-- Requests for plans, quotas and subsidies (CRED-9).
CREATE TABLE support_requests (
    id         bigint      NOT NULL CONSTRAINT support_requests_pk PRIMARY KEY,
    version    bigint      NOT NULL,
    kind       text        NOT NULL,
    project_id bigint      NOT NULL CONSTRAINT support_requests_project REFERENCES projects (id),
    state      text        NOT NULL CONSTRAINT support_requests_state CHECK (state IN ('accepted', 'to_person', 'approved', 'rejected')),
    amount     text        NOT NULL,   -- 万元, as stated; may be empty
    year       int         NOT NULL,
    body       text        NOT NULL,
    in_effect  int         NOT NULL,   -- the unit's records in effect when it was asked
    asked_at   timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by bigint,
    reason     text        NOT NULL DEFAULT ''
);
CREATE INDEX support_requests_project_idx ON support_requests (project_id);
