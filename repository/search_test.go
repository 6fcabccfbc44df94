package repository_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qhtz/domain"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

func TestBigrams(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"光伏发电":      "光伏|伏发|发电",
		"ＡＢ－１ 光":    "ab|b-|-1|光",
		"":          "",
		" \u3000\t": "",
		"𠮷林":        "𠮷林",
	} {
		if got := strings.Join(repository.Bigrams(in), "|"); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

type searched struct {
	name, code, site, region string
	owner                    int64
}

// project puts a project there and tells the search of it; without a code it is not public.
func (s searched) insert(t *testing.T, db *repository.DB, id int64) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		err := tx.Exec(ctx, `
			INSERT INTO projects (id, prefecture, version, code, state, route, name, region, authority_region, industry, owner_id, facts, life, created_by, created_at, updated_at)
			VALUES ($1, '630100', 1, NULLIF($2, ''), 'filed', '备案', $3, $4, $4, '44', $5, jsonb_build_object('site', CAST($6 AS text)), '{}', 1, $7, $7)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name`, id, s.code, s.name, s.region, s.owner, s.site, tx.Now())
		if err != nil {
			return err
		}
		return tx.Enqueue(ctx, domain.Outgoing{Topic: domain.TopicSearch, Payload: repository.SearchMessage{ProjectID: id}})
	})
}

func search(t interface{ Fatal(...any) }, db *repository.DB, s repository.ProjectSearch) []int64 {
	var all []int64
	for {
		ids, next, err := db.SearchProjectIDs(context.Background(), s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids...)
		if s.Before = next; next == 0 {
			return all
		}
	}
}

// CODE-7: public projects are found by any part of name, owner, code in both forms, region and site.
func TestSearch(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, outboxNow)
	insertOrganization(t, db, 1, "unit", "", "630102")
	searched{"海东100MW光伏电站", "26036302020400110001", "平安路", "630202", 1}.insert(t, db, 11)
	searched{"伏尔泰大街改造", "26036301020400110002", "人民路", "630102", 1}.insert(t, db, 12)
	searched{"光热电站伏线", "26036301020400110003", "人民路", "630102", 1}.insert(t, db, 13)
	searched{"光伏草稿", "", "", "630102", 1}.insert(t, db, 14)
	if _, err := db.DrainOutbox(ctx); err != nil {
		t.Fatal(err)
	}
	check := func(words string, want ...int64) {
		t.Helper()
		got := search(t, db, repository.ProjectSearch{Words: words, Limit: 1})
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
		if n, capped, err := db.CountProjects(ctx, repository.ProjectSearch{Words: words}); n != len(want) || capped || err != nil {
			t.Errorf("%q: counted %d, %v, %v", words, n, capped, err)
		}
	}
	check("光伏", 11)
	check("光", 13, 11)
	check("电站 光", 13, 11)
	check("１００ｍｗ", 11)
	check("人民路", 13, 12)
	check("机构1", 13, 12, 11)
	check("城东区", 13, 12)
	check("2603-630202-04-00-110001", 11)
	check("26036302020400110001", 11)
	check("电站光伏")
	check("光伏电 伏尔泰")
	check("%")
	check("", 13, 12, 11)

	searched{"海东100MW风电场", "", "", "630202", 1}.insert(t, db, 11)
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		return tx.Enqueue(ctx, domain.Outgoing{Topic: domain.TopicSearch, Payload: repository.SearchMessage{ProjectID: 99}}) // gone meanwhile
	})
	if _, err := db.DrainOutbox(ctx); err != nil {
		t.Fatal(err)
	}
	check("光伏")
	check("风电场", 11)

	area := func(area string, want ...int64) {
		t.Helper()
		if got := search(t, db, repository.ProjectSearch{Area: area, Words: "机构", Limit: 20}); !slices.Equal(got, want) {
			t.Errorf("area %s: %v, want %v", area, got, want)
		}
	}
	area("630000", 13, 12, 11)
	area("630200", 11)
	area("630102", 13, 12)
	if got := search(t, db, repository.ProjectSearch{Words: "机构", Route: "核准"}); len(got) > 0 {
		t.Errorf("route: %v", got)
	}
	if got := search(t, db, repository.ProjectSearch{Words: "机构", States: []string{"accepted", "filed"}, Limit: 2}); len(got) != 3 {
		t.Errorf("states: %v", got)
	}
}

// Ensure the search finds exactly what contains the word, whatever the window and the index do with it.
func TestSearchExact(t *testing.T) {
	t.Parallel()
	db := repotest.Open(t, outboxNow)
	insertOrganization(t, db, 1, "unit", "", "630102")
	names := map[int64]string{}
	letters := rapid.SampledFrom([]rune("光伏电a站"))
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		for id := int64(1); id <= 6000; id++ { // more than the window
			names[id] = rapid.StringOfN(letters, 3, 8, -1).Example(int(id))
			if id == 5 {
				names[id] = "稀有词"
			}
		}
		err := tx.Exec(ctx, `
			INSERT INTO projects (id, prefecture, version, code, state, route, name, region, authority_region, industry, owner_id, facts, life, created_by, created_at, updated_at)
			SELECT i, '630100', 1, lpad(CAST(i AS text), 20, '9'), 'filed', '备案', n, '630102', '630102', '44', 1, '{}', '{}', 1, $2, $2
			FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS u(n, i)`, ordered(names), tx.Now())
		if err != nil {
			return err
		}
		for id := range names {
			if err := tx.Enqueue(ctx, domain.Outgoing{Topic: domain.TopicSearch, Payload: repository.SearchMessage{ProjectID: id}}); err != nil {
				return err
			}
		}
		return nil
	})
	if n, err := db.DrainOutbox(context.Background()); n != len(names) || err != nil {
		t.Fatal(n, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(letters, 1, 5, -1).Draw(t, "word")
		if rapid.Bool().Draw(t, "rare") {
			word = rapid.SampledFrom([]string{"稀有", "稀有词", "有词", "词"}).Draw(t, "word")
		}
		var want []int64
		for id := int64(len(names)); id > 0; id-- {
			if strings.Contains(names[id], word) {
				want = append(want, id)
			}
		}
		got := search(t, db, repository.ProjectSearch{Words: word, Limit: 100})
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %d found, want %d", word, len(got), len(want))
		}
		n, capped, err := db.CountProjects(context.Background(), repository.ProjectSearch{Words: word})
		if err != nil || n != min(len(want), 1000) || capped != (len(want) > 1000) {
			t.Fatalf("%q: counted %d, %v, %v, want %d", word, n, capped, err, len(want))
		}
	})
}

func ordered(names map[int64]string) []string {
	out := make([]string, len(names))
	for id, n := range names {
		out[id-1] = n
	}
	return out
}
