package heifcodec

import (
	"errors"
	"fmt"
)

// What a program asks at every so many turns whether to go on: a function of WASI that it
// imports anyway and has no use for here. Its argument then is none that a program has.
const (
	askName = "fd_close"
	asking  = -2
	// between is the number of turns and calls between two questions: about two
	// milliseconds of decoding.
	between = 1 << 20
)

// stoppable adds a count to a program in WebAssembly: at the begin of each function and of
// each turn of a loop it goes down by one, and at zero the program asks the host whether to
// go on. A program can run for long only by loops and calls. The question is also when the
// collector of Go's memory may run, which waits for programs that do not come back.
//
// wazero has a way to the same end, WithCloseOnContextDone, which asks at every such place.
// With it decoding took three to five times as long (docs/adr/0026).
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
	imported, own, ask := 0, -1, -1 // global variables, and the function to ask
	for len(r.b) > 0 && r.err == nil {
		id := r.byte()
		body := r.take(r.uint())
		switch s := (&wasm{b: body}); id {
		case importSection:
			imported, ask = s.imports()
			r.err = errors.Join(r.err, s.err)
		case globalSection:
			own = s.uint()
			body = append(append(leb(own+1), s.b...), append([]byte{i32, mutable}, constant(between, end)...)...)
		case codeSection:
			body = s.code(look(leb(imported+own), leb(ask)))
			r.err = errors.Join(r.err, s.err)
		}
		sections = append(sections, section{id, body})
	}
	if r.err == nil && (own < 0 || ask < 0) {
		// What comes from LLVM has both.
		r.err = fmt.Errorf("no global variables, or no %s", askName)
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
	importSection, globalSection, codeSection = 2, 6, 10

	i32, mutable, noResult = 0x7f, 1, 0x40
	globalImport           = 3

	loop, ifThen, end, call, drop  = 0x03, 0x04, 0x0b, 0x10, 0x1a
	globalGet, globalSet           = 0x23, 0x24
	i32Const, equalsZero, subtract = 0x41, 0x45, 0x6b
)

// look is the instructions that count and ask.
func look(count, ask []byte) (out []byte) {
	out = append(append(out, globalGet), count...)
	out = append(out, constant(1, subtract)...)
	out = append(append(out, globalSet), count...)
	out = append(append(out, globalGet), count...)
	out = append(out, equalsZero, ifThen, noResult)
	out = append(append(out, constant(between, globalSet)...), count...)
	out = append(append(out, constant(asking, call)...), ask...)
	return append(out, drop, end)
}

// constant is a number of 32 bits and an instruction after it.
func constant(v int, then byte) []byte {
	out := []byte{i32Const}
	for ; v < -64 || v > 63; v >>= 7 {
		out = append(out, byte(v)|128)
	}
	return append(out, byte(v)&127, then)
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

// imports counts the global variables among the imports and finds the function to ask,
// -1 without one.
func (r *wasm) imports() (globals, ask int) {
	ask = -1
	functions := 0
	for k := r.uint(); k > 0 && r.err == nil; k-- {
		r.take(r.uint())
		name := string(r.take(r.uint()))
		switch r.byte() {
		case 0: // function
			r.uint()
			if name == askName {
				ask = functions
			}
			functions++
		case 1: // table
			r.byte()
			r.limits()
		case 2: // memory
			r.limits()
		case globalImport:
			globals++
			r.take(2)
		}
	}
	return globals, ask
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
