-- +goose Up
CREATE TABLE projects (
    id               bigint      NOT NULL CONSTRAINT projects_pk PRIMARY KEY,
    prefecture       char(6)     NOT NULL,              -- of the owner's seat: never changes; to partition and distribute by later
    version          bigint      NOT NULL,
    code             char(20),
    state            text        NOT NULL,
    route            text        NOT NULL DEFAULT '',
    name             text        NOT NULL,
    region           text        NOT NULL,
    authority_region text        NOT NULL,
    industry         text        NOT NULL,
    total_investment bigint,                             -- hundredths of 万元; null while it is not a valid amount
    owner_id         bigint      NOT NULL CONSTRAINT projects_owner REFERENCES organizations (id),
    facts            jsonb       NOT NULL,               -- as typed
    life             jsonb       NOT NULL,               -- cache of the fold over its events
    created_by       bigint      NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL
);
CREATE INDEX projects_owner_idx ON projects (owner_id, id DESC);
CREATE INDEX projects_names ON projects (owner_id, md5(name));
CREATE INDEX projects_queue ON projects (authority_region, state, id DESC);
CREATE INDEX projects_public ON projects (id DESC) WHERE code IS NOT NULL;

-- Which project a code belongs to; unique over all of the province for ever (CODE-1, CODE-5).
CREATE TABLE project_codes (
    code       char(20)    NOT NULL CONSTRAINT project_codes_pk PRIMARY KEY,
    project_id bigint      NOT NULL,
    issued_at  timestamptz NOT NULL
);

CREATE TABLE applications (
    id                bigint      NOT NULL CONSTRAINT applications_pk PRIMARY KEY,
    project_id        bigint      NOT NULL CONSTRAINT applications_project REFERENCES projects (id),
    item              text        NOT NULL,
    catalogue_version int         NOT NULL,
    created_at        timestamptz NOT NULL
);
CREATE INDEX applications_project_idx ON applications (project_id);

-- Search words: one bigram index beside the table, fed from the outbox, so that filings do not pay for it.
CREATE TABLE project_terms (
    project_id bigint NOT NULL CONSTRAINT project_terms_pk PRIMARY KEY,
    grams      text[] NOT NULL
);
CREATE INDEX project_terms_grams ON project_terms USING gin (grams);

-- The regions for which an organisation is competent (FILE-13): its own, and those below it, of any depth, in which
-- no department of its kind exists.
-- +goose StatementBegin
CREATE FUNCTION competent_regions(org bigint) RETURNS TABLE (region text) LANGUAGE sql STABLE AS $$
    SELECT CAST(r.value ->> 'Code' AS text)
    FROM organizations o,
         LATERAL (SELECT content FROM catalogues WHERE kind = 'regions' ORDER BY version DESC LIMIT 1) c,
         LATERAL jsonb_array_elements(c.content) AS r
    WHERE o.id = org
      AND o.region = (
          SELECT d.region FROM organizations d
          WHERE d.kind = 'department' AND d.department = o.department
            AND d.region IN (r.value ->> 'Code', left(r.value ->> 'Code', 4) || '00', left(r.value ->> 'Code', 2) || '0000')
          ORDER BY d.region DESC LIMIT 1)
$$;
-- +goose StatementEnd

-- The ledger: what happened, as of when, known when, under which rule. Never changed.
CREATE TABLE events (
    id             bigint      NOT NULL CONSTRAINT events_pk PRIMARY KEY,
    stream         text        NOT NULL,
    stream_id      bigint      NOT NULL,
    seq            int         NOT NULL,
    type           text        NOT NULL,
    effective_at   timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    rule           text        NOT NULL,
    policy_version int         NOT NULL,
    actor_id       bigint,
    audit_id       bigint      NOT NULL,   -- the audit event whose ledger digest covers it
    data           json        NOT NULL,   -- json, not jsonb: kept byte for byte, as digested
    CONSTRAINT events_order UNIQUE (stream, stream_id, seq)
);

