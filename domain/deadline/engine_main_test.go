package deadline_test

import (
	"testing"

	"qhtz/repository/repotest"
)

func TestMain(m *testing.M) { repotest.Main(m) }
