package deadline

import (
	"context"
	"fmt"
	"time"

	"qhtz/domain/catalogue"
)

// Firing is one deadline at the instant of the mark that fires, with what the decision reads. The deadline has moved on
// to its next mark already; the decision may end it.
type Firing[T any] struct {
	Deadline *Deadline
	Subject  T
	Book     *catalogue.Book
	At       time.Time // the legal instant, however late the worker is
}

// OnSubjects makes the Handler of an area whose deadlines hang on rows of its own: the subjects are locked and read in one
// go, by their ids, and each deadline is decided by itself.
func OnSubjects[T any](lock func(context.Context, Tx, []int64) (map[int64]T, error), decide func(context.Context, Tx, Firing[T]) error) Handler {
	return func(ctx context.Context, tx Tx, due []*Deadline) error {
		ids := make([]int64, len(due))
		for i, d := range due {
			ids[i] = d.Subject.ID
		}
		subjects, err := lock(ctx, tx, ids)
		if err != nil {
			return err
		}
		book, err := tx.Book(ctx)
		if err != nil {
			return err
		}
		for _, d := range due {
			s, ok := subjects[d.Subject.ID]
			if !ok {
				return fmt.Errorf("deadline %d: %s %d is gone", d.ID, d.Subject.Kind, d.Subject.ID)
			}
			at := d.Mark().At
			d.Step++
			tx.MoveDeadline(d)
			if err := decide(ctx, tx, Firing[T]{Deadline: d, Subject: s, Book: book, At: at}); err != nil {
				return fmt.Errorf("deadline %d (%s): %w", d.ID, d.Kind, err)
			}
		}
		return nil
	}
}
