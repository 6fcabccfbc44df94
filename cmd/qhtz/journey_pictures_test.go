//go:build pictures

package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

const (
	pictureHeight = 1400
	signInHeight  = 830 // the first of the accounts are enough
	pictureBytes  = 150 << 10
	picturesBytes = 1500 << 10
)

// TestPictures makes the pictures of the documentation: it fills a platform with five weeks of work and looks at it. The
// files go to the directory in QHTZ_PICTURES, else to one that is thrown away.
func TestPictures(t *testing.T) {
	dir := os.Getenv("QHTZ_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", "..", dir) // as seen from the top of the project
	}
	p := start(t, "2026-01-05T09:00:00+08:00", "QHTZ_BASE_URL=https://tz.example")
	b := startChromium(t)
	tabs, total := map[string]*tab{}, 0
	take := func(scenes []scene) {
		for _, s := range scenes {
			w := tabs[s.as]
			if w == nil {
				w = b.visit(t, p)
				if s.as != "" {
					w.signIn(s.as)
				}
				tabs[s.as] = w
			}
			total += w.picture(s, 1280, filepath.Join(dir, s.name+".png"))
			if slices.Contains([]string{"home", "question", "blacklist"}, s.name) {
				total += w.picture(s, 360, filepath.Join(dir, s.name+"-360.png"))
			}
		}
	}
	take(fiveWeeks(t, p))
	take(spring(t, p))
	take(winter(t, p))
	if total > picturesBytes {
		t.Errorf("all pictures together have %d bytes, want at most %d", total, picturesBytes)
	}
}

// fiveWeeks lets units and authorities work from 5 January to 10 February 2026, and gives what is worth looking at.
func fiveWeeks(t *testing.T, p *booted) []scene {
	t.Helper()
	unit, mine, city, officer := p.signIn("owner1"), p.signIn("owner2"), p.signIn("owner3"), p.signIn("fgw-handler")
	at := func(when string) { p.clock("2026-" + when + ":00+08:00") }
	sanction := func(name, site, total string) string {
		return unit.file(t, sanctionFacts(facts{"name": name, "site": site, "total_investment": total, "industry": "44", "content": name + "主体工程及配套设施", "scale": "装机容量 1200 兆瓦"})).must(t, 200).text("id")
	}
	accept := func(id string) {
		officer.decide(t, id, facts{"decision": "accept", "opinion": "材料齐全，符合受理条件"}).must(t, 200)
	}
	mine.file(t, filingFacts(facts{"name": "察尔汗盐湖卤水输送管线改造", "region": "632801", "site": "察尔汗工业园", "industry": "26", "total_investment": "8600.00"})).must(t, 200)
	city.file(t, filingFacts(facts{"name": "海东市河湟文化博览园", "region": "630202", "site": "朝阳大道南侧", "industry": "90", "total_investment": "36800.00"})).must(t, 200)
	at("01-13T10:20")
	unit.file(t, filingFacts(facts{"name": "湟源县光伏农业大棚示范项目", "region": "630123", "site": "日月乡", "industry": "01", "total_investment": "21500.00"})).must(t, 200)
	city.file(t, filingFacts(facts{"name": "乐都区高原夏菜保鲜库", "region": "630202", "site": "碾伯街道", "industry": "59", "total_investment": "4200.50"})).must(t, 200)
	at("01-19T09:30")
	late := sanction("拉西瓦抽水蓄能电站", "贵德县拉西瓦镇", "1254000.00")
	at("01-20T15:00")
	accept(late)
	at("01-29T09:10")
	running := sanction("哇让抽水蓄能电站", "贵南县茫拉乡", "1598000.00")
	at("01-30T11:00")
	accept(running)
	mine.file(t, filingFacts(facts{"name": "格尔木东城区充换电站", "region": "632801", "site": "柴达木路", "industry": "54", "total_investment": "3150.00"})).must(t, 200)
	at("02-03T10:15")
	sanction("海西至西宁天然气管道复线", "格尔木市至西宁市", "486000.00")
	answered := sanction("青海湖环湖旅游公路提升工程", "刚察县、共和县", "92500.00")
	at("02-04T09:40")
	officer.decide(t, answered, facts{"decision": "correct", "corrections": []facts{{"field": "content", "what": "写明各路段长度和桥梁座数"}, {"field": "site", "what": "写明起止点"}}}).must(t, 200)
	at("02-06T14:20")
	sanction("三江源国家公园监测站网", "玛多县、曲麻莱县", "18600.00")
	unit.edit(t, answered, facts{"content": "改造公路 118 公里，其中刚察段 52 公里、共和段 66 公里，桥梁 14 座", "site": "刚察县沙柳河镇至共和县倒淌河镇"}).must(t, 200)
	unit.submit(t, answered).must(t, 200)
	asked := sanction("大通河引水入湟工程", "门源县、大通县", "312000.00")
	at("02-09T16:30")
	officer.decide(t, asked, facts{"decision": "correct", "corrections": []facts{{"field": "scale", "what": "写明年引水量"}}}).must(t, 200)
	at("02-10T10:00")
	sanction("玛尔挡水电站扩机工程", "玛沁县", "268000.00")
	sources := []facts{{"source": "企业自有资金", "amount": "5000.00"}, {"source": "银行贷款", "amount": "7500.00"}}
	filed := unit.file(t, filingFacts(facts{"name": "湟水河谷冷链物流中心", "site": "昆仑东路与物流大道交叉口东北侧", "industry": "59", "content": "冷库两座、分拣车间一座及配套设施", "capital_sources": sources,
		"needs": []string{"builds", "disturbs_soil"}, "planned_start": "2026-05-01", "planned_completion": "2027-10-31"})).must(t, 200)
	draft := unit.draft(t, filingFacts(facts{"name": "高原农产品交易中心建设项目", "site": "民和路 3 号", "industry": "51", "content": "交易大厅一座、检测中心一座", "total_investment": nil, "capital_sources": sources}))
	decision := unit.project(t, running).text("decision_due.deadline_id")
	code := filed.text("code")
	return []scene{{"home", "", "/"}, {"project", "", "/projects/" + code}, {"tasks", "owner1", "/my/projects/" + draft}, {"question", "owner1", "/my/projects/" + draft + "/q/scale"},
		{"check", "owner1", "/my/projects/" + draft + "/check"}, {"done", "owner1", "/my/projects/" + filed.text("id") + "/done"}, {"case", "fgw-handler", "/cases/" + answered},
		{"queue", "fgw-handler", "/queue?state=all"}, {"deadline", "", "/deadlines/" + decision}, {"certificate", "", "/projects/" + code + "/certificate"}, {"register", "", "/register"},
		{"code", "", "/codes?code=" + code}, {"inbox", "owner1", "/inbox"}, {"sign-in", "", "/sign-in"}}
}

