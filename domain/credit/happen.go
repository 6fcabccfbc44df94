package credit

import (
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// settle lets happen, in order, all that happens by itself up to an instant.
func (c *command) settle(until time.Time) error {
	for range 1000 {
		h, ok := c.u.Next(c.params, until)
		if !ok {
			return nil
		}
		if err := c.happen(h); err != nil {
			return fmt.Errorf("%s: %w", h.Type, err)
		}
	}
	return fmt.Errorf("unit %d does not come to rest", c.u.Organization.ID)
}

// happen writes one thing that happens by itself, as of its own instant, as the platform's act.
func (c *command) happen(h Happening) error {
	person, at := c.call.Actor, c.at
	c.call.Actor, c.at = domain.TimerActor, h.At
	defer func() { c.call.Actor, c.at = person, at }()
	switch h.Type {
	case EvOverdue:
		return c.overdue(c.u.Record(h.Record))
	case EvExpired:
		return c.expire(c.u.Record(h.Record))
	case EvOpened:
		return c.openListing(h.Grade)
	case EvListed:
		return c.list(c.u.Listing(h.Listing))
	}
	return c.endListing(c.u.Listing(h.Listing), h.Type, map[string]string{
		EvLeft: "列入期限届满，自动移出", EvCancelled: "列入条件已不成立", EvAnnulled: "作为依据的记录被撤销，列入条件已不成立"}[h.Type])
}

func (c *command) overdue(r *Record) error {
	if err := c.record(EvOverdue, "CRED-3", c.at, EventData{RecordID: r.ID}); err != nil {
		return err
	}
	return c.tellOverdue(r)
}

func (c *command) expire(r *Record) error {
	c.closeDeadline(r.Deadlines["expiry"])
	if err := c.record(EvExpired, "CRED-2", c.at, EventData{RecordID: r.ID, Reason: "记录期满"}); err != nil {
		return err
	}
	c.forget(r)
	return c.tellRecordEnded(r)
}

// openListing gives notice that the unit is about to be listed, with the trace (CRED-4, CRED-5).
func (c *command) openListing(grade Severity) error {
	id, err := c.tx.NewID(c.ctx)
	if err != nil {
		return err
	}
	v := c.u.trigger(grade, c.params(c.at), nil)
	l := &Listing{ID: id, Grade: grade, State: Pending, OpenedAt: c.at, PolicyVersion: c.book.Policy(c.at).Version, Threshold: v.Threshold}
	for _, r := range v.InEffect {
		l.Trace = append(l.Trace, r.Cause())
	}
	l.LegalBasis = c.legalBasis()
	if err := c.record(EvOpened, "CRED-3", c.at, EventData{Listing: l}); err != nil {
		return err
	}
	if !c.u.Consented {
		return c.tellToServe(l)
	}
	return c.serveListing(l.ID, calendar.DateOf(c.at), "")
}

// legalBasis is the document that allows a listing to be published on that day, nil if none is in force (CRED-5).
func (c *command) legalBasis() *catalogue.LegalBasis {
	for _, b := range c.book.Library.Bases.At(c.at).Content {
		if b.InForce(calendar.DateOf(c.at)) {
			return &b
		}
	}
	return nil
}

func (c *command) serveListing(id int64, on calendar.Date, receipt string) error {
	from := c.at
	if on < calendar.DateOf(c.at) {
		from = on.Start()
	}
	d, err := c.limit(KindObjection, "CRED-4", "拟列入告知书送达", from, catalogue.ObjectionDays, calendar.WorkingDays)
	if err != nil {
		return err
	}
	if err := c.record(EvNotified, "CRED-4", c.at, EventData{ListingID: id, By: c.by(), On: &on, Receipt: receipt, Until: &d.DueDate, DueAt: &d.DueAt, DeadlineID: d.ID}); err != nil {
		return err
	}
	return c.tellPending(c.u.Listing(id))
}

// list puts the unit on the blacklist; the public sees it in the same instant (CRED-4). The periods of a listing that is
// in effect already begin anew (CRED-6).
func (c *command) list(l *Listing) error {
	minimum, maximum := c.periods(l.Grade, c.at)
	c.closeDeadline(l.Deadlines["window"])
	end, err := c.counted(KindListingEnd, "CRED-6", "列入", c.at, maximum)
	if err != nil {
		return err
	}
	earliest := calendar.PeriodEnd(c.at, minimum)
	data := EventData{ListingID: l.ID, DueAt: &end.DueAt, DeadlineID: end.ID, MinUntil: &earliest}
	for _, other := range c.u.Listings {
		if other.State != Listed {
			continue
		}
		again, err := c.restart(other, c.at, "再次触发列入，期限重新起算")
		if err != nil {
			return err
		}
		data.Restarts = append(data.Restarts, again)
	}
	if err := c.record(EvListed, "CRED-4", c.at, data); err != nil {
		return err
	}
	if err := c.publish(l, FeedListed); err != nil {
		return err
	}
	return c.tellListed(l)
}

func (c *command) periods(grade Severity, from time.Time) (minimum int, maximum calendar.Limit) {
	p := c.params(from)
	if grade == Major {
		return p[catalogue.ListingMinMajor], calendar.Limit{N: p[catalogue.ListingMaxMajor], Unit: calendar.EffectMonths}
	}
	return p[catalogue.ListingMinGeneral], calendar.Limit{N: p[catalogue.ListingMaxGeneral], Unit: calendar.EffectMonths}
}

func (c *command) restart(l *Listing, from time.Time, why string) (Restart, error) {
	minimum, maximum := c.periods(l.Grade, from)
	c.cancelDeadlines(l.Deadlines["end"])
	end, err := c.counted(KindListingEnd, "CRED-6", why, from, maximum)
	if err != nil {
		return Restart{}, err
	}
	return Restart{ListingID: l.ID, At: from, MinUntil: calendar.PeriodEnd(from, minimum), Until: end.DueAt, DeadlineID: end.ID}, nil
}

// restore takes back what an annulled listing did to the periods of others in effect.
func (c *command) restore(annulled *Listing) (out []Restart, err error) {
	for _, l := range c.u.Listings {
		if l == annulled || l.State != Listed {
			continue
		}
		from := c.u.periodsFrom(l, annulled)
		if from.Equal(*l.PeriodsAt) {
			continue
		}
		again, err := c.restart(l, from, "列入（另一次列入撤销，期限恢复）")
		if err != nil {
			return nil, err
		}
		out = append(out, again)
	}
	return out, nil
}

// endListing ends a listing: it leaves, is cancelled or annulled. Public display stops in the same instant (CRED-6).
func (c *command) endListing(l *Listing, as, reason string) error {
	published := l.State == Listed
	if as == EvLeft {
		c.closeDeadline(l.Deadlines["end"])
	}
	c.cancelDeadlines(l.Deadlines["window"], l.Deadlines["objection"], l.Deadlines["end"], l.Deadlines["exit"])
	data := EventData{ListingID: l.ID, By: c.by(), Reason: reason}
	if as == EvAnnulled && published {
		var err error
		if data.Restarts, err = c.restore(l); err != nil {
			return err
		}
	}
	if err := c.record(as, map[string]string{EvLeft: "CRED-6", EvAnnulled: "CRED-6", EvCancelled: "CRED-4"}[as], c.at, data); err != nil {
		return err
	}
	return c.afterListing(l, published)
}

// afterListing ends the limits of the records that a listing has spent, and takes it off the register.
func (c *command) afterListing(l *Listing, published bool) error {
	for _, cause := range l.Trace {
		if r := c.u.Record(cause.RecordID); r != nil && r.End != "" {
			c.forget(r)
		}
	}
	if published {
		if err := c.publish(l, FeedRemoved); err != nil {
			return err
		}
	}
	return c.tellListingEnded(l)
}
