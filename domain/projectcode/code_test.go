package projectcode

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type vector struct {
	code   string
	valid  bool
	scheme Scheme
}

func vectors(t testing.TB) []vector {
	t.Helper()
	f, err := os.Open("testdata/project-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	for _, row := range rows[1:] {
		all = append(all, vector{row[0], row[1] == "true", Scheme(row[2])})
	}
	return all
}

// CODE-2, CODE-3, CODE-4: codes that were published, and ones that fail.
func TestVectors(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	if len(all) < 25 {
		t.Fatalf("only %d vectors", len(all))
	}
	for _, v := range all {
		c, err := Parse(v.code)
		if (err == nil) != v.valid {
			t.Errorf("%s: %v, want valid %v", v.code, err, v.valid)
		}
		if v.valid && (c.String() != v.code || c.Scheme() != v.scheme || c.Digits() != strings.ReplaceAll(v.code, "-", "")) {
			t.Errorf("%s became %s of scheme %s", v.code, c, c.Scheme())
		}
		e := Explain(v.code, Dictionary{})
		if e.Valid != v.valid || e.Scheme != v.scheme || e.Reason == "" || (e.ReasonCode == "") != v.valid {
			t.Errorf("%s explained as %+v", v.code, e)
		}
	}
}

// CODE-4: which check refuses, and that the schemes are told apart.
func TestParseReasons(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want Reason
	}{
		{"", ReasonEmpty}, {" \u3000\u200b\n", ReasonEmpty},
		{strings.Repeat(" ", 257), ReasonTooLong},
		{"2601-411600-04-01-95692x", ReasonCharacter}, {"2601_411600_04_01_956929", ReasonCharacter},
		{"２６０１-411600-04-01-95692九", ReasonCharacter}, {"2601-411600-04-01-95692٩", ReasonCharacter}, {"2601\xff", ReasonCharacter},
		{"2601-411600-04-01-95692", ReasonLength}, {"2601-411600-04-01-9569290", ReasonLength}, {"956929", ReasonLength},
		{"2601-411600-04-01956929", ReasonLayout}, {"2601-411600-0401-956929", ReasonLayout}, {"-26014116000401956929", ReasonLayout},
		{"2601--411600-04-01-956929", ReasonLayout}, {"2601--411600-0401-956929", ReasonLayout}, {"26014-11600-04-01-956929", ReasonLayout}, {"2601-411600-04-01-956 929", ReasonLayout},
		{"2601-411600-04-01-956929-", ReasonLayout}, {"---", ReasonLayout}, {"2601———411600-04-01-956929", ReasonLayout},
		{"2613-630100-04-01-123455", ReasonTime}, {"2600-630100-04-01-123455", ReasonTime}, {"1901-630100-04-01-123455", ReasonTime},
		{"2021-630100-04-01-123455", ReasonTime}, {"2014-630100-04-01-123455", ReasonTime},
		{"2601-901600-04-01-956929", ReasonRegion}, {"2019-051600-01-01-549184", ReasonRegion},
		{"2601-411600-04-06-956929", ReasonType}, {"2601-411600-04-00-956929", ReasonType},
		{"2020-500118-00-03-156700", ReasonIndustry}, {"2020-500118-98-03-156700", ReasonIndustry},
		{"2020-500118-83-09-156700", ReasonRoute}, {"2020-500118-83-00-156700", ReasonRoute},
		{"2607-440300-04-01-000001", ReasonCheck},
	} {
		_, err := Parse(tc.in)
		var e *Error
		if !errors.As(err, &e) || e.Reason != tc.want || e.Detail == "" {
			t.Errorf("%q: %v, want %s", tc.in, err, tc.want)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	c, err := Parse("2110-420118-89-01-577085")
	if err != nil {
		t.Fatal(err)
	}
	if y, m := c.Issued(); y != 2021 || m != 10 || c.Region() != "420118" || c.Department() != "89" || c.TypeCode() != "01" ||
		c.Route() != "" || c.Industry() != "" || c.Prefix() != "21104201188901" {
		t.Errorf("parts of %s: %d %d", c, y, m)
	}
	c, err = Parse("2020-500118-83-03-156700")
	if err != nil {
		t.Fatal(err)
	}
	if y, m := c.Issued(); y != 2020 || m != 0 || c.Region() != "500118" || c.Industry() != "83" || c.Route() != "03" ||
		c.Department() != "" || c.TypeCode() != "" || c.Prefix() != "20205001188303" {
		t.Errorf("parts of %s: %d %d", c, y, m)
	}
	c = "" // a draft has none (CODE-1)
	if y, m := c.Issued(); y+m != 0 || c.String()+c.Region()+c.Prefix()+c.Department()+c.TypeCode()+c.Industry()+c.Route()+string(c.Scheme()) != "" {
		t.Error("an empty code has no parts")
	}
}

func digitsN(n int) *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), n, n, -1)
}

