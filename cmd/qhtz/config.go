package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything the environment decides. Secrets are in the URLs, which are never logged.
type Config struct {
	Addr        string `env:"QHTZ_ADDR" envDefault:"127.0.0.1:8080"`
	Data        string `env:"QHTZ_DATA" envDefault:".qhtz"`
	Env         string `env:"QHTZ_ENV" envDefault:"development"`
	Now         string `env:"QHTZ_NOW"`
	DatabaseURL string `env:"DATABASE_URL"`
	RedisURL    string `env:"REDIS_URL"`
	BaseURL     string `env:"QHTZ_BASE_URL"`
	Password    string `env:"QHTZ_DEV_PASSWORD" envDefault:"qhtz-dev-2017"`
	LogLevel    string `env:"QHTZ_LOG" envDefault:"info"`

	baseGiven bool
}

// loadConfig reads the environment and reports all that is wrong with it at once.
func loadConfig() (Config, error) {
	var c Config
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("environment: %w", err)
	}
	c.baseGiven = c.BaseURL != ""
	if !c.baseGiven {
		c.BaseURL = "http://" + strings.NewReplacer("0.0.0.0:", "127.0.0.1:", "[::]:", "127.0.0.1:").Replace(c.Addr)
	}
	return c, c.validate()
}

func (c Config) validate() error {
	var errs []error
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		errs = append(errs, fmt.Errorf("QHTZ_ADDR %q: 应写作 地址:端口 (host:port)", c.Addr))
	}
	if c.Env != "development" && c.Env != "production" {
		errs = append(errs, fmt.Errorf("QHTZ_ENV %q: 应为 development 或 production", c.Env))
	}
	if c.Now != "" {
		if _, err := time.Parse(time.RFC3339, c.Now); err != nil {
			errs = append(errs, fmt.Errorf("QHTZ_NOW %q: 应写作 2026-01-05T09:00:00+08:00", c.Now))
		}
		if c.production() {
			errs = append(errs, errors.New("QHTZ_NOW: 生产环境不能设置开发时钟 (development only)"))
		}
	}
	if !strings.HasPrefix(c.BaseURL, "http://") && !strings.HasPrefix(c.BaseURL, "https://") {
		errs = append(errs, fmt.Errorf("QHTZ_BASE_URL %q: 应以 http:// 或 https:// 开头", c.BaseURL))
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		errs = append(errs, fmt.Errorf("QHTZ_LOG %q: 应为 debug、info、warn 或 error", c.LogLevel))
	}
	return errors.Join(errs...)
}

func (c Config) production() bool { return c.Env == "production" }

// secure reports whether browsers reach the platform over TLS, so that cookies may be bound to it.
func (c Config) secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

func (c Config) level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // validated
	return level
}
