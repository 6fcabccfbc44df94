package main

import (
	"context"
	"net"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const (
	composeFile  = "../../docker-compose.yml"
	dockerFile   = "../../Dockerfile"
	testPassword = "from-the-environment"
)

// loadCompose reads docker-compose.yml as docker compose does, with env as the
// whole environment.
func loadCompose(env ...string) (*types.Project, error) {
	ctx := context.Background()
	opts, err := cli.NewProjectOptions([]string{composeFile}, cli.WithEnv(env))
	if err != nil {
		return nil, err
	}
	return opts.LoadProject(ctx)
}

func loadedCompose(t *testing.T) *types.Project {
	t.Helper()
	project, err := loadCompose("POSTGRES_PASSWORD="+testPassword, "REDIS_PASSWORD="+testPassword, "QHTZ_BASE_URL=https://tz.example")
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// configKeys lists the environment variables that Config reads.
func configKeys(t reflect.Type, prefix string) []string {
	var keys []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		if name != "" {
			keys = append(keys, prefix+name)
		} else if field.Type.Kind() == reflect.Struct {
			keys = append(keys, configKeys(field.Type, prefix+field.Tag.Get("envPrefix"))...)
		}
	}
	return keys
}

// checkCommand fails unless the binary has the sub-command args[0] and each
// --flag that follows.
func checkCommand(t *testing.T, where string, args []string) {
	t.Helper()
	parser, err := kong.New(&CLI{}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	if len(args) == 0 {
		t.Errorf("%s: no command", where)
		return
	}
	i := slices.IndexFunc(parser.Model.Children, func(n *kong.Node) bool { return n.Name == args[0] })
	if i < 0 {
		t.Errorf("%s: the binary has no command %q", where, args[0])
		return
	}
	for _, arg := range args[1:] {
		flag, isFlag := strings.CutPrefix(arg, "--")
		known := slices.ContainsFunc(parser.Model.Children[i].Flags, func(f *kong.Flag) bool { return f.Name == flag })
		if isFlag && !known {
			t.Errorf("%s: %s has no flag %s", where, args[0], arg)
		}
	}
}

func TestComposeServices(t *testing.T) {
	t.Parallel()
	project := loadedCompose(t)
	want := map[string]struct {
		image    string // prefix
		replicas int
		once     bool // runs to its end
		waitsFor map[string]string
	}{
		"postgres": {image: "postgres:15", replicas: 1},
		"redis":    {image: "redis:7", replicas: 1},
		"migrate":  {image: "qhtz:", replicas: 1, once: true, waitsFor: map[string]string{"postgres": types.ServiceConditionHealthy}},
		"serve1":   {image: "qhtz:", replicas: 1, waitsFor: afterMigrate},
		"serve2":   {image: "qhtz:", replicas: 1, waitsFor: afterMigrate},
		"worker":   {image: "qhtz:", replicas: 2, waitsFor: afterMigrate},
	}
	for name, service := range project.Services {
		w, known := want[name]
		if !known {
			t.Errorf("unexpected service %s", name)
			continue
		}
		delete(want, name)
		if !strings.HasPrefix(service.Image, w.image) {
			t.Errorf("%s: image %s", name, service.Image)
		}
		if got := service.GetScale(); got != w.replicas {
			t.Errorf("%s: %d replicas, want %d", name, got, w.replicas)
		}
		waits := map[string]string{}
		for on, dependency := range service.DependsOn {
			waits[on] = dependency.Condition
		}
		if len(waits)+len(w.waitsFor) > 0 && !reflect.DeepEqual(waits, w.waitsFor) {
			t.Errorf("%s waits for %v, want %v", name, waits, w.waitsFor)
		}
		checked := service.HealthCheck != nil && !service.HealthCheck.Disable && len(service.HealthCheck.Test) > 1
		if checked == w.once {
			t.Errorf("%s: health check %v", name, checked)
		}
		if restarts := service.Restart == types.RestartPolicyUnlessStopped; restarts == w.once {
			t.Errorf("%s: restart %q", name, service.Restart)
		}
	}
	for name := range want {
		t.Errorf("service %s is missing", name)
	}
}

var afterMigrate = map[string]string{
	"postgres": types.ServiceConditionHealthy,
	"redis":    types.ServiceConditionHealthy,
	"migrate":  types.ServiceConditionCompletedSuccessfully,
}

func TestComposePlatformMatchesBinary(t *testing.T) {
	t.Parallel()
	project := loadedCompose(t)
	keys := configKeys(reflect.TypeFor[Config](), "")
	var published []string
	for name, service := range project.Services {
		if !strings.HasPrefix(service.Image, "qhtz:") {
			continue
		}
		checkCommand(t, name, service.Command)
		env := map[string]string{}
		for key, value := range service.Environment {
			if !slices.Contains(keys, key) {
				t.Errorf("%s sets %s, which the binary does not read (%v)", name, key, keys)
			}
			if value != nil {
				env[key] = *value
			}
		}
		if env["QHTZ_ENV"] != "production" {
			t.Errorf("%s: QHTZ_ENV = %q", name, env["QHTZ_ENV"])
		}
		for key, prefix := range map[string]string{
			"DATABASE_URL": "postgres://qhtz:" + testPassword + "@postgres:5432/qhtz?",
			"REDIS_URL":    "redis://:" + testPassword + "@redis:6379/",
		} {
			if !strings.HasPrefix(env[key], prefix) {
				t.Errorf("%s: %s = %q", name, key, env[key])
			}
		}
		_, port, err := net.SplitHostPort(env["QHTZ_ADDR"])
		if err != nil {
			t.Errorf("%s: QHTZ_ADDR: %v", name, err)
		}
		if check := service.HealthCheck; check != nil && !check.Disable {
			checkProbe(t, name, check.Test, port)
			if check.Test[2] != service.Command[0] {
				t.Errorf("%s runs %s and probes %s", name, service.Command[0], check.Test[2])
			}
		}
		for _, p := range service.Ports {
			if p.HostIP != "127.0.0.1" || port != "8080" || p.Target != 8080 {
				t.Errorf("%s publishes %s:%s to %d; QHTZ_ADDR has %s", name, p.HostIP, p.Published, p.Target, port)
			}
			published = append(published, p.Published)
		}
	}
	slices.Sort(published)
	if want := []string{"8081", "8082"}; !slices.Equal(published, want) {
		t.Errorf("published ports %v, want %v", published, want)
	}
}

// checkProbe wants [CMD /qhtz serve --probe http://127.0.0.1:<port>/readyz].
func checkProbe(t *testing.T, where string, test []string, port string) {
	t.Helper()
	if len(test) != 5 || test[0] != "CMD" || test[1] != "/qhtz" || test[3] != "--probe" ||
		test[4] != "http://127.0.0.1:"+port+"/readyz" {
		t.Fatalf("%s: health check %q", where, test)
	}
	checkCommand(t, where+" health check", test[2:])
}

// The deadline index must be kept on disk and never evicted.
func TestComposeRedisKeepsDeadlines(t *testing.T) {
	t.Parallel()
	command := loadedCompose(t).Services["redis"].Command
	for flag, want := range map[string]string{
		"--appendonly": "yes", "--appendfsync": "everysec", "--maxmemory-policy": "noeviction", "--requirepass": testPassword,
	} {
		i := slices.Index(command, flag)
		if i < 0 || i+1 >= len(command) || command[i+1] != want {
			t.Errorf("redis: %s is not %s in %q", flag, want, command)
		}
	}
}

func TestComposeHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	for _, env := range [][]string{nil, {"POSTGRES_PASSWORD=x"}, {"REDIS_PASSWORD=x"}, {"POSTGRES_PASSWORD=", "REDIS_PASSWORD=x"}} {
		if _, err := loadCompose(env...); err == nil || !strings.Contains(err.Error(), "_PASSWORD") {
			t.Errorf("loads with %q only: %v", env, err)
		}
	}
	text, err := os.ReadFile(composeFile)
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`(?i)((password|secret|token|requirepass|auth)\s*:\s*[^$\s]|://[^\s:/]*:[^$\s][^\s]*@)`)
	variable := regexp.MustCompile(`\$\{[^}]*\}`)
	for i, line := range strings.Split(variable.ReplaceAllString(string(text), "$$"), "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") && literal.MatchString(line) {
			t.Errorf("line %d holds a secret: %s", i+1, line)
		}
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(dockerFile)
	if err != nil {
		t.Fatal(err)
	}
	joined := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(string(text), " ")
	_, final, _ := strings.Cut(joined, "\nFROM scratch\n")
	instruction := func(name string) string {
		m := regexp.MustCompile(`(?m)^` + name + `\s+(.*)$`).FindStringSubmatch(final)
		if m == nil {
			t.Fatalf("the final stage has no %s", name)
		}
		return m[1]
	}
	if !strings.Contains(joined, "CGO_ENABLED=0 go build") || !strings.Contains(joined, "-o /out/qhtz ./cmd/qhtz") {
		t.Error("the build is not a static one of ./cmd/qhtz")
	}
	if user := instruction("USER"); !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		t.Errorf("USER %s: a number other than 0 is what a cluster can check", user)
	}
	if entry := instruction("ENTRYPOINT"); entry != `["/qhtz"]` {
		t.Errorf("ENTRYPOINT %s", entry)
	}
	checkCommand(t, "CMD", quoted(instruction("CMD")))
	_, check, _ := strings.Cut(instruction("HEALTHCHECK"), "CMD ")
	checkProbe(t, "Dockerfile", append([]string{"CMD"}, quoted(check)...), "8080")
	keys := configKeys(reflect.TypeFor[Config](), "")
	for pair := range strings.FieldsSeq(instruction("ENV")) {
		if key, _, _ := strings.Cut(pair, "="); !slices.Contains(keys, key) {
			t.Errorf("ENV sets %s, which the binary does not read", key)
		}
	}
}

// quoted reads the words of a JSON array of plain strings.
func quoted(array string) []string {
	var words []string
	for _, m := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(array, -1) {
		words = append(words, m[1])
	}
	return words
}
