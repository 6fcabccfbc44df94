package repository

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"qhtz/domain"
)

// OutboxRow is a message on its way out. Its id stays the same however often it is delivered.
type OutboxRow struct {
	ID        int64           `db:"id"`
	Topic     string          `db:"topic"`
	Payload   json.RawMessage `db:"payload"`
	CreatedAt time.Time       `db:"created_at"`
	Attempts  int             `db:"attempts"`
}

// Deliverer delivers messages of one topic, all or none. What it does in the database commits with the messages'
// removal; what it does elsewhere may happen again and must know the rows by their ids.
type Deliverer func(ctx context.Context, tx *Tx, rows []OutboxRow) error

// deliverers by topic.
var deliverers = map[string]Deliverer{
	domain.TopicNotice: deliverNotices,
	domain.TopicSearch: deliverSearch,
}

const (
	outboxBatch  = 100
	outboxAlarm  = 10 // failures after which somebody should look
	firstBackoff = 5 * time.Second
	longBackoff  = 6 * time.Hour
)

// undelivered is the failure of a topic's deliverer, as opposed to one of the database.
type undelivered struct {
	topic string
	err   error
}

func (u *undelivered) Error() string { return "deliver " + u.topic + ": " + u.err.Error() }
func (u *undelivered) Unwrap() error { return u.err }

// DeliverOutbox delivers up to limit messages that are due by platform time, skipping those that another process has
// in hand, and says how many went. A message that fails is tried again later and does not hold up the others.
func (db *DB) DeliverOutbox(ctx context.Context, limit int) (delivered int, err error) {
	_, delivered, err = db.deliverDue(ctx, limit, `SKIP LOCKED`)
	return delivered, err
}

// DrainOutbox delivers until nothing is due, waiting for what other processes have in hand. Messages that failed are
// due again only later.
func (db *DB) DrainOutbox(ctx context.Context) (delivered int, err error) {
	for {
		now, _, err := db.clock.Read(ctx)
		if err != nil {
			return delivered, err
		}
		var due bool
		if err := db.get(ctx, &due, `SELECT EXISTS (SELECT 1 FROM outbox WHERE not_before <= $1)`, now); err != nil {
			return delivered, fmt.Errorf("drain outbox: %w", err)
		}
		if !due {
			return delivered, nil
		}
		_, n, err := db.deliverDue(ctx, outboxBatch, "")
		delivered += n
		if err != nil {
			return delivered, err
		}
	}
}

// RunOutbox delivers until ctx ends, looking for messages every poll. Any number of processes may run it. Errors are
// logged and the next round tries again.
func (db *DB) RunOutbox(ctx context.Context, poll time.Duration) {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		for {
			taken, _, err := db.deliverDue(ctx, outboxBatch, `SKIP LOCKED`)
			if err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "outbox not delivered", "error", err)
			}
			if taken == 0 || err != nil {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// OutboxState says how many messages are due and undelivered, how many of all have failed so often that somebody
// should look, and since when the oldest that is due waits (zero if none does).
func (db *DB) OutboxState(ctx context.Context) (due, stuck int, since time.Time, err error) {
	now, _, err := db.clock.Read(ctx)
	if err != nil {
		return 0, 0, time.Time{}, err
	}
	var row struct {
		Due   int        `db:"due"`
		Stuck int        `db:"stuck"`
		Since *time.Time `db:"since"`
	}
	err = db.get(ctx, &row, `
		SELECT count(*) FILTER (WHERE not_before <= $1) AS due, count(*) FILTER (WHERE attempts >= $2) AS stuck,
			min(not_before) FILTER (WHERE not_before <= $1) AS since FROM outbox`, now, outboxAlarm)
	if row.Since != nil {
		since = *row.Since
	}
	return row.Due, row.Stuck, since, wrap("outbox state", err)
}

// deliverDue delivers one batch. When one message of it fails nothing of the batch has happened, and each is
// delivered by itself.
func (db *DB) deliverDue(ctx context.Context, limit int, locking string) (taken, delivered int, err error) {
	var rows []OutboxRow
	var failed *undelivered
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		rows, failed = nil, nil
		if err := tx.list(ctx, &rows, `
			SELECT id, topic, payload, created_at, attempts FROM outbox WHERE not_before <= $1
			ORDER BY not_before, id LIMIT $2 FOR UPDATE `+locking, tx.Now(), limit); err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		failed, err = tx.deliver(ctx, rows)
		return err
	})
	switch {
	case err == nil:
		return len(rows), len(rows), nil
	case failed == nil || ctx.Err() != nil: // the database, or the process is stopping: no message's fault
		return 0, 0, fmt.Errorf("deliver outbox: %w", err)
	case len(rows) == 1:
		return 1, 0, db.postpone(ctx, rows[0].ID, failed)
	}
	for _, r := range rows {
		ok, err := db.deliverOne(ctx, r.ID)
		if err != nil {
			return taken, delivered, err
		}
		taken++
		if ok {
			delivered++
		}
	}
	return taken, delivered, nil
}

