package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// blacklisted is a world in which owner1's unit has one major record that nobody put right: listed from 2026-04-18 or so.
func blacklisted(t *testing.T) (w *watch, listing string) {
	w = newWatch(t)
	record := w.propose(1, "major")
	w.answer(record, "statement", facts{"text": "没有异议", "final": true})
	w.second.act(record, "confirmation").is(http.StatusSeeOther)
	w.at("2026-06-30 10:00")
	return w, w.listing()
}

// CRED-5, CRED-6: the public page says as of when, whether, why and until when; it names nobody, and agrees with list, CSV
// and front page.
func TestPublicBlacklistPages(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	v := w.visitor()
	clean := v.get("/blacklist/"+w.uscc).is(200).sees("截至 2026年3月2日 10:00:00，未列入", "青海湖滨新能源有限公司", `action="/blacklist"`)
	if got := clean.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("kept: %q", got)
	}
	v.get("/blacklist").is(200).sees("现在没有列入黑名单的单位", "/api/v1/public/blacklist.csv", "/api/v1/public/feed/blacklist", "截至 2026年3月2日 10:00:00").lacks(w.uscc)
	v.get("/?q="+w.uscc).is(200).sees("未列入黑名单", "/blacklist/"+w.uscc)
	v.get("/projects/" + w.code).is(200).lacks("列入黑名单")

	w, _ = blacklisted(t)
	v = w.visitor()
	page := v.get("/blacklist/"+w.uscc).is(200).sees("截至 2026年6月30日 10:00:00，已列入黑名单", "未按规定报告项目信息，或报告不实", "G6", "/projects/"+w.code, "青政办〔2017〕32号第15条", "CRED-3",
		"逾期未整改", "列入过程", "告知书送达单位", "异议期届满", "期满自动移出")
	page.lacks("未列入", "监管一岗", "监管二岗", "湖滨新能源经办", "经催告")
	v.get("/blacklist").is(200).sees("青海湖滨新能源有限公司", "/blacklist/"+w.uscc, "青政办〔2017〕32号第15条")
	v.get("/blacklist?q=" + url.QueryEscape("湖滨")).is(200).sees(w.uscc)
	v.get("/blacklist?q=" + url.QueryEscape("昆仑")).is(200).sees("黑名单里没有与“昆仑”相符的单位").lacks(w.uscc)
	v.get("/?q="+w.uscc).is(200).sees("已列入黑名单", "/blacklist/"+w.uscc)
	v.get("/?q="+url.QueryEscape("湖滨新能源")).is(200).sees("已列入黑名单", "/blacklist/"+w.uscc, "/projects/"+w.code)
	v.get("/?q=" + url.QueryEscape("昆仑")).is(200).lacks("已列入黑名单")
	v.get("/projects/"+w.code).is(200).sees("项目单位现已列入黑名单", "/blacklist/"+w.uscc)
}

// CRED-7: one box takes a code in any written form; what is no code of a unit is told so, and can be typed again.
func TestBlacklistBox(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	v := w.visitor()
	const code = "91630100MA7HB1K215"
	for _, written := range []string{code, " 91630100ma7hb1k215 ", fullWidth(code)} {
		v.get("/blacklist?q=" + url.QueryEscape(written)).leads("/blacklist/" + code)
	}
	v.get("/blacklist/" + strings.ToLower(code)).leads("/blacklist/" + code)
	v.get("/blacklist?q=91630100MA7HB1K210").leads("/blacklist/91630100MA7HB1K210")
	wrong := v.get("/blacklist/91630100MA7HB1K210").is(422).sees("不是有效的统一社会信用代码", `value="91630100MA7HB1K210"`, "CRED-7")
	wrong.lacks("未列入")
	v.get("/blacklist/" + url.PathEscape("\"><script>alert(1)")).is(422).lacks("<script>alert")
	v.get("/blacklist/91630200MA7HH3N45N").is(200).sees("未列入", "青海河湟建设投资有限公司")
	v.get("/blacklist/91110000100000000X").is(422)
}
