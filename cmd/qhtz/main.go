// Command qhtz is the platform: one binary for development, production and maintenance.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// CLI is what the binary can do.
type CLI struct {
	Dev       devCmd       `cmd:"" help:"启动整个平台：自带 PostgreSQL 和 Redis、迁移、种子数据、网页和计时器 (everything in one process)。"`
	Serve     serveCmd     `cmd:"" help:"只启动网页和接口 (HTTP only)。"`
	Worker    workerCmd    `cmd:"" help:"只启动计时器、消息投递和审计封存 (timers, outbox, sealer)。"`
	Migrate   migrateCmd   `cmd:"" help:"把数据库升级到最新结构，并装入日历和目录 (schema, calendar, catalogues)。"`
	Seed      seedCmd      `cmd:"" help:"装入日历、目录；开发环境另装入账号 (seed data)。"`
	Code      codeCmd      `cmd:"" help:"检查并逐段说明一个项目代码 (explain a project code)。"`
	Calendar  calendarCmd  `cmd:"" help:"计算到期日并逐日说明 (a due date, day by day)。"`
	Audit     auditCmd     `cmd:"" help:"审计记录 (audit trail)。"`
	Deadlines deadlinesCmd `cmd:"" help:"到期事项 (deadlines)。"`
}

func main() {
	if os.Getenv("GOGC") == "" {
		// The live heap is small (tens of MB); collecting less often is worth a quarter of the time of a filing.
		debug.SetGCPercent(400)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "qhtz:", err)
		os.Exit(1)
	}
}

// run parses and calls; tests boot the platform the same way.
func run(ctx context.Context, args []string) error {
	var cli CLI
	parser, err := kong.New(&cli, kong.Name("qhtz"), kong.Description("青海投资项目协同监管平台"), kong.UsageOnError())
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(cfg); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