// deliverOne delivers one message, unless somebody else has it or had it meanwhile.
func (db *DB) deliverOne(ctx context.Context, id int64) (delivered bool, err error) {
	var failed *undelivered
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		var rows []OutboxRow
		failed = nil
		if err := tx.list(ctx, &rows, `
			SELECT id, topic, payload, created_at, attempts FROM outbox WHERE id = $1 AND not_before <= $2 FOR UPDATE SKIP LOCKED`, id, tx.Now()); err != nil {
			return fmt.Errorf("read outbox: %w", err)
		}
		delivered = len(rows) == 1
		failed, err = tx.deliver(ctx, rows)
		return err
	})
	switch {
	case err == nil:
		return delivered, nil
	case failed == nil || ctx.Err() != nil:
		return false, fmt.Errorf("deliver outbox: %w", err)
	}
	return false, db.postpone(ctx, id, failed)
}

// deliver hands messages to their topics' deliverers and removes them. failed is set when it was a deliverer that failed.
func (tx *Tx) deliver(ctx context.Context, rows []OutboxRow) (failed *undelivered, err error) {
	if len(rows) == 0 {
		return nil, nil
	}
	byTopic := map[string][]OutboxRow{}
	topics := []string{}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		if byTopic[r.Topic] == nil {
			topics = append(topics, r.Topic)
		}
		byTopic[r.Topic] = append(byTopic[r.Topic], r)
		ids[i] = r.ID
	}
	for _, topic := range topics {
		to, ok := deliverers[topic]
		if !ok {
			failed = &undelivered{topic, errors.New("nobody delivers this topic")}
			return failed, failed
		}
		if err := to(ctx, tx, byTopic[topic]); err != nil {
			failed = &undelivered{topic, err}
			return failed, failed
		}
	}
	return nil, wrap("empty outbox", tx.exec(ctx, `DELETE FROM outbox WHERE id = ANY($1)`, ids))
}

// postpone notes a failure and lets the message wait: 5 s, doubling, and after the tenth failure, which raises the
// alarm, 6 h.
func (db *DB) postpone(ctx context.Context, id int64, failed *undelivered) error {
	var attempts []int
	err := db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		attempts = nil
		var before []int
		if err := tx.list(ctx, &before, `SELECT attempts FROM outbox WHERE id = $1 FOR UPDATE`, id); err != nil || len(before) == 0 {
			return err
		}
		wait := longBackoff
		if before[0]+1 < outboxAlarm {
			wait = firstBackoff << before[0]
		}
		return tx.list(ctx, &attempts, `
			UPDATE outbox SET attempts = attempts + 1, last_error = $2, not_before = $3 WHERE id = $1 RETURNING attempts`,
			id, failed.Error(), tx.Now().Add(wait))
	})
	if err != nil {
		return fmt.Errorf("postpone message %d: %w", id, err)
	}
	if len(attempts) == 1 && attempts[0] >= outboxAlarm {
		slog.ErrorContext(ctx, "message cannot be delivered", "outbox_id", id, "topic", failed.topic, "attempts", attempts[0], "error", failed.err)
	}
	return nil
}
