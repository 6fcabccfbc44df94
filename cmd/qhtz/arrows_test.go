package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// listed is a package as `go list` tells it.
type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// leaves are the parts of the domain that every area may use; areas do not use each other.
var leaves = []string{"qhtz/domain", "qhtz/domain/calendar", "qhtz/domain/catalogue", "qhtz/domain/deadline", "qhtz/domain/projectcode",
	"qhtz/domain/notice", "qhtz/domain/identity/competence"}

// layers says for packages, by the beginning of their path, what they may import besides the standard library. The
// longest beginning that fits decides; "…/" at the end of an entry stands for everything below.
var layers = map[string][]string{
	"qhtz/domain/":           append(slices.Clone(leaves), "golang.org/x/crypto/"),
	"qhtz/domain":            {},
	"qhtz/migrations":        {"github.com/pressly/goose/v3", "github.com/pressly/goose/v3/"},
	"qhtz/repository":        {"qhtz/domain", "qhtz/domain/", "qhtz/migrations", "github.com/jmoiron/sqlx", "github.com/lib/pq", "github.com/lib/pq/"},
	"qhtz/repository/timers": {"qhtz/domain", "qhtz/domain/", "github.com/redis/go-redis/v9", "github.com/redis/go-redis/v9/"},
	"qhtz/repository/stores": {"github.com/lib/pq"},
	"qhtz/repository/repotest": {"qhtz/repository", "qhtz/repository/", "qhtz/migrations", "qhtz/domain", "qhtz/domain/",
		"github.com/jmoiron/sqlx"},
	"qhtz/web":          {"qhtz/web/"},
	"qhtz/web/document": {"github.com/boombuler/barcode", "github.com/boombuler/barcode/", "github.com/signintech/gopdf"},
	"qhtz/handlers":     {"qhtz/domain", "qhtz/domain/", "qhtz/web", "qhtz/web/", "github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/"},
}

func matches(path, pattern string) bool {
	return path == pattern || strings.HasSuffix(pattern, "/") && strings.HasPrefix(path, pattern)
}

// Ensure the arrows between the packages point one way: handlers → domain ← repository, pages know no Fiber, areas do
// not know each other, and only cmd knows all.
func TestImportArrows(t *testing.T) {
	t.Parallel()
	imported := map[string]bool{}
	packages := listPackages(t)
	for _, p := range packages {
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if imp != p.ImportPath {
				imported[imp] = true
			}
		}
		if strings.HasPrefix(p.ImportPath, "qhtz/cmd/") {
			continue
		}
		allowed, found := layerOf(p.ImportPath)
		if !found {
			t.Errorf("%s belongs to no layer: give it one", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			if !standard(imp) && !slices.ContainsFunc(allowed, func(a string) bool { return matches(imp, a) }) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
	for _, p := range packages {
		if !strings.HasPrefix(p.ImportPath, "qhtz/cmd/") && !imported[p.ImportPath] {
			t.Errorf("%s is imported by nobody", p.ImportPath)
		}
	}
}

func layerOf(path string) (allowed []string, found bool) {
	best := ""
	for beginning := range layers {
		if (path == beginning || matches(path, strings.TrimSuffix(beginning, "/")+"/")) && len(beginning) > len(best) {
			if beginning == "qhtz/domain/" && path == "qhtz/domain" {
				continue
			}
			best, found = beginning, true
		}
	}
	return layers[best], found
}

// standard reports whether an import path is of the standard library: its first part has no dot and is not ours.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != "qhtz" && !strings.Contains(first, ".")
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 10 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	return packages
}
