package support

import (
	"context"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

// Get shows one request.
func (s *Service) Get(ctx context.Context, call domain.Call, id int64) (*Request, error) {
	if err := competence.MayEver(call.Actor, competence.SupportRead); err != nil {
		return nil, err
	}
	r, err := s.store.SupportRequest(ctx, id)
	if err != nil {
		return nil, err
	}
	scope := competence.Scope{OwnerID: r.Project.Owner.ID, Region: r.Project.Region, Purpose: call.Purpose}
	return r, competence.May(call.Actor, competence.SupportRead, scope)
}

// Page is one page of requests, newest first; Next is the cursor of the following one, 0 at the end.
type Page struct {
	Items []*Request
	Next  int64
}

// List lists the unit's own requests, or those of an official's area.
func (s *Service) List(ctx context.Context, call domain.Call, f Filter) (Page, error) {
	if err := competence.MayEver(call.Actor, competence.SupportRead); err != nil {
		return Page{}, err
	}
	if err := competence.CheckPurpose(call.Actor, call.Purpose); err != nil {
		return Page{}, err
	}
	if call.Actor.Has(domain.RoleOwner) {
		f.UnitID = call.Actor.Organization.ID
	} else {
		f.Area = call.Actor.Organization.Region
	}
	limit := f.Limit
	f.Limit++
	rs, err := s.store.SupportRequests(ctx, f)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(rs) > limit {
		rs = rs[:limit]
		page.Next = rs[limit-1].ID
	}
	page.Items = rs
	return page, nil
}
