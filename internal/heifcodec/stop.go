package heifcodec

import (
	"errors"
	"fmt"
)

// stopName is the name of the global variable that stoppable exports.
const stopName = "stop"

// stoppable adds a global variable to a program in WebAssembly and, at the begin of each
// function and of each turn of a loop, a look at it: once it is not zero, the program traps.
// A program can run for long only by loops and calls, so whoever sets the variable stops it
// at once.
//
// wazero has a way to the same end, WithCloseOnContextDone, which leaves the program for Go
// at the same places. With it decoding took three to five times as long; this costs
// a few hundredths (adr/0026).
//
// It reads the binary format of WebAssembly 2.0 without vectors.
func stoppable(program []byte) ([]byte, error) {
	const header = "\x00asm\x01\x00\x00\x00"
	if len(program) < len(header) || string(program[:len(header)]) != header {
		return nil, errors.New("no program in WebAssembly")
	}
	r := &wasm{b: program[len(header):]}
	type section struct {
		id   byte
		body []byte
	}
	var sections []section
	imported, own := 0, -1 // global variables
	for len(r.b) > 0 && r.err == nil {
		id := r.byte()
		body := r.take(r.uint())
		switch s := (&wasm{b: body}); id {
		case importSection:
			imported = s.importedGlobals()
			r.err = errors.Join(r.err, s.err)
		case globalSection:
			own = s.uint()
			body = withCount(own+1, s.b, i32, mutable, i32Const, 0, end)
		case exportSection:
			n := s.uint()
			entry := append([]byte{byte(len(stopName))}, stopName...)
			entry = append(append(entry, globalExport), leb(imported+own)...)
			body = withCount(n+1, s.b, entry...)
		case codeSection:
			body = s.code(append(append([]byte{globalGet}, leb(imported+own)...), ifThen, noResult, unreachable, end))
			r.err = errors.Join(r.err, s.err)
		}
		sections = append(sections, section{id, body})
	}
	if r.err == nil && own < 0 {
		r.err = errors.New("no global variables") // what comes from LLVM has one at least
	}
	if r.err != nil {
		return nil, fmt.Errorf("program in WebAssembly: %w", r.err)
	}
	out := []byte(header)
	for _, s := range sections {
		out = append(append(append(out, s.id), leb(len(s.body))...), s.body...)
	}
	return out, nil
}

// Of the binary format.
const (
	importSection, globalSection, exportSection, codeSection = 2, 6, 7, 10

	i32, mutable, noResult = 0x7f, 1, 0x40
	globalExport           = 3

	unreachable, loop, ifThen, end, globalGet, i32Const = 0x00, 0x03, 0x04, 0x0b, 0x23, 0x41
)

// withCount makes a vector of n entries of those there are and one more.
func withCount(n int, entries []byte, one ...byte) []byte {
	return append(append(leb(n), entries...), one...)
}

// leb writes a number as LEB128.
func leb(v int) (out []byte) {
	for ; v > 127; v >>= 7 {
		out = append(out, byte(v)|128)
	}
	return append(out, byte(v))
}

// wasm reads the binary format.
type wasm struct {
	b   []byte
	err error
}

func (r *wasm) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.b, r.err = nil, errors.New("cut off")
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *wasm) byte() byte {
	b := r.take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// uint reads an unsigned number of LEB128; of a signed one it only reads past.
func (r *wasm) uint() (v int) {
	for shift := 0; r.err == nil; shift += 7 {
		b := r.byte()
		v |= int(b&127) << min(shift, 63)
		if b < 128 {
			break
		}
	}
	return v
}

// importedGlobals counts the global variables among the imports.
func (r *wasm) importedGlobals() (n int) {
	for k := r.uint(); k > 0 && r.err == nil; k-- {
		r.take(r.uint())
		r.take(r.uint())
		switch r.byte() {
		case 0: // function
			r.uint()
		case 1: // table
			r.byte()
			r.limits()
		case 2: // memory
			r.limits()
		case globalExport:
			n++
			r.take(2)
		}
	}
	return n
}

func (r *wasm) limits() {
	if r.byte()&1 != 0 {
		r.uint()
	}
	r.uint()
}

// code copies the code section with look at the begin of functions and loops.
func (r *wasm) code(look []byte) []byte {
	n := r.uint()
	out := leb(n)
	for ; n > 0 && r.err == nil; n-- {
		f := &wasm{b: r.take(r.uint())}
		whole := f.b
		for k := f.uint(); k > 0 && f.err == nil; k-- { // kinds of local variables
			f.uint()
			f.byte()
		}
		body := append([]byte(nil), whole[:len(whole)-len(f.b)]...)
		body = append(body, look...)
		for len(f.b) > 0 && f.err == nil {
			from := f.b
			op := f.byte()
			f.immediates(op)
			body = append(body, from[:len(from)-len(f.b)]...)
			if op == loop {
				body = append(body, look...)
			}
		}
		r.err = errors.Join(r.err, f.err)
		out = append(append(out, leb(len(body))...), body...)
	}
	return out
}

// immediates reads past what follows the code of an instruction.
func (r *wasm) immediates(op byte) {
	switch {
	case op == 0x02 || op == loop || op == ifThen, // the kind of a block
		op == 0x0c || op == 0x0d || op == 0x10, // br, br_if, call
		op >= 0x20 && op <= 0x26,               // variables and tables
		op == 0x41 || op == 0x42,               // i32.const, i64.const
		op == 0x3f || op == 0x40,               // memory.size, memory.grow
		op == 0xd0 || op == 0xd2:               // ref.null, ref.func
		r.uint()
	case op == 0x0e: // br_table
		for n := r.uint(); n >= 0 && r.err == nil; n-- {
			r.uint()
		}
	case op == 0x11 || op >= 0x28 && op <= 0x3e: // call_indirect, loads and stores
		r.uint()
		r.uint()
	case op == 0x1c: // select of a kind
		r.take(r.uint())
	case op == 0x43:
		r.take(4)
	case op == 0x44:
		r.take(8)
	case op == 0xfc:
		switch sub := r.uint(); {
		case sub <= 7:
		case sub == 8 || sub == 10 || sub == 12 || sub == 14:
			r.uint()
			r.uint()
		case sub <= 17:
			r.uint()
		default:
			r.err = fmt.Errorf("instruction fc %d", sub)
		}
	case op <= 0x01, op == 0x05, op == end, op == 0x0f, op == 0x1a, op == 0x1b, op >= 0x45 && op <= 0xc4, op == 0xd1:
	default:
		r.err = fmt.Errorf("instruction %#x", op)
	}
}
