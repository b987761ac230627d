// Package namespace runs this program once more where it is alone: with processes, mounts and a network of its own.
// What it starts there, a Docker daemon and its containers among it, ends with it, however it ends, and leaves neither
// interfaces nor mounts behind. Linux, and root there.
package namespace

import (
	"io"
	"net"
)

// Cgroup is the group of processes under which a Docker daemon in the namespaces puts its containers; Enter removes it.
const Cgroup = "nanococoa"

// forward passes connections of a listener on to an address until the listener is closed.
func forward(l net.Listener, to string) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer from.Close()
			c, err := net.Dial("tcp", to) //nolint:noctx // to this machine, at once
			if err != nil {
				return // as if nobody listened
			}
			defer c.Close()
			go func() { _, _ = io.Copy(c, from) }()
			_, _ = io.Copy(from, c)
		}()
	}
}
