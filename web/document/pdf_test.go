package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var sharedMaker = sync.OnceValue(NewMaker)

func filing() Certificate {
	return Certificate{
		Title:  "企业投资项目备案证明",
		Number: "青发改备〔2026〕0158号",
		Code:   "2611-630102-04-01-372916",
		Rows: []Row{
			{"项目名称", "青海湟水河谷100兆瓦光伏发电及配套储能升级改造工程"},
			{"项目单位", "青海某某新能源有限公司"},
			{"统一社会信用代码", "91630100MA7HB1K215"},
			{"法人证照类型", "企业营业执照"},
			{"建设地点", "青海省西宁市城东区昆仑东路某某号（韵家口镇境内）"},
			{"国标行业", "D4416 太阳能发电"},
			{"建设性质", "新建"},
			{"建设规模及内容", "新建装机容量100兆瓦光伏发电场，安装单晶双面组件、组串式逆变器及箱式变压器；配套建设20兆瓦/40兆瓦时电化学储能系统一套，新建110千伏升压站一座、送出线路8.6千米，以及道路、围栏、消防、监控等附属设施。"},
			{"项目总投资", "42,680.00 万元（其中项目资本金 8,536.00 万元）"},
			{"计划开工时间", "2027年3月"},
			{"计划建成时间", "2028年6月"},
		},
		Statement: []string{
			"该项目已通过平台完成备案，备案信息由项目单位提供并对其真实性、合法性、完整性负责。",
			"项目备案后，项目法人发生变化，项目建设地点、规模、内容发生重大变更，或者放弃建设的，项目单位应当及时告知备案机关并修改相关信息。",
		},
		Authority: "西宁市城东区发展和改革局",
		Date:      "2026年11月23日",
		VerifyURL: "https://tz.example.gov.cn/verify/2611-630102-04-01-372916",
		Digest:    "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		Footer:    "本证明由青海投资项目协同监管平台生成，纸质件与电子件内容一致，以核验结果为准。",
	}
}

func render(t *testing.T, c Certificate) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := sharedMaker().PDF(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// textOf reads the PDF back with poppler, an independent reader.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v\n%s", err, complaints.String())
	}
	return string(out)
}

// squeeze drops white space, so that wrapped values compare equal.
func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func pageCount(pdf []byte) int { return bytes.Count(pdf, []byte("/Type /Page\n")) }

func TestPDFRoundTrip(t *testing.T) {
	t.Parallel()
	c := filing()
	pdf := render(t, c)
	keep(t, "certificate.pdf", pdf)
	if n := pageCount(pdf); n != 1 {
		t.Errorf("pages = %d, want 1", n)
	}
	if len(pdf) > 250_000 {
		t.Errorf("file of %d bytes: is the font still subset?", len(pdf))
	}
	if !bytes.Contains(pdf, []byte("/URI ("+c.VerifyURL+")")) {
		t.Error("no link to the verification address")
	}
	checkTexts(t, pdf, c)
}

