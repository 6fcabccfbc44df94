package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jmoiron/sqlx"
)

// bareRegisterCommand is how this binary calls itself for the register's bare look-up.
const bareRegisterCommand = "bare-register"

const leastRegister = 0.5

// measureRegister holds the look-up of a unit in the blacklist against a bare Fiber handler with one prepared SELECT on
// the same rows.
func measureRegister(ctx context.Context, p *platform, o options, r *report) error {
	listed, unlisted, err := makeRegister(ctx, p)
	if err != nil {
		return err
	}
	bare, err := startBareRegister(ctx, p)
	if err != nil {
		return err
	}
	platform := newClient(p.base, o.clients)
	var rates [4]series
	length := time.Duration(max(1, o.seconds-1)) * time.Second
	for round := 1; round <= o.rounds; round++ {
		progress("register, round %d of %d", round, o.rounds)
		for i, m := range []struct {
			c    *client
			path string
		}{{bare, "/" + listed}, {platform, "/api/v1/public/blacklist/" + listed}, {bare, "/" + unlisted}, {platform, "/api/v1/public/blacklist/" + unlisted}} {
			rate, err := hammer(ctx, o.clients, length, func(int, int) error {
				_, err := m.c.call("GET", m.path, "", "", nil, 200)
				return err
			})
			if err != nil {
				return err
			}
			rates[i] = append(rates[i], rate)
		}
	}
	r.table("Look-up of a unit in the blacklist", "", "answers/s, median (least–greatest)", "ratio, by round")
	for i, name := range []string{"listed: bare Fiber, one prepared SELECT", "listed: platform, GET /api/v1/public/blacklist/{uscc}",
		"not listed: bare Fiber, one prepared SELECT", "not listed: platform"} {
		if i%2 == 0 {
			r.row(name, rates[i].String(), "1")
		} else {
			r.row(name, rates[i].String(), rates[i].over(rates[i-1]).String())
		}
	}
	ratio := min(rates[1].over(rates[0]).median(), rates[3].over(rates[2]).median())
	r.goal("register look-up ≥ 0.5 of a bare prepared SELECT over HTTP", ratio >= leastRegister, number(ratio))
	return nil
}

// makeRegister enters 2,000 units in effect and one that is not, and gives the USCCs of one of each.
func makeRegister(ctx context.Context, p *platform) (listed, unlisted string, err error) {
	content := func(id int) string {
		b, _ := json.Marshal(map[string]any{ // plain values cannot fail
			"id": id, "version": 3, "grade": "general", "state": "listed", "opened_at": "2026-04-09T16:00:00Z", "policy_version": 1, "threshold": 3,
			"legal_basis": map[string]string{"id": "32-15", "title": "青政办〔2017〕32号", "clause": "第15条", "from": "2017-03-13"},
			"from":        "2020-04-17T16:00:00Z", "until": "2099-04-17T16:00:00Z",
			"trace": []map[string]any{{"record_id": 1, "ground": "G6", "confirmed_at": "2026-03-10T02:00:00Z"}, {"record_id": 2, "ground": "G6", "confirmed_at": "2026-03-10T02:00:00Z"},
				{"record_id": 3, "ground": "G6", "confirmed_at": "2026-03-10T02:00:00Z"}}})
		return string(b)
	}
	for i := range 2001 {
		id := 100_000 + i
		uscc := usccOf(i)
		if _, err := p.db.ExecContext(ctx, `INSERT INTO organizations (id, name, uscc, kind, region, created_at) VALUES ($1, $2, $3, 'unit', '630102', now())`,
			id, fmt.Sprintf("名录测量单位%04d", i), uscc); err != nil {
			return "", "", fmt.Errorf("make units: %w", err)
		}
		switch i {
		case 2000:
			return listed, uscc, nil
		case 1000:
			listed = uscc
		}
		if _, err := p.db.ExecContext(ctx, `
			INSERT INTO listings (id, unit_id, state, published, from_at, until_at, due_at, content)
			VALUES ($1, $1, 'listed', true, '2020-04-17 16:00Z', '2099-04-17 16:00Z', '2099-04-17 16:00Z', $2)`, id, content(id)); err != nil {
			return "", "", fmt.Errorf("make listings: %w", err)
		}
	}
	return listed, unlisted, nil
}

// usccOf makes a valid unified social credit code: GB 32100's check character over a serial number.
func usccOf(n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	s := fmt.Sprintf("91630000MA0%06d", n)
	sum, weight := 0, 1
	for _, c := range s {
		for v, a := range alphabet {
			if a == c {
				sum += v * weight
			}
		}
		weight = weight * 3 % 31
	}
	return s + string(alphabet[(31-sum%31)%31])
}

func startBareRegister(ctx context.Context, p *platform) (*client, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), self, bareRegisterCommand)
	c.Env = append(os.Environ(), "BENCH_ADDR="+addr, "BENCH_DSN="+p.stores.DatabaseURL())
	if err := p.start(c, bareRegisterCommand); err != nil {
		return nil, err
	}
	return newClient("http://"+addr, 64), awaitReady(ctx, "http://"+addr+"/ready")
}

// serveBareRegister answers each look-up by one prepared SELECT: no clock, no law, no checks.
func serveBareRegister() error {
	db, err := sqlx.Open("postgres", os.Getenv("BENCH_DSN"))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	find, err := db.Prepare(`
		SELECT o.name, l.from_at, l.until_at, l.content FROM organizations o LEFT JOIN listings l ON l.unit_id = o.id AND l.ended_at IS NULL WHERE o.uscc = $1`)
	if err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/:uscc", func(c *fiber.Ctx) error {
		var name string
		var from, until *time.Time
		var content *json.RawMessage
		if c.Params("uscc") != "ready" {
			if err := find.QueryRow(c.Params("uscc")).Scan(&name, &from, &until, &content); err != nil {
				return err
			}
		}
		return c.JSON(fiber.Map{"name": name, "listed": from != nil, "from": from, "until": until, "content": content})
	})
	return app.Listen(os.Getenv("BENCH_ADDR"))
}
