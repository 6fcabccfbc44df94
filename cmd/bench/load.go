package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// client speaks to one server over connections that stay open.
type client struct {
	base string
	http *fasthttp.HostClient
}

func newClient(base string, connections int) *client {
	return &client{base: base, http: &fasthttp.HostClient{Addr: strings.TrimPrefix(base, "http://"), MaxConns: connections + 2,
		ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, RetryIfErr: func(*fasthttp.Request, int, error) (bool, bool) { return false, false }}}
}

// call sends one request and gives the answer's body; any other status is an error.
func (c *client) call(method, path, token, key string, body []byte, want int) ([]byte, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(c.base + path)
	req.Header.SetMethod(method)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if body != nil {
		req.Header.SetContentType("application/json")
		req.SetBody(body)
	}
	if err := c.http.Do(req, res); err != nil {
		return nil, err
	}
	if res.StatusCode() != want {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode(), res.Body())
	}
	return append([]byte(nil), res.Body()...), nil
}

// hammer runs fn from so many clients for so long and gives completed calls a second. The first error ends it.
func hammer(ctx context.Context, clients int, length time.Duration, fn func(worker, n int) error) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	begin := time.Now()
	for worker := range clients {
		wg.Go(func() {
			for n := 0; time.Since(begin) < length && ctx.Err() == nil && failed.Load() == nil; n++ {
				if err := fn(worker, n); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(begin).Seconds()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / took, ctx.Err()
}
