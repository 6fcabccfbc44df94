package calendar

import "time"

// The names of the statutory festivals.
const (
	nameNewYear   = "元旦"
	nameSpring    = "春节"
	nameQingming  = "清明节"
	nameLabour    = "劳动节"
	nameDragon    = "端午节"
	nameMidAutumn = "中秋节"
	nameNational  = "国庆节"
)

// movingFestivals holds the dates that follow moon and sun, as month*100+day.
type movingFestivals struct {
	spring, qingming, dragon, midAutumn uint16
}

func monthDay(year int, md uint16) Date { return NewDate(year, time.Month(md/100), int(md%100)) }

// lawFestivals returns the days off that the festival law itself fixes for the
// year, in the version then in force, without what a notice adds by shifting
// weekends (CAL-1). Two festivals on one day share one entry. Only the years
// firstFestivalYear–lastFestivalYear are known; outside them only weekends are
// free.
func lawFestivals(year int) []Entry {
	t := movingTable[year-firstFestivalYear]
	var days []Entry
	add := func(name string, first Date, n int) {
		for d := first; d < first.AddDays(n); d++ {
			days = addFestival(days, Entry{Date: d, Kind: KindHoliday, Name: name})
		}
	}
	springEve, springDays, labourDays := springRule(year)
	add(nameNewYear, NewDate(year, 1, 1), 1)
	add(nameSpring, monthDay(year, t.spring).AddDays(-springEve), springDays)
	add(nameQingming, monthDay(year, t.qingming), 1)
	add(nameLabour, NewDate(year, 5, 1), labourDays)
	add(nameDragon, monthDay(year, t.dragon), 1)
	add(nameMidAutumn, monthDay(year, t.midAutumn), 1)
	add(nameNational, NewDate(year, 10, 1), 3)
	return days
}

// springRule returns how many days before the lunar New Year the Spring
// Festival begins, how many days it has, and how many days Labour Day has:
// until 2013 the eve and two days, 2014–2024 three days without the eve, since
// 2025 the eve and three days, with a second day of May.
func springRule(year int) (eve, days, labour int) {
	switch {
	case year >= 2025:
		return 1, 4, 2
	case year >= 2014:
		return 0, 3, 1
	default:
		return 1, 3, 1
	}
}

func addFestival(days []Entry, e Entry) []Entry {
	for i := range days {
		if days[i].Date == e.Date {
			days[i].Name += "、" + e.Name
			return days
		}
	}
	return append(days, e)
}