// anyCode draws a valid code of either scheme.
func anyCode(t *rapid.T) Code {
	region := rapid.SampledFrom([]string{"630000", "630100", "630102", "420118", "465104", "000052", "660400"}).Draw(t, "region")
	var c Code
	var err error
	if rapid.Bool().Draw(t, "new") {
		c, err = New2020(rapid.IntRange(2020, 2099).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), region,
			digitsN(2).Draw(t, "department"), rapid.SampledFrom([]string{"01", "02", "03", "04", "05"}).Draw(t, "type"), digitsN(5).Draw(t, "serial"))
	} else {
		c, err = New2017(rapid.IntRange(2015, 2020).Draw(t, "year"), region,
			rapid.SampledFrom([]string{"01", "44", "97"}).Draw(t, "industry"), rapid.SampledFrom([]string{"01", "02", "03"}).Draw(t, "route"), digitsN(6).Draw(t, "serial"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// CODE-2: every written form reads back as the same code.
func TestWrittenForms(t *testing.T) {
	t.Parallel()
	blanks := rapid.StringOfN(rapid.RuneFrom([]rune(" \u3000\u00a0\u200b\ufeff\t\n\u2009")), 0, 4, -1)
	dash := rapid.SampledFrom([]string{"-", "－", "‐", "‑", "–", "—", "——", "―", "−", "﹣", "ー"})
	rapid.Check(t, func(t *rapid.T) {
		c := anyCode(t)
		var b strings.Builder
		hyphens, wide := rapid.Bool().Draw(t, "hyphens"), rapid.Bool().Draw(t, "wide")
		b.WriteString(blanks.Draw(t, "before"))
		for i, segment := range strings.Split(c.String(), "-") {
			if i > 0 {
				b.WriteString(blanks.Draw(t, "left"))
				if hyphens {
					b.WriteString(dash.Draw(t, "dash"))
					b.WriteString(blanks.Draw(t, "right"))
				}
			}
			for _, d := range segment {
				if wide {
					d += '０' - '0'
				}
				b.WriteRune(d)
			}
		}
		b.WriteString(blanks.Draw(t, "after"))
		if got, err := Parse(b.String()); len(b.String()) <= maxInput && (err != nil || got != c) {
			t.Fatalf("%q: %s, %v, want %s", b.String(), got, err, c)
		}
		text, err := json.Marshal(c)
		var back Code
		if err != nil || string(text) != `"`+c.String()+`"` || json.Unmarshal(text, &back) != nil || back != c {
			t.Fatalf("%s as JSON: %s", c, text)
		}
	})
}

// CODE-3: no single wrong digit of a new code passes its check. A change that
// turns it into an old code has no check digit to fail; it must be read as old.
func TestSingleDigitErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := anyCode(t)
		if c.Scheme() == Scheme2017 {
			return
		}
		for i := range len(c) {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(c)
				if wrong[i] == d {
					continue
				}
				wrong[i] = d
				got, err := Parse(string(wrong))
				if err == nil && got.Scheme() == Scheme2020 {
					t.Fatalf("%s passed for %s", got, c)
				}
				if err == nil && i > 3 {
					t.Fatalf("%s became an old code by a change at %d", c, i)
				}
			}
		}
	})
}

func TestCheckDigitRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "260141160004019569", "26014116000401956929", "260141160004019569x"} {
		if _, err := CheckDigit(s); err == nil {
			t.Errorf("%q has a check digit", s)
		}
	}
	if d, err := CheckDigit("2601411600040195692"); err != nil || d != '9' {
		t.Errorf("check digit %c, %v", d, err)
	}
}

// FuzzParse also covers Explain: both agree on every text, and what is read
// is read again the same.
func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.code)
	}
	for _, s := range []string{"", "２６０１－４１１６００－０４－０１－９５６９２９", "2601——411600——04——01——956929", "\u200b2601 411600 04 01 956929", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		e := Explain(s, Dictionary{})
		if e.Valid != (err == nil) || e.Reason == "" {
			t.Fatalf("%q: %v, explained as %+v", s, err, e)
		}
		if err != nil {
			var own *Error
			if !errors.As(err, &own) || own.Reason != e.ReasonCode {
				t.Fatalf("%q: %v, explained as %+v", s, err, e)
			}
			return
		}
		if len(c) != 20 || len(c.String()) != 24 || e.Code != c.String() {
			t.Fatalf("%q: %s", s, c)
		}
		for _, form := range []string{c.Digits(), c.String()} {
			if again, err := Parse(form); err != nil || again != c {
				t.Fatalf("%q: %s, again %s, %v", s, c, again, err)
			}
		}
	})
}
