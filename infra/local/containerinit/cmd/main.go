// Command cmd is what a function's container runs first; see infra/local/containerinit.
package main

import (
	"log"
	"net"

	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/infra/local/containerinit"
)

func main() {
	s, err := env.ParseAs[containerinit.Settings]()
	if err != nil {
		log.Fatal(err)
	}
	s.Program = "/var/task/bootstrap"
	l, err := net.Listen("tcp", containerinit.Port) //nolint:noctx // at once
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(containerinit.Run(s, l))
}
