package local

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// ports are where the parts of a deployment listened, kept beside its state: the
// local AWS's port is in the address of every queue that it remembers, and the GPU
// server's is a parameter of what is deployed, so a new one costs a deployment.
type ports struct {
	AWS      int `json:"aws"`
	AIServer int `json:"aiserver"`
}

func (d *Deployment) portsFile() string { return filepath.Join(d.dir, "ports.json") }

// earlierPorts gives the ports of an earlier run; zeros when there was none, or
// when they cannot be read: others are chosen then.
func (d *Deployment) earlierPorts() ports {
	var p ports
	if raw, err := os.ReadFile(d.portsFile()); err == nil {
		_ = json.Unmarshal(raw, &p)
	}
	return p
}

// rememberPorts keeps the ports for the next run.
func (d *Deployment) rememberPorts(p ports) error {
	raw, err := json.Marshal(p)
	if err == nil {
		err = os.WriteFile(d.portsFile(), raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember the ports: %w", err)
	}
	return nil
}

// moveState rewrites the local AWS's saved state for another port. MiniStack knows
// a queue by its address, and one at an address of an earlier port it neither
// finds nor gives to its function.
func moveState(dir string, from, to int) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return fmt.Errorf("find the local AWS's state: %w", err)
	}
	address := func(port int) []byte { return fmt.Appendf(nil, "http://%s:%d/", awsHost, port) }
	for _, f := range files {
		raw, err := os.ReadFile(f) //nolint:gosec // a file of our own state
		if err != nil {
			return fmt.Errorf("read the local AWS's state: %w", err)
		}
		moved := bytes.ReplaceAll(raw, address(from), address(to))
		if bytes.Equal(moved, raw) {
			continue
		}
		if err := os.WriteFile(f, moved, 0o600); err != nil {
			return fmt.Errorf("move the local AWS's state to another port: %w", err)
		}
	}
	return nil
}
