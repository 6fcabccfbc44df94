package domain

// RegionLevel is the level of an authority as its division code shows it (CODE-2).
type RegionLevel string

// The levels.
const (
	LevelProvince   RegionLevel = "province"
	LevelPrefecture RegionLevel = "prefecture"
	LevelCounty     RegionLevel = "county"
)

// LevelOf reads the level off a six-digit division code: xx0000, xxxx00, else county.
func LevelOf(region string) RegionLevel {
	switch {
	case len(region) != 6:
		return LevelCounty
	case region[2:] == "0000":
		return LevelProvince
	case region[4:] == "00":
		return LevelPrefecture
	}
	return LevelCounty
}

// PrefectureOf gives the prefecture a region lies in (itself for a prefecture or province).
func PrefectureOf(region string) string {
	if len(region) != 6 || LevelOf(region) == LevelProvince {
		return region
	}
	return region[:4] + "00"
}

// ParentRegion gives the next level up, and false at the top.
func ParentRegion(region string) (string, bool) {
	if len(region) != 6 {
		return "", false
	}
	switch LevelOf(region) {
	case LevelCounty:
		return region[:4] + "00", true
	case LevelPrefecture:
		return region[:2] + "0000", true
	}
	return "", false
}

// Within reports whether region is area or lies in it.
func Within(region, area string) bool {
	if len(region) != 6 || len(area) != 6 {
		return false
	}
	switch LevelOf(area) {
	case LevelProvince:
		return region[:2] == area[:2]
	case LevelPrefecture:
		return region[:4] == area[:4]
	}
	return region == area
}
