package stores

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

// What can go wrong, for errors.Is.
var (
	ErrMissing     = errors.New("stores: a server program is not installed")
	ErrNotWritable = errors.New("stores: data directory not writable")
	ErrDiskFull    = errors.New("stores: disk full")
	ErrRunning     = errors.New("stores: another instance runs")
	ErrInitdb      = errors.New("stores: initdb failed")
	ErrNotReady    = errors.New("stores: a server did not start")
	ErrPlatform    = errors.New("stores: only Linux can run the embedded stores")
)

// Error is a failure told in one sentence, Chinese first. Kind is one of the
// values above; Cause, when set, is what the system or the server said.
type Error struct {
	Kind  error
	Text  string
	Cause error
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Text
	}
	return e.Text + " (" + e.Cause.Error() + ")"
}

// Unwrap lets errors.Is find both the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

func missing(program, variable string) error {
	return &Error{Kind: ErrMissing, Text: fmt.Sprintf(
		"找不到 %[1]s：Debian/Ubuntu 请执行 apt-get install postgresql redis-server，其他系统请安装 PostgreSQL 15 以上和 Redis 7 以上，或用 %[2]s 指明位置。"+
			" / %[1]s not found: on Debian or Ubuntu run apt-get install postgresql redis-server, elsewhere install PostgreSQL 15+ and Redis 7+, or point %[2]s at it.",
		program, variable)}
}

func notWritable(dir string, cause error) error {
	if errors.Is(cause, syscall.ENOSPC) {
		return diskFull(dir, cause)
	}
	return &Error{Kind: ErrNotWritable, Cause: cause, Text: fmt.Sprintf(
		"数据目录 %[1]s 不可写：请用它的属主（或 root）启动，或把 QHTZ_DATA 设为可写的目录。"+
			" / Data directory %[1]s is not writable: start as its owner (or root), or set QHTZ_DATA to a directory you may write.", dir)}
}

func diskFull(dir string, cause error) error {
	return &Error{Kind: ErrDiskFull, Cause: cause, Text: fmt.Sprintf(
		"磁盘已满，无法写入 %[1]s：请腾出空间（至少 200 MB）后再启动。"+
			" / Disk full, cannot write to %[1]s: free at least 200 MB and start again.", dir)}
}

func alreadyRunning(dir, holder string) error {
	where := RunInfo{}
	if info, err := ReadRunFile(RunFile(dir)); err == nil {
		where = info
	}
	zh, en := "进程 "+holder, "process "+holder
	if where.Addr != "" {
		zh, en = zh+"，地址 "+where.Addr, en+", address "+where.Addr
	}
	return &Error{Kind: ErrRunning, Text: fmt.Sprintf(
		"数据目录 %[1]s 已有一个实例在运行（%[2]s）：请先停止它，或用 QHTZ_DATA 另选目录。"+
			" / Another instance already runs on %[1]s (%[3]s): stop it first, or choose another QHTZ_DATA.", dir, zh, en)}
}

func initdbFailed(dir, said string) error {
	cause := errors.New(said)
	if isDiskFull(said) {
		return diskFull(dir, cause)
	}
	return &Error{Kind: ErrInitdb, Cause: cause, Text: fmt.Sprintf(
		"PostgreSQL 数据目录 %[1]s 初始化失败。 / PostgreSQL could not initialise %[1]s.", dir)}
}

// startFailed reads the end of a server's log to name the cause.
func startFailed(name, dir, logFile, said string) error {
	cause := errors.New(said)
	if isDiskFull(said) {
		return diskFull(dir, cause)
	}
	return &Error{Kind: ErrNotReady, Cause: cause, Text: fmt.Sprintf(
		"%[1]s 未能启动，详见 %[2]s。 / %[1]s did not start, see %[2]s.", name, logFile)}
}

func notReady(name string, cause error) error {
	return &Error{Kind: ErrNotReady, Cause: cause, Text: fmt.Sprintf(
		"%[1]s 未在时限内就绪。 / %[1]s was not ready in time.", name)}
}

func isDiskFull(said string) bool {
	return strings.Contains(said, "No space left on device") || strings.Contains(said, "Disk quota exceeded")
}
