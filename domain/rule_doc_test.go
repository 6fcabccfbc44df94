package domain_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"qhtz/domain"
)

var update = flag.Bool("update", false, "rewrite docs/rules.md")

// Ensure docs/rules.md says what the code's rule table says. `go test ./domain -update` rewrites it.
func TestRulesDocument(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# 已实现的规则 / The rules as implemented\n\n由 `domain/rule.go` 的规则表生成；每一条都有测试指名。Made from the rule table in `domain/rule.go`; every id is named by a test.\n\n| 编号 | 规则 | 内容 | 依据 |\n|---|---|---|---|\n")
	for _, r := range domain.Rules {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.ID, r.Title, r.Says, r.Basis)
	}
	const path = "../docs/rules.md"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/rules.md is not what the rule table says; run `go test ./domain -run RulesDocument -update`")
	}
}
