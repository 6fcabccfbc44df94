package handlers

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// What was typed when the session ended goes through the sign-in and can be sent again.
func TestExpiredSessionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	q := my + "/q/needs"
	form := o.get(q).form(q)
	form["needs"] = []string{"builds", "disturbs_soil"}
	o.cookies[sessionCookie] = "ended"
	late := o.post(q, form).is(http.StatusUnauthorized).sees("刚才填写的内容还在", `name="_kept.needs" value="builds"`, `value="disturbs_soil"`)
	late.lacks(`_kept._csrf`, `_kept.password`)
	signIn := late.form("/sign-in")
	signIn.Set("username", "owner1")
	signIn.Set("password", "wrong")
	o.csrf = ""
	wrong := o.post("/sign-in", signIn).is(http.StatusUnauthorized).sees("用户名或密码不对", `name="_kept.needs" value="builds"`)
	signIn = wrong.form("/sign-in")
	signIn.Set("username", "owner1")
	signIn.Set("password", testPassword)
	r := o.post("/sign-in", signIn).is(http.StatusOK).sees("刚才填写的内容还在", "挖填土石、扰动地表").lacks(testPassword)
	again := r.form(q)
	if again.Get("_csrf") == form.Get("_csrf") || again.Get("_version") != form.Get("_version") {
		t.Errorf("carried %v", again)
	}
	o.post(q, again).leads(my + "/q/schedule")
	if n := count(o.get(q), " checked"); n != 2 {
		t.Errorf("%d needs saved, want 2", n)
	}
}

// Whoever has signed in again in another window can send the old page: it is shown once more with a fresh token.
func TestFormOfAnEarlierSessionIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	q := my + "/q/name"
	old := o.get(q).form(q)
	old.Set("name", "格尔木冷链")
	o = w.signIn("owner1")
	again := o.post(q, old).is(http.StatusForbidden).sees("格尔木冷链").form(q)
	o.post(q, again).leads(my + "/q/kind")
}

// Nothing that another site sends is carried on, and nothing is carried to a place that takes no typed text.
func TestOnlyOurOwnFormsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	my := w.signIn("owner1").draft()
	v := w.visitor()
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.test"}, {}, {"Referer", "https://evil.test/"}} {
		r := v.send(http.MethodPost, my+"/q/name", "name=x", append(headers, "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded")...)
		r.is(http.StatusUnauthorized).lacks("_kept")
	}
	for _, path := range []string{my + "/submit", my + "/discard", "/sign-out", "/my/new", "/account/sessions/end-others"} {
		v.post(path, typed("name", "x")).is(http.StatusUnauthorized).lacks("_kept")
	}
	token := html.UnescapeString(regexp.MustCompile(`name="_csrf" value="([^"]*)"`).FindStringSubmatch(v.get("/sign-in").body)[1])
	for _, to := range []string{"https://evil.test/", "//evil.test", "/my/projects/1/submit", "/my/projects/1/q/name?return=//evil.test", "/sign-out"} {
		p := w.visitor()
		p.cookies[visitorCookie] = v.cookies[visitorCookie]
		r := p.post("/sign-in", typed("_csrf", token, "username", "owner1", "password", testPassword, "_kept_to", to, "_kept.name", "x"))
		r.leads("/my")
	}
}

// A form without the session's token changes nothing.
func TestFormsNeedTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	file := "/cases/" + w.program("owner1").handIn(sanctionFacts())
	f := w.signIn("fgw-handler")
	o.csrf, f.csrf = "", ""
	for _, path := range []string{"/my/new", my + "/q/name", my + "/submit", my + "/discard", my + "/withdraw"} {
		o.post(path, typed("_version", "1", "name", "伪造", "classified", "false")).is(http.StatusForbidden)
	}
	for _, path := range []string{"/decision", "/transfer", "/route"} {
		f.post(file+path, typed("_version", "2", "decision", "accept")).is(http.StatusForbidden)
	}
	if r := o.get("/my"); strings.Contains(r.body, "伪造") || count(r, "未命名项目") != 1 {
		t.Errorf("something changed: %s", r.body)
	}
}
