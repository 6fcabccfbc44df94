package handlers

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/web"
	"qhtz/web/document"
)

// certificate reads a project's paper; moved as in publicProject.
func (h *server) certificate(c *fiber.Ctx) (cert *project.Certificate, moved string, err error) {
	v, moved, err := h.publicProject(c)
	if err != nil {
		return nil, "", err
	}
	cert, ok := v.Certificate()
	if !ok {
		return nil, "", domain.NotFoundError()
	}
	return cert, moved, nil
}

// pageCertificate is the paper as a print sheet.
func (h *server) pageCertificate(c *fiber.Ctx) error {
	cert, moved, err := h.certificate(c)
	if err != nil {
		return err
	}
	if moved != "" {
		return see(c, moved+"/certificate")
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	path := "/projects/" + cert.Code
	p.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, {Label: cert.Name, Href: path}, {Label: cert.Title}}
	page := &web.CertificatePage{Page: p, Heading: cert.Title, Number: cert.Number, Code: cert.Code, Name: cert.Name, Statement: cert.Statement, IssuedOn: cert.Date, Authority: cert.Authority,
		QR: path + "/qr.svg", VerifyURL: h.BaseURL + path, Digest: cert.Digest, PDF: path + "/certificate.pdf", Lapsed: cert.Lapsed}
	for _, r := range cert.Rows {
		page.Facts = append(page.Facts, web.Fact{Term: r.Label, Value: certified(r)})
	}
	return h.render(c, fiber.StatusOK, web.PageCert, page)
}

// pageCertificatePDF is the same paper as a PDF.
func (h *server) pageCertificatePDF(c *fiber.Ctx) error {
	cert, moved, err := h.certificate(c)
	if err != nil {
		return err
	}
	if moved != "" {
		return see(c, moved+"/certificate.pdf")
	}
	doc := document.Certificate{Title: cert.Title, Number: cert.Number, Code: cert.Code, Statement: cert.Statement, Authority: cert.Authority, Date: cert.Date,
		VerifyURL: h.BaseURL + "/projects/" + cert.Code, Digest: cert.Digest}
	for _, r := range cert.Rows {
		doc.Rows = append(doc.Rows, document.Row{Label: r.Label, Value: certified(r)})
	}
	if cert.Lapsed != "" {
		doc.Title += "（已失效）"
		doc.Statement = append([]string{cert.Lapsed}, doc.Statement...)
	}
	var b bytes.Buffer
	if err := h.Documents.PDF(&b, doc); err != nil {
		return err
	}
	return sendPDF(c, &b, cert.Code)
}

// certified is a row's value as printed. Certificates are Chinese in any language of the page.
func certified(r project.CertificateRow) string {
	if r.Amount {
		return strings.TrimSpace(web.FormatMoney(r.Value) + " 万元")
	}
	return r.Value
}
