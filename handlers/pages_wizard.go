package handlers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/web"
)

const (
	headerAutosave = "X-Autosave"
	fromCheck      = "check" // ?from=check: back there after saving
)

// myProject reads a project of the actor's own unit. The pages below /my show nothing else, whatever else the actor
// may read.
func (h *server) myProject(c *fiber.Ctx) (*project.View, error) {
	if err := competence.MayEver(actor(c), competence.ProjectEdit); err != nil {
		return nil, err
	}
	v, err := h.Projects.Get(c.UserContext(), h.pageCall(c), refOf(c))
	if err != nil {
		return nil, err
	}
	if v.Owner.ID != actor(c).Organization.ID {
		return nil, domain.NotFoundError()
	}
	return v, nil
}

func myPath(v *project.View) string { return "/my/projects/" + idText(v.ID) }

func questionPath(v *project.View, q question) string { return myPath(v) + "/q/" + q.Key }

// myQuestion finds the question that an address names among those that may be answered now.
func (h *server) myQuestion(c *fiber.Ctx) (*project.View, question, error) {
	v, err := h.myProject(c)
	if err != nil {
		return nil, question{}, err
	}
	key := c.Params("question")
	if !slices.ContainsFunc(questions, func(q question) bool { return q.Key == key }) {
		return nil, question{}, domain.NotFoundError()
	}
	list := asked(v.Project, v.Book)
	if i := slices.IndexFunc(list, func(q question) bool { return q.Key == key }); i >= 0 {
		return v, list[i], nil
	}
	if v.Life.State == project.Correcting {
		return v, question{}, domain.Refuse(domain.Invalid, "not_asked_for", "FILE-5", "补正时只能修改通知中列出的内容，这一项没有要求修改。")
	}
	return v, question{}, &domain.Error{Kind: domain.Conflict, Code: "state", Detail: "项目已经提交，现在不能修改所填内容。"}
}

// pageQuestion shows one question.
func (h *server) pageQuestion(c *fiber.Ctx) error {
	v, q, err := h.myQuestion(c)
	if err != nil {
		return err
	}
	shown := shownQuestion{facts: v.Facts}
	if c.Query("saved") == "1" || c.Query("from") == fromCheck {
		shown.wrong = wrongOf(v, q)
	}
	if c.Query("saved") == "1" && len(shown.wrong) > 0 {
		shown.notice = func(p web.Page) *web.Banner {
			return &web.Banner{Tone: "warn", Title: p.T("question.saved_wrong"), Text: p.T("question.saved_wrong_text")}
		}
	}
	return h.showQuestion(c, fiber.StatusOK, v, q, shown)
}

// wrongOf is what submission would refuse of a question.
func wrongOf(v *project.View, q question) map[string]string {
	wrong := v.Facts.Check(v.Book)
	for name := range wrong {
		if !slices.Contains(q.Fields, name) {
			delete(wrong, name)
		}
	}
	return wrong
}

// shownQuestion is what a question's page shows besides the question: what is stated or was typed, and what is wrong.
type shownQuestion struct {
	facts      project.Facts
	raw, wrong map[string]string
	notice     func(web.Page) *web.Banner
}

func (h *server) showQuestion(c *fiber.Ctx, status int, v *project.View, q question, s shownQuestion) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	list := asked(v.Project, v.Book)
	step := slices.IndexFunc(list, func(o question) bool { return o.Key == q.Key })
	page := web.QuestionPage{Heading: p.T("q." + q.Key), Section: p.T(q.Section), Step: step + 1, Steps: len(list), SaveURL: questionPath(v, q),
		TasksURL: myPath(v), Version: idText(v.Version), SavedAt: clockText(v.UpdatedAt), Skippable: !q.Required(), Back: myPath(v)}
	if why := p.T("q." + q.Key + ".why"); !strings.HasPrefix(why, "q.") {
		page.Why = why
	}
	if v.Life.State == project.Correcting {
		page.Why = correctionsOf(p, v, q)
	}
	if q.Key != "classified" {
		page.AutosaveURL = questionPath(v, q)
	}
	switch {
	case c.Query("from") == fromCheck:
		page.Back = myPath(v) + "/check"
		page.SaveURL += "?from=" + fromCheck
	case step > 0:
		page.Back = questionPath(v, list[step-1])
	}
	page.Fields = fieldsView(p, v.Book, q, s.facts, s.raw, s.wrong)
	p.Errors = fieldErrors(p, page.Fields)
	if s.notice != nil {
		p.Notice = s.notice(p)
	}
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v), Href: myPath(v)}, {Label: page.Heading}}
	page.Page = p
	return h.render(c, status, web.PageQuestion, &page)
}

