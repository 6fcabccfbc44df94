package main

import (
	"os/exec"
	"syscall"
)

// dieWithTests lets a process not outlive the tests, however they end.
func dieWithTests(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
