package repository

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"qhtz/domain"
	"qhtz/domain/notice"
)

var (
	_ notice.Store = (*DB)(nil)
	_ notice.Tx    = (*Tx)(nil)
)

// InNoticeTx runs fn in a transaction.
func (db *DB) InNoticeTx(ctx context.Context, call domain.Call, fn func(notice.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

type noticeRow struct {
	ID             int64       `json:"id"`
	OutboxID       int64       `json:"outbox_id"`
	OrganizationID int64       `json:"organization_id"`
	Kind           notice.Kind `json:"kind"`
	Rule           string      `json:"rule"`
	ProjectID      *int64      `json:"project_id"`
	ProjectCode    *string     `json:"project_code"`
	Title          string      `json:"title"`
	Body           string      `json:"body"`
	At             time.Time   `json:"at"`
}

// deliverNotices puts messages into the inboxes of those they are for. A message delivered before stays as it is.
func deliverNotices(ctx context.Context, tx *Tx, rows []OutboxRow) error {
	find := recipients{tx: tx, known: map[notice.Recipient][]int64{}}
	var notices []noticeRow
	for _, r := range rows {
		var m notice.Message
		if err := json.Unmarshal(r.Payload, &m); err != nil {
			return fmt.Errorf("message %d: %w", r.ID, err)
		}
		to, err := find.all(ctx, m)
		if err != nil {
			return fmt.Errorf("message %d: %w", r.ID, err)
		}
		for _, organization := range to {
			n, err := tx.noticeRow(ctx, r.ID, organization, m)
			if err != nil {
				return err
			}
			notices = append(notices, n)
		}
	}
	b, err := json.Marshal(notices)
	if err != nil {
		return fmt.Errorf("encode notices: %w", err)
	}
	err = tx.exec(ctx, `
		INSERT INTO notices (id, outbox_id, organization_id, kind, rule, project_id, project_code, title, body, at)
		SELECT id, outbox_id, organization_id, kind, rule, project_id, project_code, title, body, at
		FROM jsonb_to_recordset(CAST($1 AS jsonb)) AS r(id bigint, outbox_id bigint, organization_id bigint, kind text, rule text,
			project_id bigint, project_code text, title text, body text, at timestamptz)
		ON CONFLICT ON CONSTRAINT notices_once DO NOTHING`, string(b))
	return wrap("insert notices", err)
}

func (tx *Tx) noticeRow(ctx context.Context, outboxID, organizationID int64, m notice.Message) (noticeRow, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return noticeRow{}, err
	}
	row := noticeRow{ID: id, OutboxID: outboxID, OrganizationID: organizationID, Kind: m.Kind, Rule: m.Rule, ProjectID: m.ProjectID,
		Title: m.Title, Body: m.Body, At: domain.Precise(m.At)}
	if m.ProjectCode != "" {
		row.ProjectCode = &m.ProjectCode
	}
	return row, nil
}

// recipients finds organisations, each recipient once a batch.
type recipients struct {
	tx    *Tx
	known map[notice.Recipient][]int64
}

// all gives the organisations that a message is for; the table takes each once. One that cannot be found does not keep the message
// from the others; a message that nobody would get fails, and is tried again until there is somebody.
func (r recipients) all(ctx context.Context, m notice.Message) ([]int64, error) {
	var to []int64
	for _, recipient := range m.To {
		found, err := r.find(ctx, recipient)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			slog.WarnContext(ctx, "nobody to tell", "notice", m.Kind, "recipient", recipient.Kind, "department", recipient.Department, "region", recipient.Region)
		}
		to = append(to, found...)
	}
	if len(to) == 0 {
		return nil, errors.New("no organisation is there to be told")
	}
	return to, nil
}

func (r recipients) find(ctx context.Context, to notice.Recipient) ([]int64, error) {
	if found, ok := r.known[to]; ok {
		return found, nil
	}
	found, err := r.search(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", to.Kind, err)
	}
	r.known[to] = found
	return found, nil
}

