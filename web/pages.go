package web

import "reflect"

// The names of the pages, as Renderer.Render takes them. Each has a template templates/pages/<name>.html.
const (
	PageHome       = "home"
	PageProject    = "project"
	PageRegister   = "register"
	PageCode       = "code"
	PageDueTool    = "due-tool"
	PageDeadline   = "deadline"
	PageSignIn     = "sign-in"
	PageResume     = "resume"
	PageAccount    = "account"
	PageInbox      = "inbox"
	PageMyProjects = "my-projects"
	PageClassified = "classified"
	PageTasks      = "tasks"
	PageQuestion   = "question"
	PageCheck      = "check"
	PageDone       = "done"
	PageCert       = "certificate"
	PageQueue      = "queue"
	PageCase       = "case"
	PageError      = "error"

	PageBlacklist  = "blacklist"
	PageUnitAnswer = "blacklist-unit"
	PageReportForm = "report-form"
	PageReport     = "report"
	PageCredit     = "credit"
	PageMyRecord   = "credit-record"
	PageMyListing  = "credit-listing"
	PageSupport    = "support"

	PageWorkList   = "work-list"
	PageDossier    = "dossier"
	PageUnitCredit = "unit-credit"
	PagePropose    = "propose"
	PagePurpose    = "purpose"
)

var pageTypes = map[string]reflect.Type{
	PageHome:       reflect.TypeFor[HomePage](),
	PageProject:    reflect.TypeFor[PublicProjectPage](),
	PageRegister:   reflect.TypeFor[RegisterPage](),
	PageCode:       reflect.TypeFor[CodePage](),
	PageDueTool:    reflect.TypeFor[DueToolPage](),
	PageDeadline:   reflect.TypeFor[DeadlinePage](),
	PageSignIn:     reflect.TypeFor[SignInPage](),
	PageResume:     reflect.TypeFor[ResumePage](),
	PageAccount:    reflect.TypeFor[AccountPage](),
	PageInbox:      reflect.TypeFor[InboxPage](),
	PageMyProjects: reflect.TypeFor[MyProjectsPage](),
	PageClassified: reflect.TypeFor[ClassifiedPage](),
	PageTasks:      reflect.TypeFor[TasksPage](),
	PageQuestion:   reflect.TypeFor[QuestionPage](),
	PageCheck:      reflect.TypeFor[CheckPage](),
	PageDone:       reflect.TypeFor[DonePage](),
	PageCert:       reflect.TypeFor[CertificatePage](),
	PageQueue:      reflect.TypeFor[QueuePage](),
	PageCase:       reflect.TypeFor[CasePage](),
	PageError:      reflect.TypeFor[ErrorPage](),

	PageBlacklist:  reflect.TypeFor[BlacklistPage](),
	PageUnitAnswer: reflect.TypeFor[UnitAnswerPage](),
	PageReportForm: reflect.TypeFor[ReportFormPage](),
	PageReport:     reflect.TypeFor[ReportPage](),
	PageCredit:     reflect.TypeFor[CreditPage](),
	PageMyRecord:   reflect.TypeFor[MyRecordPage](),
	PageMyListing:  reflect.TypeFor[MyListingPage](),
	PageSupport:    reflect.TypeFor[SupportPage](),
	PageWorkList:   reflect.TypeFor[WorkListPage](),
	PageDossier:    reflect.TypeFor[DossierPage](),
	PageUnitCredit: reflect.TypeFor[UnitCreditPage](),
	PagePropose:    reflect.TypeFor[ProposePage](),
	PagePurpose:    reflect.TypeFor[PurposePage](),
}
