package domain_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"qhtz/domain"
)

// Ensure every rule of the table is named by at least one test, and no rule stands in the table twice.
func TestEveryRuleIsNamedByATest(t *testing.T) {
	t.Parallel()
	texts := testFiles(t, "..")
	seen := map[string]bool{}
	for _, r := range domain.Rules {
		if seen[r.ID] {
			t.Errorf("%s stands in the table twice", r.ID)
		}
		seen[r.ID] = true
		if r.Title == "" || r.Says == "" || r.Basis == "" {
			t.Errorf("%s lacks a title, what it says or its basis", r.ID)
		}
		// The digits must end there: a test that names FILE-13 does not name FILE-1.
		named := regexp.MustCompile(regexp.QuoteMeta(r.ID) + `(\D|$)`)
		if !named.MatchString(texts) {
			t.Errorf("no test names %s (%s)", r.ID, r.Title)
		}
	}
}

// testFiles joins all *_test.go files below a directory except this one.
func testFiles(t *testing.T, root string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, "_test.go") || d.Name() == "rules_test.go" {
			return nil
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
