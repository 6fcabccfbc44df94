package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/web"
)

// bareCommand is how this binary calls itself for the page's bare template.
const bareCommand = "bare"

const leastPage = 0.5

// measurePage holds the public page of a project against its template filled from memory by a bare Fiber handler.
func measurePage(ctx context.Context, p *platform, o options, r *report) error {
	f := newFiler(p, o.clients)
	a, err := f.draft(0, "职业学校实训楼 公开页", regions[0])
	if err != nil {
		return err
	}
	if a, err = f.submit(0, a.ID); err != nil {
		return err
	}
	bare, err := startBare(ctx, p, a.Code)
	if err != nil {
		return err
	}
	var bareRate, pageRate, jsonRate series
	var size, bareSize int
	length := time.Duration(max(1, o.seconds-1)) * time.Second
	for round := 1; round <= o.rounds; round++ {
		progress("page, round %d of %d", round, o.rounds)
		for _, m := range []struct {
			to   *series
			size *int
			c    *client
			path string
		}{{&bareRate, &bareSize, bare, "/"}, {&pageRate, &size, f.client, "/projects/" + a.Code}, {&jsonRate, new(int), f.client, "/api/v1/public/projects/" + a.Code}} {
			rate, err := hammer(ctx, o.clients, length, func(worker, n int) error {
				b, err := m.c.call("GET", m.path, "", "", nil, 200)
				if worker == 0 && n == 0 {
					*m.size = len(b)
				}
				return err
			})
			if err != nil {
				return err
			}
			*m.to = append(*m.to, rate)
		}
	}
	r.table("Public page of a project", "", "bytes", "pages/s, median (least–greatest)", "ratio, by round")
	r.row("its template, from memory, bare Fiber", strconv.Itoa(bareSize), bareRate.String(), "1")
	r.row("platform, GET /projects/{code}", strconv.Itoa(size), pageRate.String(), pageRate.over(bareRate).String())
	r.row("platform, the same as JSON", "", jsonRate.String(), jsonRate.over(bareRate).String())
	ratio := pageRate.over(bareRate).median()
	r.goal("project page ≥ 0.5 of its bare template", ratio >= leastPage, number(ratio))
	return nil
}

// startBare runs this binary again as the bare server, so that both sides are processes of their own.
func startBare(ctx context.Context, p *platform, code string) (*client, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), self, bareCommand)
	c.Env = append(os.Environ(), "BENCH_ADDR="+addr, "BENCH_CODE="+code)
	if err := p.start(c, bareCommand); err != nil {
		return nil, err
	}
	return newClient("http://"+addr, 64), awaitReady(ctx, "http://"+addr+"/")
}

// serveBare renders the page with the same data again and again: the ceiling that the template sets.
func serveBare() error {
	pages, err := web.New()
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error {
		var b bytes.Buffer
		if err := pages.Render(&b, web.PageProject, barePage(os.Getenv("BENCH_CODE"))); err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		return c.Send(b.Bytes())
	})
	return app.Listen(os.Getenv("BENCH_ADDR"))
}

// barePage says of the benchmark's project what the platform's page says of it.
func barePage(code string) *web.PublicProjectPage {
	path := "/projects/" + code
	p := web.Page{Lang: web.Chinese, Path: path, AsOf: "2026年11月23日 10:42:07", RequestID: "4f0e5c2a9b7d4f0e5c2a9b7d", FormKey: "4f0e5c2a9b7d4f0e5c2a9b7d4f0e5c2a"}
	p.Nav = []web.NavItem{{Label: p.T("nav.home"), Href: "/"}, {Label: p.T("nav.register"), Href: "/register", Current: true}, {Label: p.T("nav.codes"), Href: "/codes"}, {Label: p.T("nav.calendar"), Href: "/calendar"}}
	p.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, {Label: p.T("nav.register"), Href: "/register"}, {Label: "职业学校实训楼 公开页"}}
	facts := []web.Fact{{Term: "项目单位", Value: "测量单位001", Href: "/?q="}, {Term: "统一社会信用代码", Value: "", Code: true}}
	for _, f := range [][2]string{{"建设地点", "青海省西宁市城东区"}, {"详细地址", "园区纬三路与经五路交叉口东北角"}, {"国民经济行业", "83 教育"}, {"项目类型", "01 基本建设"},
		{"建设规模", "总建筑面积 18600 平方米，实训工位 1200 个"}, {"建设内容", "新建实训楼一栋、学员公寓一栋及配套道路、管网、绿化工程"}, {"总投资", "12,500.00 万元"},
		{"受理机关", "西宁市城东区发展和改革局"}, {"备案日期", "2026年11月23日"}} {
		facts = append(facts, web.Fact{Term: f[0], Value: f[1]})
	}
	var timeline []web.TimelineEntry
	for i, title := range []string{"提交", "已备案"} {
		timeline = append(timeline, web.TimelineEntry{At: fmt.Sprintf("2026年11月23日 10:4%d", i), Title: title, By: "测量单位001", Rule: "FILE-4", Tone: "done"})
	}
	return &web.PublicProjectPage{Page: p, Name: "职业学校实训楼 公开页", Code: code, State: "filed", Route: "备案", Facts: facts, Timeline: timeline, QR: path + "/qr.svg",
		QRTarget: "http://127.0.0.1:8080" + path, Certificate: path + "/certificate", CertPDF: path + "/certificate.pdf",
		Links: []web.Link{{Label: p.T("project.code_link"), Href: "/codes/" + code}}, Digest: "9f2c7d41e19f2c7d41e19f2c7d41e19f2c7d41e19f2c7d41e19f2c7d41e1aa00"}
}
