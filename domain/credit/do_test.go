package credit

import (
	"context"
	"fmt"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// do tries a move on the service.
func (w *world) do(v move) error {
	ctx, by := context.Background(), func(a domain.Actor) domain.Call { return domain.Call{Actor: a} }
	reason := Note{Reason: "理由"}
	var err error
	var record, listing int64
	if v.n < len(w.stored.Records) {
		record = w.stored.Records[v.n].ID
	}
	if v.n < len(w.stored.Listings) {
		listing = w.stored.Listings[v.n].ID
	}
	receipt := ServiceInput{ServedOn: calendar.DateOf(w.now).AddDays(-v.days).String(), Receipt: "邮寄"}
	switch v.kind {
	case "look":
		_, err = w.Get(ctx, by(second), ownUSCC)
	case "propose":
		p := Proposal{USCC: ownUSCC, Ground: GroundOther, Severity: General, Facts: fmt.Sprint("事实", len(w.facts)), Basis: "依据"}
		if v.yes {
			p.Severity = Major
		}
		if v.days == 1 {
			p.Participant, p.ProjectCode = true, foreignCode
		}
		_, err = w.Propose(ctx, by(first), p)
	case "serve":
		_, err = w.Serve(ctx, by(first), record, receipt)
	case "state":
		_, err = w.State(ctx, by(theUnit), record, StatementInput{Text: "陈述", Final: v.yes})
	case "confirm":
		_, err = w.Confirm(ctx, by(second), record, Note{})
	case "dismiss":
		_, err = w.Dismiss(ctx, by(second), record, Note{})
	case "evidence":
		_, err = w.Rectify(ctx, by(theUnit), record, RectificationInput{Text: "已整改"})
	case "review":
		_, err = w.Review(ctx, by(first), record, ReviewInput{Accept: &v.yes})
	case "extend":
		_, err = w.Extend(ctx, by(first), record, ExtensionInput{Days: v.days, Note: reason})
	case "revoke":
		_, err = w.Revoke(ctx, by(first), record, reason)
	case "repair":
		_, err = w.Repair(ctx, by(second), record, Note{})
	case "serve listing":
		_, err = w.ServeListing(ctx, by(first), listing, receipt)
	case "object":
		_, err = w.Object(ctx, by(theUnit), listing, ObjectionInput{Text: "异议"})
	case "decide objection":
		_, err = w.DecideObjection(ctx, by(third), listing, UpholdInput{Uphold: &v.yes})
	case "exit":
		_, err = w.AskExit(ctx, by(theUnit), listing, ExitInput{Commitment: true})
	case "decide exit":
		_, err = w.DecideExit(ctx, by(second), listing, AcceptInput{Accept: &v.yes})
	case "annul":
		_, err = w.Annul(ctx, by(first), listing, reason)
	}
	if err != nil {
		if _, refused := domain.AsError(err); !refused {
			w.t.Errorf("%v: %v", v, err)
		}
	}
	return err
}
