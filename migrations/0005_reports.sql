-- +goose Up
-- Reports as they stand, for standing and statistics. What each version says is in the ledger (REP-5).
CREATE TABLE reports (
    id           bigint      NOT NULL CONSTRAINT reports_pk PRIMARY KEY,
    project_id   bigint      NOT NULL CONSTRAINT reports_project REFERENCES projects (id),
    owner_id     bigint      NOT NULL,
    kind         text        NOT NULL,
    year         int,                       -- of annual reports
    version      int         NOT NULL,
    late         boolean     NOT NULL,
    submitted_at timestamptz NOT NULL,      -- of the first version
    due_date     date
);
CREATE INDEX reports_owner ON reports (owner_id, kind);
CREATE UNIQUE INDEX reports_annual ON reports (project_id, year) WHERE kind = 'annual';

-- What is being written; it becomes a version of a report when it is submitted. year 0: kinds without a year.
CREATE TABLE report_drafts (
    id         bigint      NOT NULL CONSTRAINT report_drafts_pk PRIMARY KEY,
    project_id bigint      NOT NULL CONSTRAINT report_drafts_project REFERENCES projects (id) ON DELETE CASCADE,
    kind       text        NOT NULL,
    year       int         NOT NULL,
    data       jsonb       NOT NULL,
    saved_at   timestamptz NOT NULL,
    CONSTRAINT report_drafts_once UNIQUE (project_id, kind, year)
);

CREATE TABLE supervision_cases (
    id         bigint      NOT NULL CONSTRAINT supervision_cases_pk PRIMARY KEY,
    kind       text        NOT NULL,
    rule       text        NOT NULL,
    project_id bigint      NOT NULL CONSTRAINT supervision_cases_project REFERENCES projects (id),
    unit_id    bigint      NOT NULL,
    region     text        NOT NULL,        -- of the accepting authority when it was opened
    detail     jsonb       NOT NULL,
    opened_at  timestamptz NOT NULL,
    closed_at  timestamptz,
    closed_by  bigint,
    reason     text,
    CONSTRAINT supervision_cases_closed CHECK ((closed_at IS NULL) = (reason IS NULL))
);
CREATE INDEX supervision_cases_region ON supervision_cases (region, id DESC);
CREATE INDEX supervision_cases_project_idx ON supervision_cases (project_id);
