package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"qhtz/domain/calendar"
)

type deadlinesCmd struct {
	Verify deadlinesVerifyCmd `cmd:"" help:"重新计算全部到期日，并核对 Redis 索引 (recompute all, compare the index)。"`
	Parked deadlinesParkedCmd `cmd:"" help:"列出反复失败而被搁置的 (those set apart after repeated failure)。"`
	Retry  deadlinesRetryCmd  `cmd:"" help:"放回被搁置的，重新触发 (put back those set apart)。"`
}

type deadlinesParkedCmd struct{}

// Run lists the deadlines that were set apart, with the last error.
func (*deadlinesParkedCmd) Run(ctx context.Context, cfg Config) error {
	a, err := newApp(ctx, runningConfig(cfg))
	if err != nil {
		return err
	}
	defer a.Close()
	parked, err := a.engine.Parked(ctx, 1000)
	if err != nil {
		return err
	}
	for _, p := range parked {
		fmt.Printf("%d  %s  %s/%d  %s  试过 %d 次：%s\n", p.ID, p.Kind, p.Subject.Kind, p.Subject.ID, p.At.In(calendar.Zone).Format(time.DateTime), p.Attempts, p.LastError)
	}
	fmt.Printf("共 %d 个 (parked)\n", len(parked))
	return nil
}

type deadlinesRetryCmd struct {
	IDs []int64 `arg:"" name:"id" help:"编号，见 deadlines parked (ids)。"`
}

// Run puts deadlines back with a fresh count, after what ailed them was mended; a worker fires them.
func (r *deadlinesRetryCmd) Run(ctx context.Context, cfg Config) error {
	a, err := newApp(ctx, runningConfig(cfg))
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.engine.Unpark(ctx, r.IDs)
	fmt.Printf("放回 %d 个 (put back)\n", n)
	return err
}

type deadlinesVerifyCmd struct {
	Repair bool `help:"补上索引缺少的，去掉多余的 (repair the index)。"`
}

// Run recomputes every open due date from its event and compares the index; differences make it fail.
func (v *deadlinesVerifyCmd) Run(ctx context.Context, cfg Config) error {
	a, err := newApp(ctx, runningConfig(cfg))
	if err != nil {
		return err
	}
	defer a.Close()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	res, err := a.engine.Verify(ctx, v.Repair)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(res, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(b))
	if !res.Good() {
		return errors.New("有差异 (differences found)")
	}
	return nil
}
