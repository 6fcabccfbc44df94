package competence

import "qhtz/domain"

// RegionChain is the region and those above it, lowest first; empty for what is no six-digit code, as a draft may hold.
func RegionChain(region string) []string {
	if len(region) != 6 {
		return []string{}
	}
	chain := []string{region}
	for up, ok := domain.ParentRegion(region); ok; up, ok = domain.ParentRegion(up) {
		chain = append(chain, up)
	}
	return chain
}

// Competent finds the department of a kind that is competent for a region: its own, and where there is none the next
// level's up (FILE-13). If there is none at all it is a domain.NotFound error.
func Competent(orgs []domain.Organization, region, department string) (domain.Organization, error) {
	for _, r := range RegionChain(region) {
		for _, o := range orgs {
			if o.Kind == domain.OrgDepartment && o.Department == department && o.Region == r {
				return o, nil
			}
		}
	}
	return domain.Organization{}, domain.Refuse(domain.NotFound, "no_authority", "FILE-13", "该地区及其上级都没有登记"+department+"部门，无法受理。")
}
