// Package parallel starts the goroutines that decode, scale and draw pictures. It
// is the one place that does, because what they work on comes from strangers: a
// panic in any of them is a fault for the one caller and never ends the process.
package parallel

import (
	"sync"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// Run calls work for 0..n-1, each in a goroutine of its own, and waits for all of
// them. It gives the error of the lowest number that has one; a panic is
// fault.Internal with the stack.
func Run(n int, work func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = fault.Guard(func() error { return work(i) }) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
