package namespace

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"unsafe"
)

// Enter runs this program again, with its arguments and environment, in namespaces of its own and waits for its end.
// again is true where that happened: the caller ends with the code. In the namespaces, where the program is process 1,
// it prepares them, and again is false: the caller goes on.
//
// Connections to 127.0.0.1 outside, to any of the ports, are passed on to the same port inside.
func Enter(ports ...int) (code int, again bool, err error) {
	if os.Getpid() == 1 {
		return 0, false, prepare(ports)
	}
	if os.Geteuid() != 0 {
		return 1, true, errors.New("namespaces of processes and networks need root")
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...) //nolint:gosec,noctx // this very program; it ends by signal
	cmd.Args[0] = os.Args[0]
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	for _, port := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)) //nolint:noctx // at once
		if err != nil {
			return 1, true, fmt.Errorf("port %d: %w", port, err)
		}
		defer l.Close()
		f, err := l.(*net.TCPListener).File() //nolint:forcetypeassert // it listens to TCP
		if err != nil {
			return 1, true, fmt.Errorf("port %d: %w", port, err)
		}
		defer f.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
		// A group of its own, so that Ctrl-C comes once, from here; and an end with this program's.
		Setpgid: true, Pdeathsig: syscall.SIGKILL,
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	if err := cmd.Start(); err != nil {
		return 1, true, fmt.Errorf("make namespaces: %w", err)
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	err = cmd.Wait()
	removeCgroups()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), true, nil
	}
	return 0, true, err
}

// removeCgroups removes the groups of containers that are gone. One that is still in use stays.
func removeCgroups() {
	found, _ := filepath.Glob("/sys/fs/cgroup/*/" + Cgroup) // it is a good pattern
	for _, group := range append(found, "/sys/fs/cgroup/"+Cgroup) {
		var inner []string
		_ = filepath.WalkDir(group, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				inner = append(inner, path)
			}
			return nil
		})
		for _, path := range slices.Backward(inner) {
			_ = syscall.Rmdir(path)
		}
	}
}

// prepare makes the namespaces fit to live in: their own processes in /proc, an empty /run, which is where a Docker
// daemon has its socket, an /etc where what is written is gone afterwards (Docker keeps a key there), and a loopback
// that is up.
func prepare(ports []int) error {
	const written, work = "/run/etc", "/run/etc.work"
	for _, m := range []struct {
		source, target, kind string
		flags                uintptr
		data                 string
	}{
		{"", "/", "", syscall.MS_REC | syscall.MS_PRIVATE, ""},
		{"proc", "/proc", "proc", syscall.MS_NOSUID | syscall.MS_NOEXEC | syscall.MS_NODEV, ""},
		{"tmpfs", "/run", "tmpfs", syscall.MS_NOSUID | syscall.MS_NODEV, ""},
		{"overlay", "/etc", "overlay", 0, "lowerdir=/etc,upperdir=" + written + ",workdir=" + work},
	} {
		if m.kind == "overlay" {
			if err := errors.Join(os.Mkdir(written, 0o755), os.Mkdir(work, 0o700)); err != nil {
				return err
			}
		}
		if err := syscall.Mount(m.source, m.target, m.kind, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.target, err)
		}
	}
	if err := up("lo"); err != nil {
		return fmt.Errorf("the loopback: %w", err)
	}
	for i, port := range ports {
		f := os.NewFile(uintptr(3+i), "listener") // the first after standard error
		l, err := net.FileListener(f)
		if err != nil {
			return fmt.Errorf("port %d: %w", port, err)
		}
		syscall.CloseOnExec(3 + i)
		_ = f.Close() // FileListener has a copy
		go forward(l, "127.0.0.1:"+strconv.Itoa(port))
	}
	return nil
}

// up brings a network interface up (netdevice(7)).
func up(name string) error {
	s, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(s)
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte // the rest of a struct ifreq
	}
	copy(request.name[:], name)
	request.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(s), syscall.SIOCSIFFLAGS,
		uintptr(unsafe.Pointer(&request))) //nolint:gosec // as the kernel wants it
	if errno != 0 {
		return errno
	}
	return nil
}
