// Package contract holds the tests that what must agree does: the Go code, the
// state machine (statemachine/ad.asl.json), template.yaml and what lies around
// them. It is offline and cheap, so that a drift between them shows before
// anything is deployed. There is nothing here to import.
package contract
