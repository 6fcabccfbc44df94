// Package timers is the index of deadlines in Redis: sorted sets of ids by instant, and nothing else. All of it
// can be made anew from PostgreSQL, which alone decides.
package timers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"qhtz/domain/deadline"
)

// Index is cut into deadline.Shards shards. A shard has two sorted sets of ids: what waits, scored by its instant
// in Unix milliseconds, rounded up so that nothing is early; and what is leased, scored by the machine time at
// which the lease ends. The hash tag keeps the two in one slot of a cluster.
type Index struct {
	client *redis.Client
	due    [deadline.Shards]string
	lease  [deadline.Shards]string
	turn   atomic.Uint64
}

var _ deadline.Index = (*Index)(nil)

const (
	chunk     = 500 // members a command
	mostClaim = 1000
)

// New makes an index over a redis:// or unix:// URL. It does not connect yet. prefix goes before every key.
func New(redisURL, prefix string) (*Index, error) {
	silence.Do(func() { redis.SetLogger(quiet{}) })
	o, err := redis.ParseURL(redisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	o.ContextTimeoutEnabled = true
	o.MaxRetries = -1 // a claim that was answered too late must not be made twice
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = 500*time.Millisecond, 500*time.Millisecond, 500*time.Millisecond
	o.DialerRetries = 1
	o.PoolSize = 8
	o.PoolTimeout = time.Second
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	x := &Index{client: redis.NewClient(o)}
	for i := range deadline.Shards {
		x.due[i] = fmt.Sprintf("%s{d:%d}:due", prefix, i)
		x.lease[i] = fmt.Sprintf("%s{d:%d}:lease", prefix, i)
	}
	return x, nil
}

// quiet drops what the client would print by itself: every error is returned as well.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

var silence sync.Once

// Close ends the connections.
func (x *Index) Close() error { return x.client.Close() }

// Ping reaches Redis.
func (x *Index) Ping(ctx context.Context) error { return x.client.Ping(ctx).Err() }

func score(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.Add(time.Millisecond - 1).UnixMilli())
}

func instant(score float64) time.Time { return time.UnixMilli(int64(math.Ceil(score))).UTC() }

// Set enters deadlines; an earlier score that stands is kept (ZADD LT), so that of two hints in the wrong order
// the harmless one wins.
func (x *Index) Set(ctx context.Context, entries []deadline.Entry) error {
	var members [deadline.Shards][]redis.Z
	for _, e := range entries {
		s := deadline.ShardOf(e.ID)
		members[s] = append(members[s], redis.Z{Score: score(e.At), Member: e.ID})
	}
	return x.pipe(ctx, "enter", func(p redis.Pipeliner) {
		for s, zs := range members {
			for len(zs) > 0 {
				n := min(len(zs), chunk)
				p.ZAddLT(ctx, x.due[s], zs[:n]...)
				zs = zs[n:]
			}
		}
	})
}

// claimScript moves what is due from waiting to leased, earliest first, and gives the ids.
// KEYS: waiting, leased. ARGV: now in ms, how many at most, end of the lease in ms of machine time.
var claimScript = redis.NewScript(`
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
if #ids == 0 then return ids end
local leases = {}
for i, id in ipairs(ids) do leases[2 * i - 1] = ARGV[3]; leases[2 * i] = id end
redis.call('ZADD', KEYS[2], unpack(leases))
redis.call('ZREM', KEYS[1], unpack(ids))
return ids`)

// Claim takes up to n (at most 1000) ids that are due by now, from the shards in turn. With an error it gives what
// it had taken before.
func (x *Index) Claim(ctx context.Context, now time.Time, n int, leaseUntil time.Time) ([]int64, error) {
	n = min(n, mostClaim)
	start := int(x.turn.Add(1) % deadline.Shards)
	var ids []int64
	for i := range deadline.Shards {
		s := (start + i) % deadline.Shards
		taken, err := claimScript.Run(ctx, x.client, []string{x.due[s], x.lease[s]}, now.UnixMilli(), n-len(ids), leaseUntil.UnixMilli()).Int64Slice()
		if err != nil {
			return ids, fmt.Errorf("claim deadlines: %w", err)
		}
		ids = append(ids, taken...)
		if len(ids) >= n {
			break
		}
	}
	return ids, nil
}

// Done ends leases. One that ran out meanwhile may be another worker's by now and ends too; should that worker die
// as well, PostgreSQL still knows.
func (x *Index) Done(ctx context.Context, ids []int64) error { return x.remove(ctx, ids, x.lease) }

