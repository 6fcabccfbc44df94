# Reads `go test -json` and "exit N" lines. Prints a line per package, the output
# of what failed, and at the end "N passed, N failed". Tests and subtests count
# one each; a package that fails by itself (build, panic, time-out) counts one.
# Exits 1 when anything failed or nothing passed.

function field(name,    at, rest) { # of the current line; values here hold no quotes
  at = index($0, "\"" name "\":\"")
  if (!at) return ""
  rest = substr($0, at + length(name) + 4)
  return substr(rest, 1, index(rest, "\"") - 1)
}

function output(    at, s) { # Output is a JSON string and the last field but FailedBuild
  at = index($0, "\"Output\":\"")
  if (!at) return ""
  s = substr($0, at + 10)
  sub(/"(,"[A-Za-z]+":("[^"]*"|[0-9.]+))*}$/, "", s)
  gsub(/\\\\/, "\001", s)
  gsub(/\\n/, "\n", s); gsub(/\\t/, "\t", s); gsub(/\\r/, "", s); gsub(/\\"/, "\"", s)
  gsub(/\\u003c/, "<", s); gsub(/\\u003e/, ">", s); gsub(/\\u0026/, "\\&", s); gsub(/\\u001b/, "", s)
  gsub(/\001/, "\\", s)
  return s
}

/^exit [0-9]+$/ { if ($2 != 0) badExits++; next }
!/^\{"/ { print; next } # what the go command itself says

{
  action = field("Action"); pkg = field("Package"); test = field("Test")
  if (!pkg) pkg = field("ImportPath")
  key = pkg SUBSEP test
}
action == "output" || action == "build-output" { said[key] = said[key] output(); next }
action == "build-fail" { printf "%s", said[key]; next }
action == "pass" && test != "" { passed++; delete said[key]; next }
action == "skip" && test != "" { skipped++; printf "SKIP %s %s\n", pkg, test; delete said[key]; next }
action == "fail" && test != "" {
  failed++; failedIn[pkg]++
  printf "--- FAIL %s %s\n%s", pkg, test, said[key]
  names = names "  " pkg " " test "\n"
  delete said[key]; next
}
action == "pass" { printf "ok   %s\n", pkg; delete said[key]; next }
action == "skip" { delete said[key]; next } # a package without tests
action == "fail" {
  printf "FAIL %s\n", pkg
  if (!failedIn[pkg]) { # died outside its tests: all it said may matter
    failed++; names = names "  " pkg "\n"
    for (k in said) { split(k, part, SUBSEP); if (part[1] == pkg) { printf "%s", said[k]; delete said[k] } }
  }
  delete said[key]; next
}

END {
  if (badExits && !failed) { failed++; names = names "  go test\n" }
  if (skipped) printf "%d skipped\n", skipped
  if (failed) printf "failed:\n%s", names
  if (!passed && !failed) print "no test ran"
  printf "%d passed, %d failed\n", passed, failed
  exit (failed || !passed) ? 1 : 0
}
