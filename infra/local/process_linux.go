package local

import "syscall"

// attributes give a child a process group of its own, and SIGTERM when this
// process dies without having stopped it: the local AWS then still saves its state.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
