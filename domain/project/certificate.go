package project

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"qhtz/domain/calendar"
)

// Certificate is the paper that a project with a code has: the proof of its filing (FILE-4), or of the acceptance of
// its application (FILE-5), which is no approval. Page and PDF are made of it. It holds no personal data.
type Certificate struct {
	Title     string
	Number    string
	Code      string // 24 characters
	Name      string // of the project
	Rows      []CertificateRow
	Statement []string // paragraphs
	Authority string
	Date      string // of filing or acceptance, in words
	Digest    string // SHA-256 of all of the above, hex
	Lapsed    string // why it is no longer in force; empty while it is
}

// CertificateRow is a fact of the certificate. Amount: Value is an amount in 万元.
type CertificateRow struct {
	Label, Value string
	Amount       bool
}

// Certificate makes the project's paper; false without a code. Names are those in force when the code was issued, so
// that its digest stays what it was.
func (v *View) Certificate() (*Certificate, bool) {
	if !v.Life.Public() || v.Life.AcceptedOn == nil {
		return nil, false
	}
	c := &Certificate{Title: "企业投资项目备案证明", Number: "BA-" + v.paperNumber(), Code: v.Code().String(), Name: v.Facts.Name, Authority: v.authorityName(),
		Date: dateInWords(*v.Life.AcceptedOn)}
	c.Rows = v.certifiedFacts()
	if v.Life.Route == RouteFiling {
		c.Rows = append(c.Rows, CertificateRow{Label: "产业政策声明", Value: "项目单位声明本项目符合产业政策"})
		c.Statement = []string{
			"“" + v.Facts.Name + "”已通过在线平台告知备案机关，备案信息如上，赋予上列项目代码。",
			"备案是项目单位对项目信息的告知。信息的真实性由项目单位负责；依法需要办理的其他手续，开工前应当办齐。"}
	} else {
		c.Title, c.Number = "受理通知书", "SL-"+v.paperNumber()
		c.Statement = v.acceptanceStatement(c.Date)
	}
	c.Digest = c.digest()
	if v.Life.State == Withdrawn {
		c.Lapsed = "项目单位已撤回本项目，项目代码和本文书不再有效。"
	}
	return c, true
}

func (v *View) paperNumber() string {
	if v.Life.ApplicationID != 0 {
		return strconv.FormatInt(v.Life.ApplicationID, 10)
	}
	return strconv.FormatInt(v.ID, 10)
}

func (v *View) certifiedFacts() []CertificateRow {
	f, lib, at := v.Facts, v.Book.Library, *v.Life.AcceptedAt
	amount := f.TotalInvestment
	if m, ok := f.Investment(); ok {
		amount = m.String()
	}
	place := lib.Regions.At(at).Content.FullName(f.Region)
	return []CertificateRow{
		{Label: "项目单位", Value: v.Owner.Name},
		{Label: "统一社会信用代码", Value: v.Owner.USCC},
		{Label: "项目名称", Value: f.Name},
		{Label: "建设地点", Value: strings.TrimSpace(place + " " + f.Site)},
		{Label: "所属行业", Value: f.Industry + " " + lib.Industries.At(at).Content.Name(f.Industry)},
		{Label: "建设规模", Value: f.Scale},
		{Label: "建设内容", Value: f.Content},
		{Label: "总投资", Value: amount, Amount: true},
	}
}

// acceptanceStatement says what acceptance means, and what it does not.
func (v *View) acceptanceStatement(date string) []string {
	route := v.Life.Route
	first := fmt.Sprintf("你单位关于“%s”的%s申请已于%s受理，赋予上列项目代码。", v.Facts.Name, route, date)
	if v.Life.BySilence {
		first = fmt.Sprintf("你单位关于“%s”的%s申请，受理机关在期限内没有告知，自%s起视为受理，赋予上列项目代码。", v.Facts.Name, route, date)
	}
	lines := []string{first, fmt.Sprintf("本通知书只说明申请已经受理，不是对项目的%s，不得据此开工建设。", route)}
	if d := v.Find(KindDecision); d != nil && d.Limit.Unit == calendar.WorkingDays {
		lines = append(lines, fmt.Sprintf("法定决定期限为受理之日起 %d 个工作日，依法停止计时的日子不计。办理过程可凭项目代码查询。", d.Limit.N))
	}
	return lines
}

func (v *View) authorityName() string {
	if v.Authority.Name != "" {
		return v.Authority.Name
	}
	return v.Book.Library.Regions.At(*v.Life.AcceptedAt).Content.FullName(v.AuthorityRegion()) + "项目受理机关"
}

// digest covers what is certified, in a fixed order.
func (c *Certificate) digest() string {
	b, _ := json.Marshal([]any{c.Title, c.Number, c.Code, c.Name, c.Rows, c.Statement, c.Authority, c.Date}) // plain values cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func dateInWords(d calendar.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}