-- Open deadlines only: one row a duty or step, next_at its next instant (reminder, due day, consequence).
-- subject_id is a project, a unit …; history rows keep the id.
CREATE TABLE deadlines (
    id               bigint      NOT NULL CONSTRAINT deadlines_pk PRIMARY KEY,
    kind             text        NOT NULL,
    rule             text        NOT NULL,
    subject_kind     text        NOT NULL,
    subject_id       bigint      NOT NULL,
    region           char(6)     NOT NULL,
    event            text        NOT NULL,
    event_at         timestamptz NOT NULL,
    limit_n          int         NOT NULL,
    limit_unit       text        NOT NULL,
    stops            jsonb       NOT NULL DEFAULT '[]',
    due_date         date        NOT NULL,
    due_at           timestamptz NOT NULL,
    provisional      boolean     NOT NULL,
    state            text        NOT NULL,
    marks            jsonb       NOT NULL,
    step             int         NOT NULL DEFAULT 0,
    next_at          timestamptz,
    policy_version   int         NOT NULL,
    calendar_version bigint      NOT NULL,
    set_at           timestamptz NOT NULL,
    attempts         int         NOT NULL DEFAULT 0,
    parked           boolean     NOT NULL DEFAULT false,
    last_error       text
);
CREATE INDEX deadlines_next ON deadlines (next_at, kind, id) WHERE next_at IS NOT NULL AND NOT parked;
CREATE INDEX deadlines_parked ON deadlines (id) WHERE parked;
CREATE INDEX deadlines_subject ON deadlines (subject_kind, subject_id);

CREATE TABLE deadline_history (
    id               bigint      NOT NULL CONSTRAINT deadline_history_pk PRIMARY KEY,
    kind             text        NOT NULL,
    rule             text        NOT NULL,
    subject_kind     text        NOT NULL,
    subject_id       bigint      NOT NULL,
    region           char(6)     NOT NULL,
    event            text        NOT NULL,
    event_at         timestamptz NOT NULL,
    limit_n          int         NOT NULL,
    limit_unit       text        NOT NULL,
    stops            jsonb       NOT NULL,
    due_date         date        NOT NULL,
    due_at           timestamptz NOT NULL,
    provisional      boolean     NOT NULL,
    state            text        NOT NULL,
    marks            jsonb       NOT NULL,
    step             int         NOT NULL,
    policy_version   int         NOT NULL,
    calendar_version bigint      NOT NULL,
    set_at           timestamptz NOT NULL,
    light            text        NOT NULL,
    finished_at      timestamptz NOT NULL,   -- legal instant at which it ended
    recorded_at      timestamptz NOT NULL
);
CREATE INDEX deadline_history_subject ON deadline_history (subject_kind, subject_id);

CREATE TABLE notices (
    id              bigint      NOT NULL CONSTRAINT notices_pk PRIMARY KEY, -- that of the outbox row and its recipient: delivered twice is delivered once
    outbox_id       bigint      NOT NULL,
    organization_id bigint      NOT NULL CONSTRAINT notices_organization REFERENCES organizations (id),
    kind            text        NOT NULL,
    rule            text        NOT NULL,
    project_id      bigint,
    project_code    text,
    title           text        NOT NULL,
    body            text        NOT NULL,
    at              timestamptz NOT NULL,
    CONSTRAINT notices_once UNIQUE (outbox_id, organization_id)
);
CREATE INDEX notices_inbox ON notices (organization_id, id DESC);
CREATE TABLE notice_reads (
    notice_id  bigint      NOT NULL CONSTRAINT notice_reads_notice REFERENCES notices (id),
    account_id bigint      NOT NULL CONSTRAINT notice_reads_account REFERENCES accounts (id),
    read_at    timestamptz NOT NULL,
    CONSTRAINT notice_reads_pk PRIMARY KEY (notice_id, account_id)
);
