//go:build unix && !linux

package local

import "syscall"

// attributes give a child a process group of its own. Only Linux can tie its
// life to ours as well.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
