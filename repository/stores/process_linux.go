package stores

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	temporaryPrefix = "qhtz-stores-"
	holdPolite      = 10 * time.Second // what a dying predecessor gets
	holdHard        = 5 * time.Second  // from SIGQUIT to SIGKILL
)

// account is who the servers run as.
type account struct {
	uid, gid int
	change   bool // we are root: both refuse it, or should
}

// runAs picks the servers' account. Root keeps the owner of existing data, else
// takes postgres, else nobody; anybody else runs them as themselves.
func runAs(dir string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	if info, err := os.Stat(filepath.Join(dir, "pg")); err == nil {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
			return account{uid: int(owner.Uid), gid: int(owner.Gid), change: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(found.Uid)
		gid, err2 := strconv.Atoi(found.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return account{}, fmt.Errorf("account %s: %w", name, err)
		}
		return account{uid: uid, gid: gid, change: true}, nil
	}
	return account{}, missing("postgres 或 nobody 账户 (account)", "QHTZ_PG_BIN")
}

// processAttributes drops privileges, ends the process with our thread, and
// keeps the terminal's interrupt away from it.
func processAttributes(who account, dying syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Pdeathsig: dying, Setpgid: true}
	if who.change {
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return attr
}

// makeOwnedDir makes dir, 0700, for the account; what it finds there with
// another owner is handed over.
func makeOwnedDir(dir string, who account) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return notWritable(dir, err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return notWritable(dir, err)
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !who.change || (ok && int(owner.Uid) == who.uid) {
		return nil
	}
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, who.uid, who.gid)
	})
	if err != nil {
		return notWritable(dir, err)
	}
	return nil
}

// isPrivate says that path is a real directory, ours, closed to others.
func isPrivate(path string) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == os.Geteuid()
}

// lockDir makes us the only launcher of dir until the file is closed or we die.
func lockDir(dir string) (*os.File, error) {
	path := filepath.Join(dir, "lock")
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, notWritable(dir, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer lock.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, notWritable(dir, err)
		}
		return nil, alreadyRunning(dir, readHolder(lock))
	}
	if err := noteHolder(lock, os.Getpid()); err != nil {
		lock.Close()
		return nil, notWritable(dir, err)
	}
	return lock, nil
}

// takeHold locks the file whose descriptor every process of the store inherits.
// A busy hold means that processes of a killed launcher are still about: they
// get time to finish, then they are ended.
func (c *child) takeHold() (*os.File, error) {
	path := c.dir + ".hold"
	hold, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, notWritable(path, err)
	}
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	quit, kill := time.After(holdPolite), time.After(holdPolite+holdHard)
	for {
		err := syscall.Flock(int(hold.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return hold, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			hold.Close()
			return nil, notWritable(path, err)
		}
		select {
		case <-c.stopping:
			hold.Close()
			return nil, notReady(c.name, err)
		case <-quit:
			c.signalHolder(hold, syscall.SIGQUIT)
		case <-kill:
			c.signalHolder(hold, syscall.SIGKILL)
		case <-tick.C:
		}
	}
}

// signalHolder reaches a leftover server, if the noted id is still one.
func (c *child) signalHolder(hold *os.File, sig syscall.Signal) {
	pid, err := strconv.Atoi(readHolder(hold))
	if err != nil || pid <= 1 {
		return
	}
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err == nil && strings.HasPrefix(filepath.Base(c.argv[0]), strings.TrimSpace(string(comm))) {
		c.log.Warn("ending a leftover store", "pid", pid, "signal", sig.String())
		_ = syscall.Kill(pid, sig)
	}
}

// noteHolder writes the process id that goes with a lock taken.
func noteHolder(f *os.File, pid int) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(pid)), 0)
	return err
}

func readHolder(f *os.File) string {
	text := make([]byte, 20)
	n, _ := f.ReadAt(text, 0) // short reads end in io.EOF
	return strings.TrimSpace(string(text[:n]))
}

// sweepTemporary removes temporary directories whose launcher was killed.
func sweepTemporary() {
	found, _ := filepath.Glob(filepath.Join(os.TempDir(), temporaryPrefix+"*"))
	for _, dir := range found {
		lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		// Looking before locking leaves a directory alone that is being made.
		if isPrivate(dir) && readHolder(lock) != "" && syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(dir) // best effort: another sweeper may be at it
		}
		lock.Close()
	}
}