// spring goes on to 20 April: three records have put owner2's unit on the blacklist, owner3's has two in effect, and the
// regulators have work.
func spring(t *testing.T, p *booted) []scene {
	t.Helper()
	b := openBureau(p)
	listed, marked, fresh := b.unit("owner2", 0), b.unit("owner3", 0), b.unit("owner1", 0)
	code := func(u *unit, name, region, site string) {
		filed := u.own.file(t, filingFacts(facts{"name": name, "region": region, "site": site, "industry": "83", "total_investment": "9600.00", "content": name + "主体工程及配套设施"})).must(t, 200)
		u.codes = append(u.codes, filed.text("code"))
	}
	at := func(when string) { p.clock("2026-" + when + ":00+08:00") }
	by := b.first
	charge := func(u *unit, n int, ground, severity, what string) {
		body := facts{"uscc": u.uscc, "project_code": u.codes[n], "ground": ground, "severity": severity, "facts": what, "basis": "青政办〔2017〕32号第14条", "evidence": []string{"催告函（2026年2月）", "现场检查笔录"}}
		u.records = append(u.records, by.do(t, http.MethodPost, "/api/v1/credit/records", body).must(t, 201).text("id"))
	}
	code(listed, "察尔汗盐湖提锂中试线", "632801", "察尔汗工业园")
	code(listed, "格尔木盐化工循环经济园一期", "632801", "金属镁产业园")
	code(marked, "海东河湟非遗街区", "630202", "平安大道")
	code(marked, "乐都蔬菜冷链中心", "630202", "碾伯街道")
	code(fresh, "湟源县风电制氢示范站", "630123", "日月乡")
	at("03-02T10:00")
	charge(listed, 0, "G6", "general", "2025 年度报告经两次催告仍未报送。")
	charge(listed, 1, "G2", "general", "主厂房位置与备案内容不符，未办理变更。")
	charge(listed, 1, "G6", "general", "开工后未在平台报告，经催告仍未补报。")
	charge(marked, 0, "G6", "general", "竣工验收后未按期报告。")
	charge(marked, 1, "G5", "general", "总投资变化超过两成，未告知变更。")
	at("03-10T10:00")
	listed.confirm(0, 1, 2)
	at("04-02T10:00")
	marked.confirm(0, 1)
	at("04-10T09:30")
	charge(marked, 1, "G2", "general", "分拣车间扩建部分未在备案内容内，现场检查时已经封顶。")
	marked.act(marked.own, 2, "statement", facts{"text": "扩建部分已于 4 月 8 日申请变更备案，因材料补正未办结，请酌情处理。", "final": false}).must(t, 200)
	by = b.second
	charge(fresh, 0, "G6", "general", "开工后未在平台报告，经催告仍未补报。")
	by = b.third
	at("04-13T16:20")
	charge(listed, 0, "G7", "general", "施工扰民被投诉三次，未回复核查函。")
	at("04-16T15:00")
	charge(fresh, 0, "G7", "general", "施工现场未设置项目公示牌。")
	marked.mend(0)
	at("04-20T10:00")
	return []scene{{"blacklist", "", "/blacklist/" + listed.uscc}, {"credit", "owner3", "/my/credit"}, {"credit-queue", "regulator2", "/credit"}, {"record", "regulator2", "/credit/records/" + marked.records[2]},
		{"unit", "regulator1", "/credit/units/" + listed.uscc}}
}

