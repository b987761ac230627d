// Command cmd is what a function's container runs first; see infra/local/containerinit.
package main

import (
	"log"

	"github.com/caarlos0/env/v11"

	"github.com/nanococoa/nanococoa/infra/local/containerinit"
)

func main() {
	s, err := env.ParseAs[containerinit.Settings]()
	if err != nil {
		log.Fatal(err)
	}
	s.Listen, s.Program = containerinit.Port, "/var/task/bootstrap"
	log.Fatal(containerinit.Run(s))
}
