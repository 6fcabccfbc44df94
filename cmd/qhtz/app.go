package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/identity"
	"qhtz/domain/notice"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
	"qhtz/domain/supervision"
	"qhtz/domain/support"
	"qhtz/handlers"
	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/timers"
	"qhtz/web"
	"qhtz/web/document"
)

// App is the platform wired together: what is made of what, in one place.
type App struct {
	cfg      Config
	log      *slog.Logger
	db       *repository.DB
	index    *timers.Index // nil: PostgreSQL alone
	engine   *deadline.Engine
	projects *project.Service
	credit   *credit.Service
	support  *support.Service
	identity *identity.Service
	notices  *notice.Service
}

// newApp opens the stores and wires the services. Redis need not answer.
func newApp(ctx context.Context, cfg Config) (*App, error) {
	if cfg.DatabaseURL == "" {
		return nil, errors.New("DATABASE_URL 未设置；单机试用请运行 qhtz dev (set DATABASE_URL, or run `qhtz dev`)")
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.level()}))
	slog.SetDefault(log)
	db, err := repository.Open(ctx, cfg.DatabaseURL, repository.Options{RealClock: cfg.production()})
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: log, db: db}
	var index deadline.Index
	if cfg.RedisURL != "" {
		if a.index, err = timers.New(cfg.RedisURL, "qhtz:"); err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("REDIS_URL: %w", err)
		}
		index = a.index
	}
	a.engine = deadline.New(db, index, db.Clock(), log, deadline.Options{MaxDrift: repository.MaxDrift})
	a.projects = project.New(db, a.engine, projectcode.BuiltIn{})
	a.credit = credit.New(db, a.engine)
	a.support = support.New(db)
	a.identity = identity.New(db, db.Clock())
	a.notices = notice.NewService(db)
	for _, spec := range a.projects.Timers(func(tx deadline.Tx) project.Tx { return tx.(*repository.Tx) }) {
		a.engine.Register(spec)
	}
	for _, spec := range a.credit.Timers(func(tx deadline.Tx) credit.Tx { return tx.(*repository.Tx) }) {
		a.engine.Register(spec)
	}
	db.OnDeadlines(a.engine.Hint)
	return a, nil
}

// Close ends the connections.
func (a *App) Close() {
	if a.index != nil {
		_ = a.index.Close()
	}
	_ = a.db.Close()
}

// http makes the HTTP application.
func (a *App) http() (*fiber.App, error) {
	pages, err := web.New()
	if err != nil {
		return nil, err
	}
	s := handlers.Services{Projects: a.projects, Credit: a.credit, Support: a.support, Identity: a.identity, Notices: a.notices, Supervision: supervision.New(a.db), Platform: platform{a}, Wall: a.db.Clock(), Log: a.log,
		Pages: pages, Documents: document.NewMaker(), Metrics: a.metrics(), BaseURL: a.cfg.BaseURL, Secure: a.cfg.secure()}
	if !a.cfg.production() {
		s.Dev = &handlers.Dev{Clock: clockwork{a}, Password: a.cfg.Password}
	}
	return handlers.New(s), nil
}

// work runs the timers, the outbox and the sealer until ctx ends.
func (a *App) work(ctx context.Context) error {
	done := make(chan error, 4)
	go func() { done <- a.engine.Run(ctx) }()
	go func() { a.db.RunOutbox(ctx, 500*time.Millisecond); done <- nil }()
	go func() { a.db.RunSealer(ctx, 30*time.Second); done <- nil }()
	go func() { a.sweep(ctx); done <- nil }()
	var errs []error
	for range 4 {
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sweep deletes what has run out by machine time: sessions, counted attempts, kept answers.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		if err := errors.Join(a.identity.Sweep(ctx), a.db.SweepAnswers(ctx)); err != nil && ctx.Err() == nil {
			a.log.Warn("sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// platform answers for the process and its stores.
type platform struct{ *App }

func (p platform) Ready(ctx context.Context) ([]string, error) {
	if err := p.db.Ping(ctx); err != nil {
		return nil, err
	}
	current, err := p.db.Migrated(ctx)
	if err != nil {
		return nil, err
	}
	if !current {
		return nil, &domain.Error{Kind: domain.Unavailable, Code: "not_migrated"}
	}
	if _, err := p.db.Book(ctx); err != nil { // calendar and catalogues that can be read
		return nil, err
	}
	if p.index == nil || p.index.Ping(ctx) != nil {
		return []string{"redis"}, nil
	}
	return nil, nil
}

// clockwork moves the development clock.
type clockwork struct{ *App }

func (c clockwork) Advance(ctx context.Context, target time.Time) error {
	_, err := c.engine.Advance(ctx, target, c.deliver)
	return err
}

func (c clockwork) deliver(ctx context.Context) error {
	_, err := c.db.DrainOutbox(ctx)
	return err
}

func (c clockwork) Resume(ctx context.Context) (time.Time, error) { return c.engine.Resume(ctx) }

func (c clockwork) Read(ctx context.Context) (time.Time, bool, error) { return c.db.Clock().Read(ctx) }

// Book serves the pages that show the calendar.
func (p platform) Book(ctx context.Context) (*catalogue.Book, error) { return p.db.Book(ctx) }

// migrate brings the schema to the newest version, with the owner's rights, and loads calendar and catalogues.
func migrate(ctx context.Context, cfg Config) error {
	owner, err := repository.Open(ctx, cfg.DatabaseURL, repository.Options{Owner: true, MaxConns: 6})
	if err != nil {
		return err
	}
	defer func() { _ = owner.Close() }()
	if err := migrations.Up(ctx, owner.SQL(), owner.MigrateLock()); err != nil {
		return err
	}
	if _, err := owner.RaiseAuditBase(ctx); err != nil {
		return err
	}
	return nil
}

// seed loads calendar and catalogues, and in development the accounts.
func (a *App) seed(ctx context.Context) error {
	files, err := fs.Sub(migrations.Seed, "seed")
	if err != nil {
		return err
	}
	if err := a.db.Seed(ctx, files); err != nil {
		return err
	}
	if a.cfg.production() {
		return nil
	}
	return a.identity.SeedDevelopment(ctx, a.cfg.Password)
}
