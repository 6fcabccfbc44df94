package project

import (
	"qhtz/domain/catalogue"
	"qhtz/domain/notice"
)

// What a unit's credit means for its projects (CRED-9).

// mark flags the project of a unit on the blacklist: for key supervision, or, where it is applied for, for enhanced review.
// A filing stays a filing like any other, unless the policy sends it to a person.
func (c *command) mark(data *EventData) {
	data.Flags = []string{"CRED-9"}
	if data.Route == RouteFiling && c.book.Policy(c.at).Content[catalogue.ListedFiling] == 1 {
		data.Reasons = append(data.Reasons, Reason{Rule: "CRED-9", Code: "listed_unit", Text: "项目单位已列入黑名单，备案须由人员审查。"})
	}
}

// green reports whether the unit is of good standing now.
func (c *command) green() (bool, error) {
	credit, err := c.tx.CreditOf(c.ctx, c.p.Owner.ID, c.at)
	return credit.Green, err
}

func (c *command) tellListedUnit() error {
	return c.tell(notice.ListedUnitMessage(c.about(), c.at, c.p.Life.Route))
}
