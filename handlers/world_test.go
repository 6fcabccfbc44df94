package handlers

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/identity"
	"qhtz/domain/notice"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
	"qhtz/domain/supervision"
	"qhtz/domain/support"
	"qhtz/repository"
	"qhtz/repository/repotest"
	"qhtz/web"
	"qhtz/web/document"
)

func TestMain(m *testing.M) { repotest.Main(m) }

const (
	testPassword = "correct-horse"
	testBase     = "https://tz.test"
)

// world is a whole platform of the test's own: real stores and services behind the real routes. Its clock stands.
// Whatever is logged as an error fails the test.
type world struct {
	t      testing.TB
	app    *fiber.App
	db     *repository.DB
	engine *deadline.Engine
	users  *identity.Service
}

// at is an instant at +08:00: at("2026-02-10 10:00").
func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

// newWorld makes a platform whose clock stands at an instant, with the development accounts.
func newWorld(t testing.TB, now time.Time) *world {
	t.Helper()
	w := &world{t: t, db: repotest.Open(t, now)}
	log := slog.New(failing{t})
	w.engine = deadline.New(w.db, nil, w.db.Clock(), log, deadline.Options{})
	projects := project.New(w.db, w.engine, projectcode.BuiltIn{})
	for _, spec := range projects.Timers(func(tx deadline.Tx) project.Tx { return tx.(*repository.Tx) }) {
		w.engine.Register(spec)
	}
	credits := credit.New(w.db, w.engine)
	for _, spec := range credits.Timers(func(tx deadline.Tx) credit.Tx { return tx.(*repository.Tx) }) {
		w.engine.Register(spec)
	}
	w.users = identity.New(w.db, w.db.Clock())
	w.must(w.users.SeedDevelopment(t.Context(), testPassword))
	pages, err := web.New()
	w.must(err)
	w.app = New(Services{Projects: projects, Credit: credits, Support: support.New(w.db), Identity: w.users, Notices: notice.NewService(w.db), Supervision: supervision.New(w.db), Platform: testPlatform{w.db}, Wall: w.db.Clock(), Log: log,
		Pages: pages, Documents: document.NewMaker(), Metrics: func(c *fiber.Ctx) error { return c.SendStatus(http.StatusOK) },
		Dev: &Dev{Clock: testClockwork{w}, Password: testPassword}, BaseURL: testBase})
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// to moves the clock, firing and delivering all that falls due on the way.
func (w *world) to(instant time.Time) {
	w.t.Helper()
	w.must(testClockwork{w}.Advance(w.t.Context(), instant))
}

// deliver brings the outbox to inboxes and search.
func (w *world) deliver() {
	w.t.Helper()
	_, err := w.db.DrainOutbox(w.t.Context())
	w.must(err)
}

type testPlatform struct{ *repository.DB }

func (p testPlatform) Ready(ctx context.Context) ([]string, error) { return nil, p.Ping(ctx) }

type testClockwork struct{ *world }

func (c testClockwork) Advance(ctx context.Context, target time.Time) error {
	_, err := c.engine.Advance(ctx, target, func(ctx context.Context) error { _, err := c.db.DrainOutbox(ctx); return err })
	return err
}

func (c testClockwork) Resume(ctx context.Context) (time.Time, error) { return c.engine.Resume(ctx) }

func (c testClockwork) Read(ctx context.Context) (time.Time, bool, error) {
	return c.db.Clock().Read(ctx)
}

// failing is a log that takes nothing lightly.
type failing struct{ t testing.TB }

func (f failing) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (f failing) WithAttrs([]slog.Attr) slog.Handler           { return f }
func (f failing) WithGroup(string) slog.Handler                { return f }
func (f failing) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	r.Attrs(func(a slog.Attr) bool { b.WriteString(" " + a.String()); return true })
	f.t.Errorf("logged: %s%s", r.Message, b.String())
	return nil
}

// person is somebody at a browser, or a program with a bearer token; the zero one is a visitor.
type person struct {
	w       *world
	cookies map[string]string
	csrf    string
	bearer  string
}

// visitor is somebody who is not signed in.
func (w *world) visitor() *person { return &person{w: w, cookies: map[string]string{}} }

// signIn is a seeded account at a browser.
func (w *world) signIn(username string) *person {
	w.t.Helper()
	s, err := w.users.SignIn(w.t.Context(), domain.Call{}, identity.Login{Username: username, Password: testPassword, Kind: identity.SessionCookie, Agent: "test"})
	w.must(err)
	p := w.visitor()
	p.cookies[sessionCookie], p.csrf = s.Token, s.Session.CSRF
	if p.csrf == "" {
		_, session, err := w.users.Authenticate(w.t.Context(), s.Token)
		w.must(err)
		p.csrf = session.CSRF
	}
	return p
}

