package repository

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/lib/pq"

	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

const (
	sqlDeadlineMove = `UPDATE deadlines d SET stops = r.stops, due_date = r.due_date, due_at = r.due_at, provisional = r.provisional, state = r.state,
			marks = r.marks, step = r.step, next_at = r.next_at, calendar_version = r.calendar_version, attempts = 0
		FROM jsonb_to_recordset(CAST($%d AS jsonb)) AS r(id bigint, stops jsonb, due_date date, due_at timestamptz, provisional boolean, state text,
			marks jsonb, step int, next_at timestamptz, calendar_version bigint) WHERE d.id = r.id`
	// arrays, and nothing that stays as it is: a reminder does no more, and comes by the hundred
	sqlDeadlineStep = `UPDATE deadlines d SET step = r.step, next_at = r.next_at, attempts = 0
		FROM unnest(CAST($%d AS bigint[]), CAST($%d AS int[]), CAST($%d AS timestamptz[])) AS r(id, step, next_at) WHERE d.id = r.id`
)

// deadlineMove is what changes of a deadline that moves on. Its other columns stay away: reading twice as many out
// of JSON costs PostgreSQL four times as much, and firing does little else.
type deadlineMove struct {
	ID              int64           `json:"id"`
	Stops           json.RawMessage `json:"stops"`
	DueDate         calendar.Date   `json:"due_date"`
	DueAt           time.Time       `json:"due_at"`
	Provisional     bool            `json:"provisional"`
	State           string          `json:"state"`
	Marks           json.RawMessage `json:"marks"`
	Step            int             `json:"step"`
	NextAt          *time.Time      `json:"next_at"`
	CalendarVersion int64           `json:"calendar_version"`
}

func (r deadlineRow) move() deadlineMove {
	return deadlineMove{ID: r.ID, Stops: r.Stops, DueDate: r.DueDate, DueAt: r.DueAt, Provisional: r.Provisional, State: r.State, Marks: r.Marks, Step: r.Step,
		NextAt: r.NextAt, CalendarVersion: r.CalendarVersion}
}

// remember notes deadlines as they were read under lock, so that of one which only takes a step no more is written.
func (tx *Tx) remember(ds []*deadline.Deadline) {
	if tx.pending.read == nil {
		tx.pending.read = make(map[*deadline.Deadline]deadline.Deadline, len(ds))
	}
	for _, d := range ds {
		was := *d
		was.Stops, was.Marks = slices.Clone(d.Stops), slices.Clone(d.Marks)
		tx.pending.read[d] = was
	}
}

// onlyStepped reports whether of what a move may change nothing but the step has, since it was read.
func (tx *Tx) onlyStepped(d *deadline.Deadline) bool {
	was, ok := tx.pending.read[d]
	return ok && d.DueDate == was.DueDate && d.DueAt.Equal(was.DueAt) && d.Provisional == was.Provisional && d.State == was.State &&
		d.CalendarVersion == was.CalendarVersion && slices.Equal(d.Stops, was.Stops) && slices.Equal(d.Marks, was.Marks)
}

// MoveDeadline writes a deadline that was moved on, paused or finished. The last state counts.
func (tx *Tx) MoveDeadline(d *deadline.Deadline) {
	p := &tx.pending
	if p.ended[d.ID] || p.moving[d] || slices.Contains(p.deadlines, d) {
		return // in the history, where nothing changes; or written once, as it stands at the flush
	}
	if p.moving == nil {
		p.moving = map[*deadline.Deadline]bool{}
	}
	p.moving[d] = true
	p.moved = append(p.moved, d)
}

// deadlineWrites is what was gathered about deadlines, by the statement that writes it.
type deadlineWrites struct {
	news  []deadlineRow
	steps []*deadline.Deadline
	moves []deadlineMove
	done  []deadlineRow
	gone  []int64 // finished, and so no longer among the open ones
}

func (tx *Tx) deadlineWrites() (w deadlineWrites) {
	p := &tx.pending
	now := tx.Now()
	hint := func(d *deadline.Deadline) {
		if at := d.NextAt(); at != nil {
			p.hints = append(p.hints, DeadlineHint{ID: d.ID, At: *at})
		}
	}
	end := func(d *deadline.Deadline) {
		if p.ended == nil {
			p.ended = map[int64]bool{}
		}
		p.ended[d.ID] = true
		w.done = append(w.done, rowOf(d, now))
	}
	for _, d := range p.deadlines {
		if d.FinishedAt != nil {
			end(d)
			continue
		}
		w.news = append(w.news, rowOf(d, now))
		hint(d)
	}
	for _, d := range p.moved {
		switch {
		case d.FinishedAt != nil:
			end(d)
			w.gone = append(w.gone, d.ID)
			continue
		case tx.onlyStepped(d):
			w.steps = append(w.steps, d)
		default:
			w.moves = append(w.moves, rowOf(d, now).move())
		}
		hint(d)
	}
	return w
}

// addSteps adds the part that writes steps.
func addSteps(s *statement, steps []*deadline.Deadline) {
	if len(steps) == 0 {
		return
	}
	n := len(steps)
	ids, numbers, next := make([]int64, n), make([]int64, n), make([]*time.Time, n)
	for i, d := range steps {
		ids[i], numbers[i], next[i] = d.ID, int64(d.Step), d.NextAt()
	}
	s.add(sqlDeadlineStep, pq.Array(ids), pq.Array(numbers), pq.Array(next))
}
