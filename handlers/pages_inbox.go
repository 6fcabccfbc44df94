package handlers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/notice"
	"qhtz/web"
)

const (
	inboxRows  = 20
	markPage   = 100
	markWindow = 1000 // as far back as the unread are counted
)

// urgentNotices need something done, soon.
var urgentNotices = []notice.Kind{notice.CorrectionsAsked, notice.CorrectionReminder, notice.PromisePassed, notice.DecisionOverdue, notice.ReviewOverdue,
	notice.ReportOverdue, notice.RecordServed, notice.StatementReminder, notice.RectifyReminder, notice.RecordOverdue, notice.ListingPending, notice.ListingReminder}

// supportNotices are about requests for support.
var supportNotices = []notice.Kind{notice.SupportAccepted, notice.SupportToPerson, notice.SupportDecided}

// pageInbox lists the notices to the actor's organisation, newest first.
func (h *server) pageInbox(c *fiber.Ctx) error {
	before := int64(0)
	if v := c.Query("cursor"); v != "" {
		var err error
		if before, err = strconv.ParseInt(v, 10, 64); err != nil || before < 1 {
			return domain.NotFoundError()
		}
	}
	found, err := h.Notices.Inbox(c.UserContext(), actor(c), before, inboxRows)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.InboxPage{Page: p, Pager: web.Pager{Shown: len(found.Items)}}
	for _, n := range found.Items {
		page.Notices = append(page.Notices, noticeRow(p, actor(c), n))
	}
	if p.Actor != nil && p.Actor.Unread > 0 {
		page.ReadAll = "/inbox/read"
	}
	if before != 0 {
		page.Pager.First = "/inbox"
	}
	if found.Next != 0 {
		page.Pager.Next = "/inbox?cursor=" + idText(found.Next)
	}
	return h.render(c, fiber.StatusOK, web.PageInbox, page)
}

func noticeRow(p web.Page, a domain.Actor, n notice.Item) web.NoticeRow {
	return web.NoticeRow{ID: idText(n.ID), Title: n.Title, Text: n.Body, At: web.FormatInstant(p.Language(), n.At), Href: noticeHref(a, n), Code: n.ProjectCode, Rule: n.Rule,
		Unread: !n.Read, Urgent: !n.Read && slices.Contains(urgentNotices, n.Kind), ReadURL: "/inbox/" + idText(n.ID) + "/read"}
}

// noticeHref is where what a notice tells of is worked on; empty where its reader has no page for it.
func noticeHref(a domain.Actor, n notice.Item) string {
	switch {
	case a.Has(domain.RoleOwner) && slices.Contains(supportNotices, n.Kind):
		return "/my/support"
	case a.Has(domain.RoleOwner) && strings.HasPrefix(n.Rule, "CRED-"):
		return "/my/credit"
	case oversightHref(a, n.Kind) != "":
		return oversightHref(a, n.Kind)
	case n.ProjectID == nil:
		return ""
	case a.Has(domain.RoleOwner):
		return "/my/projects/" + idText(*n.ProjectID)
	case isOfficer(a):
		return "/cases/" + idText(*n.ProjectID)
	case n.ProjectCode != "":
		return "/projects/" + n.ProjectCode
	}
	return ""
}

// pageReadNotice marks one notice as read.
func (h *server) pageReadNotice(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if _, err := h.Notices.MarkRead(c.UserContext(), h.pageCall(c), []int64{id}); err != nil {
		return err
	}
	return see(c, localPath(c.FormValue("return"), "/inbox"))
}

// pageReadNotices marks all notices as read.
func (h *server) pageReadNotices(c *fiber.Ctx) error {
	var unread []int64
	before := int64(0)
	for seen := 0; seen < markWindow; {
		found, err := h.Notices.Inbox(c.UserContext(), actor(c), before, markPage)
		if err != nil {
			return err
		}
		for _, n := range found.Items {
			if !n.Read {
				unread = append(unread, n.ID)
			}
		}
		seen += len(found.Items)
		if before = found.Next; before == 0 {
			break
		}
	}
	if _, err := h.Notices.MarkRead(c.UserContext(), h.pageCall(c), unread); err != nil {
		return err
	}
	return see(c, localPath(c.FormValue("return"), "/inbox"))
}