// program is a seeded account through the API.
func (w *world) program(username string) *person {
	w.t.Helper()
	s, err := w.users.SignIn(w.t.Context(), domain.Call{}, identity.Login{Username: username, Password: testPassword, Kind: identity.SessionBearer, Agent: "test"})
	w.must(err)
	p := w.visitor()
	p.bearer = s.Token
	return p
}

// reply is what came back.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

// send makes a request; body "" sends none. headers are name, value, …
func (p *person) send(method, path, body string, headers ...string) reply {
	p.w.t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, path, content)
	if p.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	for name, value := range p.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.w.app.Test(req, -1)
	if err != nil {
		p.w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	p.w.must(err)
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(p.cookies, c.Name)
		} else {
			p.cookies[c.Name] = c.Value
		}
	}
	return reply{p.w.t, res.StatusCode, res.Header, b.String()}
}

// get asks for a page as a browser does.
func (p *person) get(path string, headers ...string) reply {
	p.w.t.Helper()
	return p.send(http.MethodGet, path, "", append([]string{"Accept", "text/html"}, headers...)...)
}

// post sends a form of one of our own pages.
func (p *person) post(path string, form url.Values) reply {
	p.w.t.Helper()
	all := url.Values{}
	if p.csrf != "" {
		all.Set("_csrf", p.csrf)
	}
	maps.Copy(all, form)
	return p.send(http.MethodPost, path, all.Encode(), "Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin")
}

// call uses the API; body is encoded as JSON, nil sends none.
func (p *person) call(method, path string, body any) reply {
	p.w.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		p.w.must(err)
		text = string(b)
	}
	return p.send(method, path, text, "Content-Type", "application/json")
}

// is fails the test unless the status is the one wanted.
func (r reply) is(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d: %.800s", r.status, status, r.body)
	}
	return r
}

// sees fails the test unless every text is there.
func (r reply) sees(texts ...string) reply {
	r.t.Helper()
	for _, s := range texts {
		if !strings.Contains(r.body, s) {
			r.t.Errorf("%q is not there: %.1500s", s, r.main())
		}
	}
	return r
}

// main is what stands in the middle of a page.
func (r reply) main() string {
	_, after, _ := strings.Cut(r.body, `<main id="main"`)
	if after == "" {
		return r.body
	}
	before, _, _ := strings.Cut(after, "</main>")
	return before
}

// lacks fails the test if one of the texts is there.
func (r reply) lacks(texts ...string) reply {
	r.t.Helper()
	for _, s := range texts {
		if strings.Contains(r.body, s) {
			r.t.Errorf("%q is there", s)
		}
	}
	return r
}

// leads fails the test unless the reply sends the browser on to an address.
func (r reply) leads(to string) reply {
	r.t.Helper()
	if got := r.header.Get("Location"); r.status != http.StatusSeeOther || got != to {
		r.t.Fatalf("status %d to %q, want 303 to %q: %.400s", r.status, got, to, r.body)
	}
	return r
}

// text is a value of a JSON reply, by its name.
func (r reply) text(name string) string {
	r.t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		r.t.Fatalf("%v: %.400s", err, r.body)
	}
	s, _ := m[name].(string)
	return s
}

type facts map[string]any

// with gives the facts with some of them changed.
func (f facts) with(over facts) facts {
	all := maps.Clone(f)
	maps.Copy(all, over)
	return all
}

// filingFacts are a complete 备案 of owner1 in 西宁市城东区.
func filingFacts() facts {
	return facts{"name": "湟水河谷冷链物流中心", "funding": "enterprise", "kind": "01", "nature": "新建", "region": "630102", "site": "昆仑东路 18 号", "industry": "5930",
		"scale": "总建筑面积 12000 平方米", "content": "冷库两座、分拣车间一座及配套设施", "total_investment": "12500.00",
		"capital_sources": []map[string]string{{"source": "企业自有资金", "amount": "5000.00"}, {"source": "银行贷款", "amount": "7500.00"}},
		"planned_start":   "2026-09-01", "planned_completion": "2028-12-31", "policy_declaration": true}
}

// sanctionFacts are a complete 核准 of the province: a hydropower station.
func sanctionFacts() facts {
	return filingFacts().with(facts{"name": "黄河上游抽水蓄能电站", "route": "核准", "region": "630000", "site": "贵南县", "industry": "4413", "scale": "总装机容量 1200 兆瓦",
		"content": "上水库、下水库、输水系统和地下厂房", "total_investment": "1254000.00",
		"capital_sources": []map[string]string{{"source": "资本金", "amount": "254000.00"}, {"source": "银行贷款", "amount": "1000000.00"}}})
}

// submit drafts and submits a project through the API, and gives its reply.
func (p *person) submit(f facts) reply {
	p.w.t.Helper()
	id := p.call(http.MethodPost, "/api/v1/projects", f).is(http.StatusCreated).text("id")
	r := p.call(http.MethodPost, "/api/v1/projects/"+id+"/submission", facts{}).is(http.StatusOK)
	p.w.deliver()
	return r
}
