package handlers

import (
	"net/url"
	"regexp"
	"testing"
)

// The inbox tells what happened, links to it, and is marked as read by form.
func TestInboxPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	w.program("owner1").submit(filingFacts())
	second := w.program("owner1").submit(filingFacts().with(facts{"name": "另一处冷库"}))
	w.visitor().get("/inbox").leads("/sign-in?return=%2Finbox")
	owner := w.signIn("owner1")
	inbox := owner.get("/inbox").is(200).sees("项目已备案：湟水河谷冷链物流中心", "/my/projects/"+second.text("id"), "全部标为已读", "标为已读")
	if got := inbox.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("kept: %q", got)
	}
	unread := func(want string) {
		t.Helper()
		m := regexp.MustCompile(`count hot">(\d+)`).FindStringSubmatch(owner.get("/account").is(200).body)
		if got := append(m, "", "0")[1]; m == nil && want != "0" || m != nil && got != want {
			t.Errorf("unread %q, want %s", got, want)
		}
	}
	unread("2")
	mark := regexp.MustCompile(`/inbox/\d+/read`).FindString(inbox.body)
	owner.post(mark, url.Values{"_csrf": {"wrong"}}).is(403)
	unread("2")
	owner.post(mark, url.Values{"return": {"//evil.test"}}).leads("/inbox")
	unread("1")
	w.signIn("owner2").post("/inbox/read", nil).leads("/inbox") // others' notices stay as they are
	unread("1")
	owner.post("/inbox/read", nil).leads("/inbox")
	unread("0")
	owner.get("/inbox").is(200).lacks("标为已读")
	owner.post("/inbox/abc/read", nil).is(404)
	owner.get("/inbox?cursor=abc").is(404)
	w.signIn("cd-handler").get("/inbox").is(200).sees("/cases/"+second.text("id"), "/queue")
	w.signIn("supervisor").get("/inbox").is(200).sees("没有消息")
}

// The account page shows where one is signed in, and ends it there.
func TestAccountPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	w.visitor().get("/account").leads("/sign-in?return=%2Faccount")
	here, there := w.signIn("owner1"), w.signIn("owner1")
	page := here.get("/account").is(200).sees("湖滨新能源经办", "owner1", "项目单位", "91630100MA7HB1K215", "西宁市", "本机", "退出其他所有设备")
	end := regexp.MustCompile(`/account/sessions/\d+/end`).FindString(page.body)
	w.signIn("owner2").post(end, nil).is(404) // another's session
	there.get("/account").is(200)
	here.post(end, nil).leads("/account")
	there.get("/account").leads("/sign-in?return=%2Faccount&expired=1")

	third := w.signIn("owner1")
	third.post("/account/sessions/end-others", nil).leads("/account")
	here.get("/account").leads("/sign-in?return=%2Faccount&expired=1")
	third.get("/account").is(200).lacks("退出其他所有设备")
	third.post("/sign-out", nil).leads("/")
	third.get("/").is(200).sees("登录")
	for _, name := range []string{"bank", "sysadmin", "regulator1", "audit-office", "fgw-decider"} {
		w.signIn(name).get("/account").is(200)
		w.signIn(name).get("/").is(200)
	}
}

// The sign-in form takes a visitor to where he wanted to go, and nowhere else.
func TestSignInForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	for _, c := range []struct{ back, to string }{{"/inbox", "/inbox"}, {"//evil.test/", "/my"}, {"https://evil.test/", "/my"}, {"", "/my"}} {
		v := w.visitor()
		form := v.get("/sign-in?return=" + url.QueryEscape(c.back)).is(200).sees("用户名")
		token := regexp.MustCompile(`name="_csrf" value="([^"]+)"`).FindStringSubmatch(form.body)
		v.post("/sign-in", url.Values{"username": {"owner1"}, "password": {testPassword}, "return": {c.back}}).is(403)
		v.post("/sign-in", url.Values{"_csrf": token[1:], "username": {"owner1"}, "password": {"wrong"}, "return": {c.back}}).is(401).sees("用户名或密码不对")
		v.post("/sign-in", url.Values{"_csrf": token[1:], "username": {"owner1"}, "password": {testPassword}, "return": {c.back}}).leads(c.to)
		if v.cookies[sessionCookie] == "" {
			t.Error("no session")
		}
	}
}