// winter is 22 January 2027, ten days before the annual report of a project under construction is due.
func winter(t *testing.T, p *booted) []scene {
	t.Helper()
	b := openBureau(p)
	r := b.reporting("owner1", facts{"name": "高原装配式建筑构件厂", "site": "八一东路 66 号", "industry": "30", "total_investment": "46800.00", "content": "生产线两条及配套设施",
		"capital_sources": []facts{{"source": "企业自有资金", "amount": "16800.00"}, {"source": "银行贷款", "amount": "30000.00"}}})
	p.clock("2026-05-06T10:00:00+08:00")
	r.report("start", 0, facts{"start_date": "2026-05-06", "actual": true}).must(t, 201)
	p.clock("2027-01-22T10:00:00+08:00")
	return []scene{{"report", "owner1", "/my/projects/" + r.id + "/reports/new?kind=annual&year=2026"}}
}

// picture writes what a page shows, without the bar that only development has, and gives the size of the file.
func (w *tab) picture(s scene, width int64, file string) int {
	w.t.Helper()
	w.look(width, "light")
	if status := w.open(s.path); status != 200 {
		w.t.Fatalf("%s answers %d", s.path, status)
	}
	script[any](w, `document.querySelector("form.dev").remove(),document.fonts.ready.then(()=>null)`)
	if s.name == "record" {
		script[any](w, `document.querySelector("main aside details").open=true,null`)
	}
	height := min(script[int64](w, `document.documentElement.scrollHeight`), pictureHeight)
	if s.name == "sign-in" {
		height = signInHeight
	}
	act(w, "height", chromedp.EmulateViewport(width, height))
	taken, err := png.Decode(bytes.NewReader(act(w, "picture", chromedp.CaptureScreenshot())))
	if err != nil {
		w.t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, fewColours(taken)); err != nil {
		w.t.Fatal(err)
	}
	if out.Len() > pictureBytes {
		w.t.Errorf("%s has %d bytes, want at most %d", file, out.Len(), pictureBytes)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil { //nolint:gosec // for everyone to look at
		w.t.Fatal(err)
	}
	return out.Len()
}

// fewColours draws a picture with 256 colours: the most frequent ones, of those that lie close together just one.
func fewColours(in image.Image) *image.Paletted {
	const close = 5
	count := map[color.RGBA]int{}
	bounds := in.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(in.At(x, y)).(color.RGBA)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	near := func(a, b color.RGBA) bool {
		return max(a.R, b.R)-min(a.R, b.R) <= close && max(a.G, b.G)-min(a.G, b.G) <= close && max(a.B, b.B)-min(a.B, b.B) <= close
	}
	var palette color.Palette
	for _, c := range often {
		if len(palette) < 256 && !slices.ContainsFunc(palette, func(o color.Color) bool { return near(c, o.(color.RGBA)) }) {
			palette = append(palette, c)
		}
	}
	out := image.NewPaletted(bounds, palette)
	index := map[color.RGBA]uint8{}
	for c := range count {
		index[c] = uint8(palette.Index(c)) //nolint:gosec // below 256
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			out.SetColorIndex(x, y, index[color.RGBAModel.Convert(in.At(x, y)).(color.RGBA)])
		}
	}
	return out
}
