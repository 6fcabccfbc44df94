// Package catalogue holds the lists and parameters that people maintain and rules read: policy parameters,
// regions, industries, surplus industries, the approval catalogue, approval items. Every list exists in
// editions, each in force from an instant; a decision names the edition it was taken under.
package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"qhtz/domain/calendar"
)

// Edition is one version of a list and the instant from which it is in force.
type Edition[T any] struct {
	Version int
	From    time.Time
	Content T
}

// Editions are the versions of one list, oldest first.
type Editions[T any] []Edition[T]

// At gives the edition in force at an instant: the latest that began by then; before the first, the first.
func (e Editions[T]) At(t time.Time) Edition[T] {
	for i := len(e) - 1; i > 0; i-- {
		if !e[i].From.After(t) {
			return e[i]
		}
	}
	if len(e) == 0 {
		return Edition[T]{}
	}
	return e[0]
}

// List names a list of the library.
type List string

// The lists.
const (
	ListPolicy     List = "policy"
	ListRegions    List = "regions"
	ListIndustries List = "industries"
	ListSurplus    List = "surplus"
	ListApprovals  List = "approvals"
	ListItems      List = "items"
	ListBases      List = "legal_bases"
)

// Library is every edition of every list, as loaded; immutable.
type Library struct {
	Version    int64
	Policies   Editions[Parameters]
	Regions    Editions[Regions]
	Industries Editions[Industries]
	Surplus    Editions[Surplus]
	Approvals  Editions[ApprovalCatalogue]
	Items      Editions[Items]
	Bases      Editions[LegalBases]
}

// Add puts an edition, as stored, at the end of its list.
func (l *Library) Add(list List, version int, from time.Time, content []byte) error {
	switch list {
	case ListPolicy:
		return add(&l.Policies, list, version, from, content)
	case ListRegions:
		return add(&l.Regions, list, version, from, content)
	case ListIndustries:
		return add(&l.Industries, list, version, from, content)
	case ListSurplus:
		return add(&l.Surplus, list, version, from, content)
	case ListApprovals:
		return add(&l.Approvals, list, version, from, content)
	case ListItems:
		return add(&l.Items, list, version, from, content)
	case ListBases:
		return add(&l.Bases, list, version, from, content)
	}
	return fmt.Errorf("catalogue %q is unknown", list)
}

func add[T any](to *Editions[T], list List, version int, from time.Time, content []byte) error {
	e := Edition[T]{Version: version, From: from}
	if err := json.Unmarshal(content, &e.Content); err != nil {
		return fmt.Errorf("catalogue %s version %d: %w", list, version, err)
	}
	*to = append(*to, e)
	return nil
}

// Check refuses a library in which a list is missing or a parameter unknown.
func (l *Library) Check() error {
	var errs []error
	for _, e := range l.Policies {
		if err := e.Content.Check(); err != nil {
			errs = append(errs, fmt.Errorf("policy version %d: %w", e.Version, err))
		}
	}
	if len(l.Policies) == 0 || len(l.Regions) == 0 || len(l.Industries) == 0 || len(l.Surplus) == 0 ||
		len(l.Approvals) == 0 || len(l.Items) == 0 || len(l.Bases) == 0 {
		errs = append(errs, errors.New("a catalogue is missing: run `qhtz seed`"))
	}
	return errors.Join(errs...)
}

// Book is what rules read at one moment: the time, the calendar and the library.
type Book struct {
	Now      time.Time
	Calendar *calendar.Calendar
	Library  *Library
}

// Today is the civil date of the moment, in Asia/Shanghai.
func (b *Book) Today() calendar.Date { return calendar.DateOf(b.Now) }

// Policy gives the parameters in force at an instant: limits are judged by the version in force at the
// starting event, thresholds by the one at the instant of evaluation.
func (b *Book) Policy(at time.Time) Edition[Parameters] { return b.Library.Policies.At(at) }
