// Package document turns facts into things people keep: a certificate into PDF, a text into a QR code.
package document

// Certificate is everything printed on a certificate. The HTML page and the PDF are made from the same value, so they
// cannot disagree. All texts are final: dates, money and codes arrive formatted, and an empty field is left out.
type Certificate struct {
	Title     string   // e.g. 企业投资项目备案证明
	Number    string   // number of this paper
	Code      string   // the project's code, 24 characters with hyphens
	Rows      []Row    // facts, in print order
	Statement []string // paragraphs
	Authority string   // who issues it
	Date      string   // issue date as printed, e.g. 2026年11月23日
	VerifyURL string   // address anyone can check it at; also the content of the QR code
	Digest    string   // digest of the certified record, as printed
	Footer    string
}

// Row is one line of the table of facts. Value may hold line breaks; an empty one prints as a dash, so that nothing
// can be written into it afterwards.
type Row struct {
	Label, Value string
}

// mapText applies single to the fields that are one line by nature, and multi to those that may break into lines.
func (c Certificate) mapText(single, multi func(string) string) Certificate {
	for _, field := range []*string{&c.Title, &c.Number, &c.Code, &c.Authority, &c.Date, &c.VerifyURL, &c.Digest, &c.Footer} {
		*field = single(*field)
	}
	rows := make([]Row, len(c.Rows))
	for i, r := range c.Rows {
		rows[i] = Row{Label: single(r.Label), Value: multi(r.Value)}
	}
	statement := make([]string, len(c.Statement))
	for i, p := range c.Statement {
		statement[i] = multi(p)
	}
	c.Rows, c.Statement = rows, statement
	return c
}
