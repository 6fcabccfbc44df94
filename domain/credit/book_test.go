package credit

import (
	"io/fs"
	"sync"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/migrations"
)

// seededCalendar is the calendar of the seed; it is immutable, so all tests share it.
var seededCalendar = sync.OnceValues(func() (*calendar.Calendar, error) {
	var f fs.File
	f, err := migrations.Seed.Open("seed/calendar-days.csv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := calendar.ReadCSV(f)
	if err != nil {
		return nil, err
	}
	var years []calendar.Notice
	for y := 2016; y <= 2026; y++ {
		years = append(years, calendar.Notice{Year: y})
	}
	return calendar.New(entries, years, 1)
})

// seededBook is the rules' reading with the seeded calendar, parameters and legal basis.
func seededBook(t testing.TB) catalogue.Book {
	t.Helper()
	cal, err := seededCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue.Book{Calendar: cal, Library: &catalogue.Library{Version: 1,
		Policies: catalogue.Editions[catalogue.Parameters]{{Version: 1, Content: catalogue.DefaultParameters}},
		Bases:    catalogue.Editions[catalogue.LegalBases]{{Version: 1, Content: catalogue.DefaultBases}}}}
}

// on reads an instant of civil time: "2026-03-02 10:00", seconds and their parts if need be; a day alone is its 00:00.
func on(s string) time.Time {
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05.999999"} {
		if at, err := time.ParseInLocation(layout, s, calendar.Zone); err == nil {
			return at
		}
	}
	panic("no instant: " + s)
}

const (
	ownUSCC     = "91630000MA7CRED1TP"
	ownCode     = "26016301020401123452"
	foreignCode = "26016301020401543215"
)

var (
	ourUnit  = domain.Organization{ID: 500, Name: "河湟建设有限公司", USCC: ownUSCC, Kind: domain.OrgUnit, Region: "630102"}
	bureau   = domain.Organization{ID: 900, Name: "省监管局", Kind: domain.OrgRegulator, Region: "630000"}
	theUnit  = domain.Actor{ID: 21, Name: "经办人", Roles: []domain.Role{domain.RoleOwner}, Organization: ourUnit}
	stranger = domain.Actor{ID: 22, Name: "他人", Roles: []domain.Role{domain.RoleOwner}, Organization: domain.Organization{ID: 501, Kind: domain.OrgUnit, Region: "630102"}}
	first    = regulator(11)
	second   = regulator(12)
	third    = regulator(13)
)

func regulator(id int64) domain.Actor {
	return domain.Actor{ID: id, Name: "监管人员", Roles: []domain.Role{domain.RoleRegulator}, Organization: bureau}
}
