package stores

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
)

// longestSocket keeps a client's socket path within what every kernel takes
// (108 bytes on Linux, 104 elsewhere).
const longestSocket = 100

// socketDirs says through which directories clients reach the sockets. The
// sockets themselves always lie in the data directories.
type socketDirs struct {
	postgres, redis string
	alias           string // made by us, to be removed; empty when not needed
}

// shortSocketDirs returns the data directories, or links to them in a private
// temporary directory where their paths are too long for a socket address, or
// hold a comma, which a DSN takes for a list of hosts.
func shortSocketDirs(dir string) (socketDirs, error) {
	direct := socketDirs{postgres: filepath.Join(dir, "pg"), redis: filepath.Join(dir, "redis")}
	if len(filepath.Join(direct.postgres, ".s.PGSQL.5432")) < longestSocket && !strings.Contains(dir, ",") {
		return direct, nil
	}
	alias, err := privateDir(dir)
	if err != nil {
		return socketDirs{}, notWritable(os.TempDir(), err)
	}
	short := socketDirs{postgres: filepath.Join(alias, "pg"), redis: filepath.Join(alias, "redis"), alias: alias}
	for link, target := range map[string]string{short.postgres: direct.postgres, short.redis: direct.redis} {
		if err := os.Symlink(target, link); err != nil && !errors.Is(err, os.ErrExist) {
			return socketDirs{}, notWritable(alias, err)
		}
	}
	return short, nil
}

// privateDir has a name that follows from dir, so that a killed launcher's is
// found again instead of piling up. One that is not ours is never used.
func privateDir(dir string) (string, error) {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(dir))
	name := filepath.Join(os.TempDir(), fmt.Sprintf("qhtz-%d-%x", os.Geteuid(), sum.Sum64()))
	err := os.Mkdir(name, 0o700)
	if err == nil || (errors.Is(err, os.ErrExist) && isPrivate(name)) {
		return name, nil
	}
	return os.MkdirTemp("", "qhtz-")
}

func (s socketDirs) remove() {
	if s.alias != "" {
		_ = os.RemoveAll(s.alias) // links only
	}
}
