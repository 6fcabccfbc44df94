//go:build !linux

package stores

import (
	"os"
	"syscall"
)

// Elsewhere nothing ends the servers with a killed launcher, so they are not
// started at all: set DATABASE_URL and REDIS_URL to servers of your own.

const temporaryPrefix = "qhtz-stores-"

type account struct{}

func platform() error {
	return &Error{Kind: ErrPlatform, Text: "内置的 PostgreSQL 与 Redis 只支持 Linux：请设置 DATABASE_URL 和 REDIS_URL。" +
		" / The embedded PostgreSQL and Redis need Linux: set DATABASE_URL and REDIS_URL."}
}

func lockDir(string) (*os.File, error)                               { return nil, platform() }
func runAs(string) (account, error)                                  { return account{}, platform() }
func makeOwnedDir(string, account) error                             { return platform() }
func noteHolder(*os.File, int) error                                 { return platform() }
func processAttributes(account, syscall.Signal) *syscall.SysProcAttr { return nil }
func isPrivate(string) bool                                          { return false }
func sweepTemporary()                                                {}
func (c *child) takeHold() (*os.File, error)                         { return nil, platform() }
