package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
)

type serveCmd struct {
	Probe string `help:"只检查给定地址是否就绪，供健康检查用 (probe this URL and exit)。"`
}

// Run serves HTTP until ctx ends.
func (s *serveCmd) Run(ctx context.Context, cfg Config) error {
	if s.Probe != "" {
		return probe(ctx, s.Probe)
	}
	a, err := newApp(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	if cfg.production() && !cfg.baseGiven {
		a.log.Warn("QHTZ_BASE_URL is not set: certificates and QR codes bear an address that nobody outside reaches", "address", cfg.BaseURL)
	}
	h, err := a.http()
	if err != nil {
		return err
	}
	ln, err := listen(ctx, cfg.Addr)
	if err != nil {
		return err
	}
	relay, stop := context.WithCancel(ctx)
	defer stop()
	go a.engine.Relay(relay) // hints of what this process sets reach Redis without a worker here
	go a.sampleClock(relay)
	return serve(ctx, h, ln)
}

type workerCmd struct {
	Probe string `help:"只检查给定地址是否就绪 (probe this URL and exit)。"`
}

// Run fires deadlines, delivers and seals until ctx ends; its health and metrics are served on QHTZ_ADDR.
func (w *workerCmd) Run(ctx context.Context, cfg Config) error {
	if w.Probe != "" {
		return probe(ctx, w.Probe)
	}
	a, err := newApp(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	ln, err := listen(ctx, cfg.Addr)
	if err != nil {
		return err
	}
	h := fiber.New(fiber.Config{DisableStartupMessage: true})
	h.Get("/healthz", func(c *fiber.Ctx) error { return c.JSON(fiber.Map{"status": "ok"}) })
	h.Get("/readyz", func(c *fiber.Ctx) error {
		degraded, err := platform{a}.Ready(c.Context())
		if err != nil {
			return c.SendStatus(fiber.StatusServiceUnavailable)
		}
		return c.JSON(fiber.Map{"status": "ok", "degraded": degraded})
	})
	h.Get("/metrics", a.metrics())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	working := make(chan error, 1)
	go func() { working <- a.work(ctx) }()
	err = serve(ctx, h, ln)
	cancel()
	return errors.Join(err, <-working)
}

// listen takes the address, or says in one sentence why not.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("地址 %s 已被占用；请停掉占用它的程序，或设置 QHTZ_ADDR 换一个端口 (address in use: set QHTZ_ADDR to another port)", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("无法监听 %s (cannot listen): %w", addr, err)
	}
	return ln, nil
}

// serve answers requests until ctx ends, then lets those under way finish.
func serve(ctx context.Context, h *fiber.App, ln net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- h.Listener(ln) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	err := h.ShutdownWithTimeout(10 * time.Second)
	_ = ln.Close() // it may not have been taken up yet
	if served := <-done; err == nil && !errors.Is(served, net.ErrClosed) {
		err = served
	}
	if err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

// sampleClock keeps platform time on the database's clock where no engine does.
func (a *App) sampleClock(ctx context.Context) {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		if err := a.db.Clock().Sample(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("sample clock", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// probe is the health check of a container: 200 or an error.
func probe(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, res.Status)
	}
	return nil
}
