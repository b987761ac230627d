// Package contract holds tests only: that the Go code, the state machine
// (statemachine/ad.asl.json), template.yaml, alarms, runbooks and docs agree with each
// other. They are offline and cheap, so that a difference shows before anything is
// deployed.
package contract
