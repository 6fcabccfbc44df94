package stores

import (
	"cmp"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// debianPostgres is where Debian and Ubuntu put each major version's programs,
// none of which are in PATH.
const debianPostgres = "/usr/lib/postgresql/*/bin"

type binaries struct{ initdb, postgres, redis string }

// locate finds the server programs: $QHTZ_PG_BIN (a directory), else Debian's
// version that made the data, else its highest, else PATH; $QHTZ_REDIS_SERVER (a
// file), else PATH.
func locate(getenv func(string) string, dataVersion int) (binaries, error) {
	redis := getenv("QHTZ_REDIS_SERVER")
	if redis == "" {
		redis = "redis-server"
	}
	return locateIn(getenv("QHTZ_PG_BIN"), debianPostgres, dataVersion, redis)
}

func locateIn(chosen, pattern string, dataVersion int, redis string) (binaries, error) {
	dirs := []string{chosen}
	if chosen == "" {
		found, _ := filepath.Glob(pattern) // its only error is a bad pattern
		rank := func(bin string) int {
			if v := majorVersion(bin); v != dataVersion {
				return v
			}
			return math.MaxInt // another version cannot read the data
		}
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(rank(b), rank(a)) })
		dirs = slices.Concat(found, []string{""})
	}
	var bin binaries
	for _, dir := range dirs {
		initdb, err1 := exec.LookPath(filepath.Join(dir, "initdb"))
		postgres, err2 := exec.LookPath(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			bin.initdb, bin.postgres = initdb, postgres
			break
		}
	}
	if bin.postgres == "" {
		return binaries{}, missing(filepath.Join(chosen, "postgres"), "QHTZ_PG_BIN")
	}
	server, err := exec.LookPath(redis)
	if err != nil {
		return binaries{}, missing(redis, "QHTZ_REDIS_SERVER")
	}
	bin.redis = server
	return bin, nil
}

// dataVersion is the major version that made the data below dir, 0 without data.
func dataVersion(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "pg", "PG_VERSION"))
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return n
}

// majorVersion reads 15 from /usr/lib/postgresql/15/bin; 0 when there is none.
func majorVersion(bin string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	if err != nil {
		return 0
	}
	return n
}

// serverEnv is all a server sees of the environment: PG* variables of the
// caller must not reach it.
func serverEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
}