// keep leaves a file for the eye when DOCUMENT_TEST_OUT names a folder.
func keep(t *testing.T, name string, pdf []byte) {
	t.Helper()
	dir := os.Getenv("DOCUMENT_TEST_OUT")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkTexts looks for every field. Labels and values are read without their layout, where columns interleave.
func checkTexts(t *testing.T, pdf []byte, c Certificate) {
	t.Helper()
	text := squeeze(textOf(t, pdf))
	wants := append([]string{c.Title, c.Number, c.Code, c.Authority, c.Date, c.VerifyURL, c.Digest, c.Footer}, c.Statement...)
	for _, r := range c.Rows {
		wants = append(wants, r.Label, r.Value)
	}
	for _, want := range wants {
		if !strings.Contains(text, squeeze(want)) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
}

func TestPDFSameBytes(t *testing.T) {
	t.Parallel()
	first := render(t, filing())
	var other bytes.Buffer
	if err := NewMaker().PDF(&other, filing()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, render(t, filing())) || !bytes.Equal(first, other.Bytes()) {
		t.Error("the same certificate gave different bytes")
	}
	changed := filing()
	changed.Code = "2611-630102-04-01-372917"
	if bytes.Equal(first, render(t, changed)) {
		t.Error("another code gave the same bytes")
	}
}

func TestPDFConcurrently(t *testing.T) {
	t.Parallel()
	maker := NewMaker()
	var group sync.WaitGroup
	files := make([][]byte, 12)
	for i := range files {
		group.Go(func() {
			c := filing()
			c.Number = fmt.Sprintf("第%d号", i%3)
			var b bytes.Buffer
			if err := maker.PDF(&b, c); err != nil {
				t.Error(err)
			}
			files[i] = b.Bytes()
		})
	}
	group.Wait()
	for i := range files {
		if !bytes.Equal(files[i], files[i%3]) {
			t.Errorf("file %d differs from file %d", i, i%3)
		}
	}
	if bytes.Equal(files[0], files[1]) {
		t.Error("different certificates gave the same file")
	}
}

func TestPDFRunsOn(t *testing.T) {
	t.Parallel()
	c := filing()
	c.Title = "青海省企业投资项目核准事项办理结果及有关前置手续办理情况证明"
	c.Code += "-与格式不符的特别长的代码也要完整地打印在一行里面"
	c.Rows[0].Value = strings.Repeat("青海省海西蒙古族藏族自治州格尔木市光伏发电项目", 12)
	for i := range 30 {
		c.Rows = append(c.Rows, Row{fmt.Sprintf("附加事项%d及其办理部门名称较长的标签", i), fmt.Sprintf("第%d项内容", i)})
	}
	c.Authority = "青海省海西蒙古族藏族自治州发展和改革委员会行政审批服务处"
	pdf := render(t, c)
	keep(t, "long.pdf", pdf)
	if n := pageCount(pdf); n != 3 {
		t.Errorf("pages = %d, want 3", n)
	}
	text := squeeze(textOf(t, pdf))
	for _, want := range []string{"第1页/共3页", "第3页/共3页", "第29项内容", c.Title, c.Code} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
	if n := strings.Count(text, "格尔木市"); n != 12 {
		t.Errorf("the long name lost a part: %d of 12", n)
	}
}

func TestPDFSplitsAValueLongerThanAPage(t *testing.T) {
	t.Parallel()
	c := filing()
	c.Rows[7].Value = strings.Repeat("磷，", 4000)
	pdf := render(t, c)
	if n := strings.Count(squeeze(textOf(t, pdf)), "磷"); n != 4000 {
		t.Errorf("%d of 4000 pieces printed", n)
	}
}

func TestPDFMarksMissingGlyphs(t *testing.T) {
	t.Parallel()
	c := filing()
	c.Rows[1].Value = "西宁\U00020001\U00020001面馆㼆㛃𬭸有限公司" // the first is not in the font; the last three are
	c.Authority = "\U0002A6A5某局"
	pdf := render(t, c)
	keep(t, "missing.pdf", pdf)
	text := squeeze(textOf(t, pdf))
	for _, want := range []string{"西宁〓〓面馆㼆㛃𬭸有限公司", "〓某局", "以〓代替", "U+2A6A5、U+20001", "以平台登记的内容为准"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
	if strings.Contains(squeeze(textOf(t, render(t, filing()))), "〓") {
		t.Error("a complete certificate speaks of missing characters")
	}
}

func TestPDFHostileText(t *testing.T) {
	t.Parallel()
	c := filing()
	c.Title = "证明) Tj ET /JS (app.alert(1))\x00\x1b"
	c.Number = "\u202e号\u202c"
	c.Code = ""
	c.Rows = []Row{
		{"", ""},
		{"阿拉伯文", "مشروع الطاقة"},
		{"断行", "甲\r\n乙\u2028丙"},
		{"坏字节", "甲\xff\xfe乙"},
		{"长词", strings.Repeat("A", 3000)},
		{"标签\n换行", "\uffff\ue000"},
	}
	c.VerifyURL = "javascript://a.cn/%0aalert(1))>>"
	pdf := render(t, c)
	text := squeeze(textOf(t, pdf))
	for _, want := range []string{"证明)TjET/JS(app.alert(1))", "编号：号", "〓〓〓〓〓", "甲〓〓乙", "—"} {
		if !strings.Contains(text, want) {
			t.Errorf("the PDF lacks %q", want)
		}
	}
	if n := strings.Count(text, "A"); n != 3000 {
		t.Errorf("%d of 3000 letters printed", n)
	}
	for _, bad := range []string{"/URI", "/JS", "/JavaScript"} {
		if bytes.Contains(pdf, []byte(bad)) {
			t.Errorf("the file holds %q", bad)
		}
	}
}

// Readers repair a wrong cross-reference table without a word, so it is checked by hand: each entry must lead to its
// object, also after the table of rare characters grew.
func TestPDFOffsets(t *testing.T) {
	t.Parallel()
	rare := filing()
	rare.Rows[1].Value = "𬭸𬭸𫠆电子"
	for _, c := range []Certificate{filing(), rare} {
		pdf := render(t, c)
		if !strings.Contains(squeeze(textOf(t, pdf)), c.Rows[1].Value) {
			t.Errorf("the PDF lacks %q", c.Rows[1].Value)
		}
		tail := regexp.MustCompile(`\nstartxref\n(\d+)\n%%EOF\n$`).FindSubmatch(pdf)
		if tail == nil {
			t.Fatal("no startxref")
		}
		xref := pdf[number(t, tail[1]):]
		if !bytes.HasPrefix(xref, []byte("xref\n")) {
			t.Fatalf("startxref leads to %q", xref[:10])
		}
		entries := regexp.MustCompile(`(\d{10}) 00000 n `).FindAllSubmatch(xref, -1)
		if len(entries) < 10 {
			t.Fatalf("%d objects", len(entries))
		}
		for i, e := range entries {
			if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(pdf[number(t, e[1]):], []byte(want)) {
				t.Errorf("entry %d does not lead to its object", i+1)
			}
		}
	}
}

func TestPDFEmpty(t *testing.T) {
	t.Parallel()
	pdf := render(t, Certificate{})
	if n := pageCount(pdf); n != 1 {
		t.Errorf("pages = %d, want 1", n)
	}
	textOf(t, pdf)
}

func TestPDFRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken pipe")
	if err := sharedMaker().PDF(failingWriter{broken}, filing()); !errors.Is(err, broken) {
		t.Errorf("error of the writer lost: %v", err)
	}
	for name, spoil := range map[string]func(*Certificate){
		"address too long for a QR code": func(c *Certificate) { c.VerifyURL = "https://a.cn/" + strings.Repeat("x", 3000) },
		"more than 20 pages":             func(c *Certificate) { c.Statement = []string{strings.Repeat("青", 60_000)} },
		"title longer than the page":     func(c *Certificate) { c.Title = strings.Repeat("青", 2000) },
		"digest longer than the page":    func(c *Certificate) { c.Digest = strings.Repeat("f", 20_000) },
	} {
		c := filing()
		spoil(&c)
		var b bytes.Buffer
		if err := sharedMaker().PDF(&b, c); err == nil || b.Len() > 0 {
			t.Errorf("%s: %d bytes, error %v", name, b.Len(), err)
		}
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

func BenchmarkPDF(b *testing.B) {
	maker, c := NewMaker(), filing()
	b.ReportAllocs()
	for b.Loop() {
		if err := maker.PDF(io.Discard, c); err != nil {
			b.Fatal(err)
		}
	}
}