func (r recipients) search(ctx context.Context, to notice.Recipient) (found []int64, err error) {
	switch to.Kind {
	case notice.ToOrganization, notice.ToOwner:
		err := r.tx.list(ctx, &found, `SELECT id FROM organizations WHERE id = $1`, to.OrganizationID)
		return found, err
	case notice.ToDepartment:
		found, err = r.nearest(ctx, domain.OrgDepartment, to.Department, to.Region)
		found = found[:min(len(found), 1)]
	case notice.ToSupervisor:
		found, err = r.nearest(ctx, domain.OrgSupervision, "", to.Region)
	case notice.ToRegulator:
		found, err = r.nearest(ctx, domain.OrgRegulator, "", to.Region)
	default:
		return nil, fmt.Errorf("recipient %q is unknown", to.Kind)
	}
	if err != nil || len(found) > 0 {
		return found, err
	}
	authority := to.Authority
	if authority == "" {
		authority = to.Region
	}
	found, err = r.nearest(ctx, domain.OrgDepartment, domain.DepartmentReform, authority)
	return found[:min(len(found), 1)], err
}

// nearest gives the bodies of a kind at the lowest level, from region upwards, that has any.
func (r recipients) nearest(ctx context.Context, kind domain.OrganizationKind, department, region string) ([]int64, error) {
	levels := []string{region}
	for up, ok := domain.ParentRegion(region); ok; up, ok = domain.ParentRegion(up) {
		levels = append(levels, up)
	}
	var found []int64
	err := r.tx.list(ctx, &found, `
		WITH o AS (SELECT id, array_position(CAST($3 AS text[]), CAST(region AS text)) AS level FROM organizations
			WHERE kind <> 'unit' AND kind = $1 AND department = $2 AND region = ANY(CAST(CAST($3 AS text[]) AS char(6)[])))
		SELECT id FROM o WHERE level = (SELECT min(level) FROM o) ORDER BY id`, string(kind), department, levels)
	return found, err
}

// Inbox gives an organisation's notices, newest first, with ids below before (0: from the newest), and the before of
// the next page (0: none). Read is what the account has read.
func (db *DB) Inbox(ctx context.Context, organizationID, accountID, before int64, limit int) ([]notice.Item, int64, error) {
	var rows []struct {
		ID          int64          `db:"id"`
		Kind        string         `db:"kind"`
		Rule        string         `db:"rule"`
		ProjectID   *int64         `db:"project_id"`
		ProjectCode sql.NullString `db:"project_code"`
		Title       string         `db:"title"`
		Body        string         `db:"body"`
		At          time.Time      `db:"at"`
		Read        bool           `db:"read"`
	}
	err := db.list(ctx, &rows, `
		SELECT n.id, n.kind, n.rule, n.project_id, n.project_code, n.title, n.body, n.at,
			EXISTS (SELECT 1 FROM notice_reads r WHERE r.notice_id = n.id AND r.account_id = $2) AS read
		FROM notices n WHERE n.organization_id = $1 AND ($3 = 0 OR n.id < $3) ORDER BY n.id DESC LIMIT $4`, organizationID, accountID, before, limit+1)
	if err != nil {
		return nil, 0, fmt.Errorf("inbox: %w", err)
	}
	next := int64(0)
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	items := make([]notice.Item, len(rows))
	for i, r := range rows {
		items[i] = notice.Item{ID: r.ID, Kind: notice.Kind(r.Kind), Rule: r.Rule, ProjectID: r.ProjectID, ProjectCode: r.ProjectCode.String,
			Title: r.Title, Body: r.Body, At: r.At, Read: r.Read}
	}
	return items, next, nil
}

// unreadWindow bounds what counting looks at.
const unreadWindow = 1000

// UnreadCount says how many of the organisation's newest 1000 notices the account has not read.
func (db *DB) UnreadCount(ctx context.Context, organizationID, accountID int64) (int, error) {
	var n int
	err := db.get(ctx, &n, `
		SELECT count(*) FROM (SELECT id FROM notices WHERE organization_id = $1 ORDER BY id DESC LIMIT $3) n
		WHERE NOT EXISTS (SELECT 1 FROM notice_reads r WHERE r.notice_id = n.id AND r.account_id = $2)`, organizationID, accountID, unreadWindow)
	return n, wrap("count unread", err)
}

// MarkNoticesRead marks those of the notices that are the organisation's and that the account has not read yet.
func (tx *Tx) MarkNoticesRead(ctx context.Context, organizationID, accountID int64, ids []int64) (int, error) {
	n, err := tx.execCount(ctx, `
		INSERT INTO notice_reads (notice_id, account_id, read_at)
		SELECT id, $2, $4 FROM notices WHERE organization_id = $1 AND id = ANY($3) ORDER BY id
		ON CONFLICT ON CONSTRAINT notice_reads_pk DO NOTHING`, organizationID, accountID, ids, tx.Now())
	return int(n), wrap("mark read", err)
}
