package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"qhtz/repository/stores"
)

type devCmd struct{}

// Run starts everything in one process: private stores unless DATABASE_URL and REDIS_URL are given, schema, seed,
// HTTP and workers. It stops all of it cleanly at the end.
func (*devCmd) Run(ctx context.Context, cfg Config) error {
	if cfg.production() {
		return errors.New("qhtz dev 只用于开发；生产环境请分别运行 serve 和 worker (dev is refused with QHTZ_ENV=production)")
	}
	ln, err := listen(ctx, cfg.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = ln.Close() }()
	started := time.Now()
	cfg, stop, err := withStores(ctx, cfg)
	if err != nil {
		return err
	}
	defer stop()
	if err := migrate(ctx, cfg); err != nil {
		return err
	}
	a, err := newApp(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.prepare(ctx); err != nil {
		return err
	}
	h, err := a.http()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	working := make(chan error, 1)
	go func() { working <- a.work(ctx) }()
	fmt.Print(welcome(cfg, time.Since(started)))
	err = serve(ctx, h, ln)
	cancel()
	return errors.Join(err, <-working)
}

// prepare seeds, and on an empty platform starts the clock at QHTZ_NOW.
func (a *App) prepare(ctx context.Context) error {
	if a.cfg.Now != "" {
		at, err := time.Parse(time.RFC3339, a.cfg.Now)
		if err != nil {
			return err
		}
		empty, err := a.db.Empty(ctx)
		if err != nil {
			return err
		}
		if empty {
			if err := a.db.Clock().Set(ctx, at, true); err != nil {
				return err
			}
		}
	}
	return a.seed(ctx)
}

// withStores starts private stores where the environment names none, and keeps run.json.
func withStores(ctx context.Context, cfg Config) (Config, func(), error) {
	if cfg.DatabaseURL != "" {
		return cfg, func() {}, nil
	}
	dir, err := filepath.Abs(cfg.Data)
	if err != nil {
		return cfg, nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: max(cfg.level(), slog.LevelWarn)}))
	write := func(s *stores.Stores) {
		if err := stores.WriteRunFile(stores.RunFile(dir), s.Info(cfg.Addr)); err != nil {
			log.Warn("run.json", "error", err)
		}
	}
	s, err := stores.Start(ctx, stores.Options{Dir: dir, Durable: true, Log: log, OnRestart: write})
	if err != nil {
		return cfg, nil, err
	}
	write(s)
	cfg.DatabaseURL = s.DatabaseURL()
	if cfg.RedisURL == "" {
		cfg.RedisURL = s.RedisURL()
	}
	return cfg, func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		if err := s.Stop(stopping); err != nil {
			log.Warn("stop stores", "error", err)
		}
		_ = os.Remove(stores.RunFile(dir))
	}, nil
}

func welcome(cfg Config, took time.Duration) string {
	return fmt.Sprintf(`
青海投资项目协同监管平台已启动（%.1f 秒） / ready

  打开 / open      %[2]s
  账号 / accounts  owner1 owner2 owner3（项目单位） fgw-handler xn-handler cd-handler（发展改革承办）
                   supervisor（电子监察） regulator1（监管） bank（金融机构）… 全部见 %[2]s/dev/accounts
  密码 / password  %[3]s

  先试三件事 / three things to try
  1. 以 owner1 登录，申报一个备案项目，当场得到项目代码和备案证明
  2. 以 owner1 提交一个核准项目，把页首的时钟拨过 5 个工作日：没人处理，即视为受理
  3. 点开任何一个到期日，逐日看“为什么是这一天”

  Ctrl-C 停止 / stops everything
`, took.Seconds(), cfg.BaseURL, cfg.Password)
}
