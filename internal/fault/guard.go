package fault

import "runtime/debug"

// Guard calls work and turns a panic in it into an Internal fault that carries the
// stack for the log. A panic that leaves a goroutine ends the whole process, and no
// caller can recover it: so a goroutine that works on what a stranger sent must
// begin with Guard (or be started by package parallel, which does).
func Guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = Newf(Internal, "panic: %v\n%s", p, debug.Stack())
		}
	}()
	return work()
}
