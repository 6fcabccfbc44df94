package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"

	"qhtz/domain/audit"
	"qhtz/domain/calendar"
	"qhtz/domain/projectcode"
	"qhtz/migrations"
)

type migrateCmd struct{}

// Run migrates and loads what the platform cannot do without.
func (*migrateCmd) Run(ctx context.Context, cfg Config) error {
	if cfg.DatabaseURL == "" {
		return errors.New("DATABASE_URL 未设置 (set DATABASE_URL)")
	}
	if err := migrate(ctx, cfg); err != nil {
		return err
	}
	return (&seedCmd{}).load(ctx, cfg, true)
}

type seedCmd struct{}

// Run loads calendar and catalogues, and in development the accounts. Running it again changes nothing.
func (s *seedCmd) Run(ctx context.Context, cfg Config) error { return s.load(ctx, cfg, false) }

func (*seedCmd) load(ctx context.Context, cfg Config, referenceOnly bool) error {
	a, err := newApp(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	if referenceOnly {
		a.cfg.Env = "production"
	}
	return a.seed(ctx)
}

type codeCmd struct {
	Code string `arg:"" help:"任何写法的项目代码 (in any written form)。"`
}

// Run explains a code with the seeded dictionaries; it needs no database.
func (c *codeCmd) Run() error {
	dict, err := seededDictionary()
	if err != nil {
		return err
	}
	e := projectcode.Explain(c.Code, dict)
	for _, s := range e.Segments {
		fmt.Printf("%-8s %-10s %s\n", s.Value, s.Name, s.Meaning)
	}
	if !e.Valid {
		return fmt.Errorf("无效 (invalid)：%s", e.Reason)
	}
	fmt.Printf("有效 (valid)：%s\n", e.Code)
	return nil
}

type calendarCmd struct {
	From  string `required:"" help:"起算日期，如 2026-02-10 (the event's day)。"`
	Days  int    `required:"" help:"天数 (how many)。"`
	Unit  string `default:"wd" enum:"wd,d,m" help:"wd 工作日、d 自然日、m 月。"`
	Plain bool   `help:"只输出到期日 (the date only)。"`
}

// Run counts with the seeded calendar; it needs no database.
func (c *calendarCmd) Run() error {
	from, err := calendar.ParseDate(c.From)
	if err != nil {
		return fmt.Errorf("--from %q: 应写作 2026-02-10", c.From)
	}
	limit := calendar.Limit{N: c.Days, Unit: calendar.Unit(c.Unit)}
	if err := limit.Validate(); err != nil {
		return fmt.Errorf("--days %d: %w", c.Days, err)
	}
	cal, err := seededCalendar()
	if err != nil {
		return err
	}
	due, days := cal.Explain(from.Start(), limit)
	if !c.Plain {
		for _, d := range days {
			n := ""
			if d.Counted {
				n = strconv.Itoa(d.N)
			}
			fmt.Printf("%s  %3s  %-8s %s\n", d.Date, n, d.Reason, d.Name)
		}
	}
	provisional := ""
	if due.Provisional {
		provisional = "（暂定：涉及尚未公布放假安排的年份 / provisional）"
	}
	fmt.Printf("%s 24:00%s\n", due.Date, provisional)
	return nil
}

func seededCalendar() (*calendar.Calendar, error) {
	f, err := migrations.Seed.Open("seed/calendar-days.csv")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	entries, err := calendar.ReadCSV(f)
	if err != nil {
		return nil, err
	}
	var years []calendar.Notice
	for _, e := range entries {
		if n := len(years); n == 0 || years[n-1].Year < e.Date.Year() {
			years = append(years, calendar.Notice{Year: e.Date.Year(), Source: "seed"})
		}
	}
	return calendar.New(entries, years, 1)
}

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"检查审计记录是否完整：改、删、插、换序都会指出 (verify the trail)。"`
	Seal   auditSealCmd   `cmd:"" help:"立即封存 (seal now)。"`
}

type auditVerifyCmd struct {
	JSON bool `help:"以 JSON 输出 (as JSON)。"`
}

// Run verifies and names every finding; any makes it fail.
func (v *auditVerifyCmd) Run(ctx context.Context, cfg Config) error {
	a, err := newApp(ctx, runningConfig(cfg))
	if err != nil {
		return err
	}
	defer a.Close()
	findings := 0
	sum, err := a.db.VerifyAudit(ctx, func(f audit.Finding) {
		findings++
		fmt.Printf("%s  %s/%d  事件 %d  封存 %d  %s\n", f.Kind, f.Subject.Kind, f.Subject.ID, f.EventID, f.SealID, f.Detail)
	})
	if err != nil {
		return err
	}
	if v.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(sum); err != nil {
			return err
		}
	} else {
		fmt.Printf("事件 %d，主体 %d，封存 %d，未封存 %d，发现 %d 处问题\n", sum.Events, sum.Subjects, sum.Seals, sum.Unsealed, findings)
	}
	if findings > 0 {
		return fmt.Errorf("审计记录有 %d 处问题 (the trail is not whole)", findings)
	}
	return nil
}

type auditSealCmd struct{}

// Run seals what is committed.
func (*auditSealCmd) Run(ctx context.Context, cfg Config) error {
	a, err := newApp(ctx, runningConfig(cfg))
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.db.SealOnce(ctx)
	fmt.Printf("封存 %d 个事件 (sealed)\n", n)
	return err
}
