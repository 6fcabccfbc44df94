package handlers

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity"
	"qhtz/web"
)

// What was typed outlives the session: a form that comes too late is answered with the sign-in page, which carries the
// typed fields along; after signing in they stand on a page with a fresh token, from where the person sends them
// again. Nothing of it is stored.

// keptPaths are the forms into which people write.
var keptPaths = regexp.MustCompile(`^/(my/projects/[0-9A-Za-z-]{1,40}/(q/[a-z]{1,20}|withdraw|reports)|my/credit/(records|listings)/[0-9]{1,20}/(statement|rectification|objection|exit)|my/support/new|cases/[0-9A-Za-z-]{1,40}/(decision|transfer|route)|credit/(propose|records/[0-9]{1,20}/[a-z]{1,20}|listings/[0-9]{1,20}/[a-z]{1,20})|supervision/[0-9]{1,20}/closure|support/[0-9]{1,20}/decision)$`)

const (
	keptTo     = "_kept_to"
	keptPrefix = "_kept."
)

// notKept are the fields that belong to a session or a page, and what is never carried along.
var notKept = []string{"_csrf", "_key", "return", "password"}

// keptOf takes the typed fields out of a form that was refused for want of a session, when our own page sent it.
// What another site sends is not carried on: it would be sent again under the person's name.
func keptOf(c *fiber.Ctx) *web.Kept {
	path, query, _ := strings.Cut(c.OriginalURL(), "?")
	if c.Method() != fiber.MethodPost || c.Get(headerAutosave) != "" || !keptPaths.MatchString(path) || !ownPage(c) {
		return nil
	}
	if query == "from="+fromCheck {
		path += "?" + query
	}
	form, err := formOf(c)
	if err != nil {
		return nil
	}
	return newKept(path, form)
}

// mostKept bounds the fields that are carried along: no page of ours has as many.
const mostKept = 300

func newKept(to string, form url.Values) *web.Kept {
	k := &web.Kept{To: to}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if slices.Contains(notKept, name) {
			continue
		}
		for _, value := range form[name] {
			k.Fields = append(k.Fields, web.KeptField{Name: name, Value: value})
			if len(k.Fields) > mostKept {
				return nil
			}
		}
	}
	return k
}

// ownPage reports whether the browser says that the form came from a page of ours. Silence does not count.
func ownPage(c *fiber.Ctx) bool {
	if !sameOrigin(c) {
		return false
	}
	if c.Get("Sec-Fetch-Site") == "same-origin" || c.Get(fiber.HeaderOrigin) != "" {
		return true
	}
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, string(c.Request().Host()))
}

// keptInSignIn reads what a sign-in form carries along.
func keptInSignIn(c *fiber.Ctx) *web.Kept {
	form, err := formOf(c)
	if err != nil || !ownPage(c) {
		return nil
	}
	to := form.Get(keptTo)
	path, query, _ := strings.Cut(to, "?")
	if !keptPaths.MatchString(path) || query != "" && query != "from="+fromCheck {
		return nil
	}
	inner := url.Values{}
	for name, values := range form {
		if rest, ok := strings.CutPrefix(name, keptPrefix); ok {
			inner[rest] = values
		}
	}
	return newKept(to, inner)
}

// showLate answers a form that came without a valid session or with the token of an ended one; false: it is not one
// into which people write.
func (h *server) showLate(c *fiber.Ctx, e *domain.Error, status int) (bool, error) {
	k := keptOf(c)
	switch {
	case k == nil:
		return false, nil
	case e.Kind == domain.Unauthenticated:
		back, _, _ := strings.Cut(k.To, "?")
		return true, h.showSignIn(c, status, web.SignInPage{ReturnTo: parentOf(back), Expired: true, Kept: k})
	case e.Code == "csrf" && sessionOf(c) != nil:
		return true, h.showResume(c, status, h.barePage(c), k)
	}
	return false, nil
}

// parentOf is the page on which a kept form stands.
func parentOf(path string) string {
	if strings.Contains(path, "/q/") || path == "/credit/propose" {
		return path
	}
	return path[:strings.LastIndex(path, "/")]
}

// showResume shows what was typed, ready to be sent again.
func (h *server) showResume(c *fiber.Ctx, status int, p web.Page, k *web.Kept) error {
	page := &web.ResumePage{Page: p, Kept: *k}
	back, _, _ := strings.Cut(k.To, "?")
	page.Instead = parentOf(back)
	for _, f := range k.Fields {
		if !strings.HasPrefix(f.Name, "_") && strings.TrimSpace(f.Value) != "" {
			name := f.Name[strings.LastIndex(f.Name, ".")+1:]
			page.Typed = append(page.Typed, web.Fact{Term: fieldLabel(p, name), Value: keptText(p, f)})
		}
	}
	return h.render(c, status, web.PageResume, page)
}

// keptText is a typed value as people read it.
func keptText(p web.Page, f web.KeptField) string {
	group := map[string]string{"needs": "need", "policy_declaration": "yesno", "upgrade": "yesno", "classified": "yesno"}[f.Name]
	if group == "" {
		group = f.Name
	}
	if strings.ContainsAny(f.Value, " .\n") || len(f.Value) > 40 {
		return f.Value
	}
	return p.Word(group, f.Value)
}

// resume goes on after signing in, in the session that has just begun.
func (h *server) resume(c *fiber.Ctx, s identity.SignedIn, k *web.Kept) error {
	c.Locals(keyActor, s.Actor)
	c.Locals(keySession, &s.Session)
	p, err := h.page(c)
	if err != nil {
		return err
	}
	return h.showResume(c, fiber.StatusOK, p, k)
}
