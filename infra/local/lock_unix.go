//go:build unix

package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lockFile takes a lock that ends with the file or with this process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}

// holdPorts waits until nobody else of this user is between choosing a port and
// listening on it. Without it, two runs that start together choose the same one
// and each takes the other's local AWS for its own.
func holdPorts(ctx context.Context) (release func(), err error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("nanococoa-ports-%d.lock", os.Getuid()))
	for {
		if f, err := lockFile(path); err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for another run to start: %w", context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