// Remove takes ids out of the index, leased or not.
func (x *Index) Remove(ctx context.Context, ids []int64) error {
	return errors.Join(x.remove(ctx, ids, x.due), x.remove(ctx, ids, x.lease))
}

func (x *Index) remove(ctx context.Context, ids []int64, keys [deadline.Shards]string) error {
	var members [deadline.Shards][]any
	for _, id := range ids {
		s := deadline.ShardOf(id)
		members[s] = append(members[s], id)
	}
	return x.pipe(ctx, "remove", func(p redis.Pipeliner) {
		for s, ms := range members {
			for len(ms) > 0 {
				n := min(len(ms), chunk)
				p.ZRem(ctx, keys[s], ms[:n]...)
				ms = ms[n:]
			}
		}
	})
}

// pipe sends commands in one round trip. They are all idempotent, and an empty pipeline sends nothing.
func (x *Index) pipe(ctx context.Context, doing string, fill func(redis.Pipeliner)) error {
	p := x.client.Pipeline()
	fill(p)
	if p.Len() == 0 {
		return nil
	}
	if _, err := p.Exec(ctx); err != nil {
		return fmt.Errorf("%s deadlines: %w", doing, err)
	}
	return nil
}

// reclaimScript moves ended leases back to waiting, to be claimed at once (score 0); PostgreSQL decides whether
// they are still due. KEYS: waiting, leased. ARGV: machine time in ms, how many at most.
var reclaimScript = redis.NewScript(`
local ids = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
if #ids == 0 then return 0 end
local back = {}
for i, id in ipairs(ids) do back[2 * i - 1] = 0; back[2 * i] = id end
redis.call('ZADD', KEYS[1], unpack(back))
redis.call('ZREM', KEYS[2], unpack(ids))
return #ids`)

// Reclaim puts back what dead workers held: leases that ended by the given machine time.
func (x *Index) Reclaim(ctx context.Context, wall time.Time) (int, error) {
	total := 0
	for s := range deadline.Shards {
		for {
			n, err := reclaimScript.Run(ctx, x.client, []string{x.due[s], x.lease[s]}, wall.UnixMilli(), mostClaim).Int()
			if err != nil {
				return total, fmt.Errorf("reclaim deadlines: %w", err)
			}
			total += n
			if n < mostClaim {
				break
			}
		}
	}
	return total, nil
}

// Len counts what waits and what is leased.
func (x *Index) Len(ctx context.Context) (waiting, leased int64, err error) {
	var due, lease [deadline.Shards]*redis.IntCmd
	err = x.pipe(ctx, "count", func(p redis.Pipeliner) {
		for s := range deadline.Shards {
			due[s], lease[s] = p.ZCard(ctx, x.due[s]), p.ZCard(ctx, x.lease[s])
		}
	})
	if err != nil {
		return 0, 0, err
	}
	for s := range deadline.Shards {
		waiting += due[s].Val()
		leased += lease[s].Val()
	}
	return waiting, leased, nil
}

// Entries visits what waits with its instant (rounded up to the millisecond) and what is leased with a zero one.
// What does not change meanwhile is visited at least once.
func (x *Index) Entries(ctx context.Context, visit func([]deadline.Entry) error) error {
	for s := range deadline.Shards {
		if err := x.scan(ctx, x.due[s], false, visit); err != nil {
			return err
		}
		if err := x.scan(ctx, x.lease[s], true, visit); err != nil {
			return err
		}
	}
	return nil
}

func (x *Index) scan(ctx context.Context, key string, leased bool, visit func([]deadline.Entry) error) error {
	var cursor uint64
	for {
		pairs, next, err := x.client.ZScan(ctx, key, cursor, "", mostClaim).Result()
		if err != nil {
			return fmt.Errorf("read deadline index: %w", err)
		}
		entries := make([]deadline.Entry, 0, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			id, err := strconv.ParseInt(pairs[i], 10, 64)
			if err != nil {
				return fmt.Errorf("deadline index holds %q: %w", pairs[i], err)
			}
			at, err := strconv.ParseFloat(pairs[i+1], 64)
			if err != nil {
				return fmt.Errorf("deadline index, %d: %w", id, err)
			}
			e := deadline.Entry{ID: id}
			if !leased {
				e.At = instant(at)
			}
			entries = append(entries, e)
		}
		if err := visit(entries); err != nil {
			return err
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// Flush forgets everything under the prefix.
func (x *Index) Flush(ctx context.Context) error {
	return x.pipe(ctx, "forget", func(p redis.Pipeliner) {
		for s := range deadline.Shards {
			p.Del(ctx, x.due[s])
			p.Del(ctx, x.lease[s])
		}
	})
}