// correctionsOf is what was asked for of a question.
func correctionsOf(p web.Page, v *project.View, q question) string {
	var lines []string
	for _, k := range v.Life.Corrections {
		if slices.Contains(q.Fields, k.Field) {
			lines = append(lines, p.T("corrections.one", "field", fieldLabel(p, k.Field), "what", k.What))
		}
	}
	return strings.Join(lines, " ")
}

func projectName(p web.Page, v *project.View) string {
	if v.Facts.Name == "" {
		return p.T("my.unnamed")
	}
	return v.Facts.Name
}

// pageSaveQuestion saves a question's answers and leads to the next one. What submission will refuse is saved all the
// same, and said; what cannot be saved is shown again as typed.
func (h *server) pageSaveQuestion(c *fiber.Ctx) error {
	v, q, err := h.myQuestion(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if form.Get("_skip") != "" {
		return see(c, after(c, v, q))
	}
	a := readAnswers(q, form)
	if form.Get("_add") != "" || form.Get("_remove") != "" {
		return h.showQuestion(c, fiber.StatusOK, v, q, shownQuestion{facts: a.on(v.Facts), raw: a.raw})
	}
	saved, err := h.saveAnswers(c, v, a)
	switch e, _ := domain.AsError(err); {
	case err == nil:
	case c.Get(headerAutosave) != "":
		return err
	case e != nil && e.Rule == "FILE-2" && v.Life.State == project.Draft:
		return h.showSecret(c)
	case e != nil && e.Kind == domain.Invalid:
		return h.showQuestion(c, fiber.StatusUnprocessableEntity, v, q, shownQuestion{facts: a.on(v.Facts), raw: a.raw, wrong: e.Fields})
	case isStale(err):
		return h.showStaleQuestion(c, q, a)
	default:
		return err
	}
	if c.Get(headerAutosave) != "" {
		return c.JSON(fiber.Map{"saved_at": clockText(saved.UpdatedAt), "version": idText(saved.Version)})
	}
	if len(wrongOf(saved, q)) > 0 {
		to := questionPath(v, q) + "?saved=1"
		if c.Query("from") == fromCheck {
			to += "&from=" + fromCheck
		}
		return see(c, to)
	}
	return see(c, after(c, v, q))
}

// saveAnswers keeps the answers. When the page was stale but everything stands already as typed, an autosave was
// quicker than the button, and nothing is left to do.
func (h *server) saveAnswers(c *fiber.Ctx, v *project.View, a answers) (*project.View, error) {
	if len(a.wrong) > 0 {
		return nil, &domain.Error{Kind: domain.Invalid, Code: "cannot_keep", Detail: "有内容无法保存。", Fields: a.wrong}
	}
	patch, err := a.sendable()
	if err != nil {
		return nil, err
	}
	saved, err := h.Projects.Edit(c.UserContext(), h.pageCall(c), refOf(c), patch)
	if isStale(err) {
		now, errNow := h.myProject(c)
		if errNow == nil && len(project.Differences(now.Facts, a.on(now.Facts))) == 0 {
			return now, nil
		}
	}
	return saved, err
}

// showStaleQuestion shows what was typed beside what somebody has saved meanwhile; saving again takes what was typed.
func (h *server) showStaleQuestion(c *fiber.Ctx, q question, a answers) error {
	v, err := h.myProject(c)
	if err != nil {
		return err
	}
	notice := func(p web.Page) *web.Banner {
		var now []string
		for _, f := range q.Fields {
			text := factText(p, v, f)
			if text == "" {
				text = p.T("answers.none")
			}
			now = append(now, fieldLabel(p, f)+p.T("site.colon")+text)
		}
		return &web.Banner{Tone: "bad", Title: p.T("question.stale"), Text: p.T("question.stale_text", "now", strings.Join(now, p.T("site.semicolon")))}
	}
	return h.showQuestion(c, fiber.StatusConflict, v, q, shownQuestion{facts: a.on(v.Facts), raw: a.raw, notice: notice})
}

// after is where the wizard goes on: to the next question, or to checking the answers.
func after(c *fiber.Ctx, v *project.View, q question) string {
	if c.Query("from") != fromCheck {
		list := asked(v.Project, v.Book)
		i := slices.IndexFunc(list, func(o question) bool { return o.Key == q.Key })
		if i >= 0 && i+1 < len(list) {
			return questionPath(v, list[i+1])
		}
	}
	return myPath(v) + "/check"
}
