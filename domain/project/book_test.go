package project

import (
	"io/fs"
	"testing"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/migrations"
)

// seededBook is the rules' reading with the seeded calendar and catalogues, at an instant.
func seededBook(t testing.TB, now time.Time) *catalogue.Book {
	t.Helper()
	lib := &catalogue.Library{Version: 1, Policies: catalogue.Editions[catalogue.Parameters]{{Version: 1, Content: catalogue.DefaultParameters}}}
	open := func(name string) fs.File {
		f, err := migrations.Seed.Open("seed/" + name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	regions, err := catalogue.ReadRegions(open("regions.csv"))
	must(t, err)
	industries, err := catalogue.ReadIndustries(open("industries-gbt4754-2017.csv"))
	must(t, err)
	surplus, err := catalogue.ReadSurplus(open("surplus-industries.csv"))
	must(t, err)
	approvals, err := catalogue.ReadApprovals(open("approval-catalogue.csv"))
	must(t, err)
	items, err := catalogue.ReadItems(open("approval-items.csv"))
	must(t, err)
	lib.Regions = catalogue.Editions[catalogue.Regions]{{Version: 1, Content: regions}}
	lib.Industries = catalogue.Editions[catalogue.Industries]{{Version: 1, Content: industries}}
	lib.Surplus = catalogue.Editions[catalogue.Surplus]{{Version: 1, Content: surplus}}
	lib.Approvals = catalogue.Editions[catalogue.ApprovalCatalogue]{{Version: 1, Content: approvals}}
	lib.Items = catalogue.Editions[catalogue.Items]{{Version: 1, Content: items}}
	lib.Bases = catalogue.Editions[catalogue.LegalBases]{{Version: 1, Content: catalogue.DefaultBases}}
	must(t, lib.Check())
	entries, err := calendar.ReadCSV(open("calendar-days.csv"))
	must(t, err)
	var years []calendar.Notice
	for y := 2016; y <= 2026; y++ {
		years = append(years, calendar.Notice{Year: y})
	}
	cal, err := calendar.New(entries, years, 1)
	must(t, err)
	return &catalogue.Book{Now: now, Calendar: cal, Library: lib}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var monday = time.Date(2026, 1, 5, 9, 0, 0, 0, calendar.Zone)

// complete is a filing with nothing missing and nothing doubtful.
func complete() Facts {
	return Facts{Name: "城东职业学校实训楼", Funding: FundEnterprise, Kind: "01", Nature: "新建", Region: "630102", Site: "昆仑东路1号", Industry: "83",
		Scale: "建筑面积 12000 平方米", Content: "新建实训楼一栋", TotalInvestment: "12500.00", PolicyDeclaration: true}
}
