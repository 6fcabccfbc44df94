package handlers

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
	"qhtz/web"
	"qhtz/web/document"
)

// qrPixels is the side of the QR picture: sharp on paper at 5 cm.
const qrPixels = 512

// publicProject reads the project that the address names. moved is where it stands when the code was written another way.
func (h *server) publicProject(c *fiber.Ctx) (v *project.View, moved string, err error) {
	v, err = h.Projects.Public(c.UserContext(), c.Params("code"))
	if domain.IsKind(err, domain.NotFound) {
		if _, wrong := projectcode.Parse(c.Params("code")); wrong != nil {
			return nil, "", &domain.Error{Kind: domain.NotFound, Code: "not_found", Rule: "CODE-7", Detail: "这不是一个正确的项目代码，可以在“核验代码”中逐段查看哪里不对。"}
		}
		return nil, "", &domain.Error{Kind: domain.NotFound, Code: "not_found", Detail: "代码写法正确，但平台上没有这个代码的公开项目。"}
	}
	if err != nil {
		return nil, "", err
	}
	c.Locals(keyBook, v.Book) // the page reads by the same rules as the project was read
	if c.Params("code") != v.Code().String() {
		moved = projectPath(v)
	}
	return v, moved, nil
}

// pagePublicProject is what everyone may see of a project with a code (CODE-7).
func (h *server) pagePublicProject(c *fiber.Ctx) error {
	v, moved, err := h.publicProject(c)
	if err != nil {
		return err
	}
	if moved != "" {
		return see(c, moved)
	}
	steps, err := h.Projects.Steps(c.UserContext(), v, true)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, {Label: p.T("nav.register"), Href: "/register"}, {Label: v.Facts.Name}}
	code, path := v.Code().String(), projectPath(v)
	page := &web.PublicProjectPage{Page: p, Name: v.Facts.Name, Code: code, State: string(v.Life.State), Route: v.Route(), Flags: publicFlags(p, v), Facts: publicFacts(p, v),
		Dues: duesWithout(p, v, reportKinds), Timeline: timelineView(p, v, steps, true), QR: path + "/qr.svg", QRTarget: h.BaseURL + path,
		Links: []web.Link{{Label: p.T("project.code_link"), Href: "/codes/" + code}}}
	listed, err := h.listedBanner(c, p, v.Owner.USCC)
	if err != nil {
		return err
	}
	if listed != nil {
		page.Flags = append(page.Flags, *listed)
	}
	if cert, ok := v.Certificate(); ok {
		page.Certificate, page.CertPDF, page.CertTitle, page.Digest = path+"/certificate", path+"/certificate.pdf", cert.Title, cert.Digest
	}
	if v.Life.BySilence && v.Route() != project.RouteFiling {
		page.Silence = dateText(p, *v.Life.AcceptedOn)
		if d := v.Find(project.KindAcceptance); d != nil {
			page.SilenceLink = &web.Link{Label: p.T("due.why"), Href: "/deadlines/" + idText(d.ID)}
		}
	}
	return h.render(c, fiber.StatusOK, web.PageProject, page)
}

// publicFacts are the facts that the public may see.
func publicFacts(p web.Page, v *project.View) []web.Fact {
	facts := []web.Fact{{Term: p.T("col.owner"), Value: v.Owner.Name, Href: "/?q=" + v.Owner.USCC}, {Term: p.T("project.uscc"), Value: v.Owner.USCC, Code: true}}
	for _, field := range []string{"region", "site", "industry", "kind", "scale", "content", "total_investment"} {
		if text := factText(p, v, field); text != "" {
			facts = append(facts, web.Fact{Term: fieldLabel(p, field), Value: text})
		}
	}
	facts = append(facts, web.Fact{Term: p.T("project.authority"), Value: officeText(v, v.Authority)})
	if v.Life.AcceptedOn != nil {
		facts = append(facts, web.Fact{Term: p.T("project.on_" + onWord(v)), Value: dateText(p, *v.Life.AcceptedOn)})
	}
	return facts
}

func onWord(v *project.View) string {
	if v.Route() == project.RouteFiling {
		return "filed"
	}
	return "accepted"
}

// pageQRSVG is the QR code that opens the project's public page (CODE-7).
func (h *server) pageQRSVG(c *fiber.Ctx) error {
	return h.qr(c, "image/svg+xml", document.QRSVG)
}

// pageQRPNG is the same as a picture, for office programs.
func (h *server) pageQRPNG(c *fiber.Ctx) error {
	return h.qr(c, "image/png", func(text string) ([]byte, error) { return document.QRPNG(text, qrPixels) })
}

func (h *server) qr(c *fiber.Ctx, kind string, draw func(string) ([]byte, error)) error {
	v, _, err := h.publicProject(c)
	if err != nil {
		return err
	}
	b, err := draw(h.BaseURL + projectPath(v))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return c.Send(b)
}

// sendPDF sends a finished document under its project's code.
func sendPDF(c *fiber.Ctx, b *bytes.Buffer, name string) error {
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+name+`.pdf"`)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.Send(b.Bytes())
}
