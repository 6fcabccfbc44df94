package catalogue

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"qhtz/domain/calendar"
)

// readCSV gives each line of a CSV with a header as column → value; errors name the line and what is missing.
func readCSV(r io.Reader, columns ...string) ([]map[string]string, error) {
	c := csv.NewReader(r)
	header, err := c.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	for _, col := range columns {
		if !slices.Contains(header, col) {
			return nil, fmt.Errorf("column %s is missing", col)
		}
	}
	var rows []map[string]string
	for line := 2; ; line++ {
		rec, err := c.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		row := map[string]string{}
		for i, h := range header {
			row[h] = strings.TrimSpace(rec[i])
		}
		rows = append(rows, row)
	}
}

func list(s, sep string) []string {
	var out []string
	for part := range strings.SplitSeq(s, sep) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// ReadRegions reads regions.csv.
func ReadRegions(r io.Reader) (Regions, error) {
	rows, err := readCSV(r, "code", "name", "parent", "level", "valid_from", "valid_to")
	var out Regions
	for _, m := range rows {
		out = append(out, Region{Code: m["code"], Name: m["name"], Parent: m["parent"], Level: m["level"], From: m["valid_from"], To: m["valid_to"]})
	}
	return out, err
}

// ReadIndustries reads the GB/T 4754 table; letters (门类) are left out, since codes of projects are digits.
func ReadIndustries(r io.Reader) (Industries, error) {
	rows, err := readCSV(r, "code", "name")
	var out Industries
	for _, m := range rows {
		if m["code"] != "" && m["code"][0] <= '9' {
			out = append(out, Industry{Code: m["code"], Name: m["name"]})
		}
	}
	return out, err
}

// ReadSurplus reads surplus-industries.csv.
func ReadSurplus(r io.Reader) (Surplus, error) {
	rows, err := readCSV(r, "industry_code", "keywords", "what", "rule", "basis")
	var out Surplus
	for _, m := range rows {
		out = append(out, SurplusIndustry{Industry: m["industry_code"], Keywords: list(m["keywords"], "|"), What: m["what"], Rules: list(m["rule"], ";"), Basis: m["basis"]})
	}
	return out, err
}

// ReadApprovals reads approval-catalogue.csv.
func ReadApprovals(r io.Reader) (ApprovalCatalogue, error) {
	rows, err := readCSV(r, "sector", "what", "industry", "threshold", "authority", "note")
	var out ApprovalCatalogue
	for _, m := range rows {
		out = append(out, ApprovalEntry{Sector: m["sector"], What: m["what"], Industries: list(m["industry"], ";"), Threshold: m["threshold"], Authority: m["authority"], Note: m["note"]})
	}
	return out, err
}

// ReadItems reads approval-items.csv.
func ReadItems(r io.Reader) (Items, error) {
	rows, err := readCSV(r, "code", "stage", "name", "department", "routes", "needed_when", "needed_before", "limit", "unit", "extend_by", "steps", "prerequisites", "result_name")
	if err != nil {
		return nil, err
	}
	var out Items
	for i, m := range rows {
		it := Item{Code: m["code"], Stage: m["stage"], Name: m["name"], Department: m["department"], Routes: list(m["routes"], ";"),
			NeededWhen: m["needed_when"], NeededBefore: list(m["needed_before"], ";"), Prerequisites: list(m["prerequisites"], ";"),
			Result: m["result_name"], Confidence: m["confidence"], Basis: m["basis"]}
		numbers := []*int{&it.Limit.N, &it.ExtendBy, &it.Steps}
		for k, col := range []string{"limit", "extend_by", "steps"} {
			if *numbers[k], err = strconv.Atoi(m[col]); err != nil {
				return nil, fmt.Errorf("line %d, column %s: %q is no number", i+2, col, m[col])
			}
		}
		switch m["unit"] {
		case "wd":
			it.Limit.Unit = calendar.WorkingDays
		case "d":
			it.Limit.Unit = calendar.NaturalDays
		default:
			return nil, fmt.Errorf("line %d, column unit: %q is neither wd nor d", i+2, m["unit"])
		}
		out = append(out, it)
	}
	return out, nil
}
