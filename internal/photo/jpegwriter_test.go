package photo_test

import (
	"bytes"
	"encoding/binary"
	"math"
)

// jpegSpec is a JPEG to be written: any layout of components, in any order of
// scans. It shares no code with the package, and knows nothing of colours.
type jpegSpec struct {
	w, h    int
	parts   []sampling
	scans   []jpegScan // all components in one sequential scan when there are none
	restart int
	// sample is the value, 0 to 255, of component c at u, v in 0..1.
	sample func(c int, u, v float64) float64
	apps   [][]byte // segments before the frame header
	empty  bool     // nothing is coded in the scans
}

// sampling is the factors of a component.
type sampling struct{ h, v int }

// jpegScan is one scan of components, by their place in the frame. Any scan with
// a band makes the picture progressive.
type jpegScan struct {
	parts       []int
	progressive bool
	first, end  int
	high, low   int
}

// progression is a whole progressive picture of n components: DC together, AC in
// two bands, and all of it refined twice.
func progression(n int) []jpegScan {
	var all []int
	for c := range n {
		all = append(all, c)
	}
	scans := []jpegScan{{all, true, 0, 0, 0, 1}}
	for _, s := range []jpegScan{{nil, true, 1, 5, 0, 2}, {nil, true, 6, 63, 0, 2}, {nil, true, 1, 63, 2, 1}} {
		for c := range n {
			s.parts = []int{c}
			scans = append(scans, s)
		}
	}
	scans = append(scans, jpegScan{all, true, 0, 0, 1, 0})
	for c := range n {
		scans = append(scans, jpegScan{[]int{c}, true, 1, 63, 1, 0})
	}
	return scans
}

// apart is a sequential picture of n scans.
func apart(n int) []jpegScan {
	var scans []jpegScan
	for c := range n {
		scans = append(scans, jpegScan{parts: []int{c}})
	}
	return scans
}

// step is the quantiser of all coefficients.
const step = 3

func (s jpegSpec) bytes() []byte {
	scans := s.scans
	if scans == nil {
		var all []int
		for c := range s.parts {
			all = append(all, c)
		}
		scans = []jpegScan{{parts: all}}
	}
	maxH, maxV := 1, 1
	for _, p := range s.parts {
		maxH, maxV = max(maxH, p.h), max(maxV, p.v)
	}
	sof := byte(0xc1)
	if scans[0].progressive {
		sof = 0xc2
	}
	frame := binary.BigEndian.AppendUint16([]byte{8}, uint16(s.h))
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(s.w)), byte(len(s.parts)))
	for c, p := range s.parts {
		frame = append(frame, byte(c+1), byte(p.h<<4|p.v), 0)
	}
	out := bytes.Join(append([][]byte{{0xff, 0xd8}}, s.apps...), nil)
	out = append(out, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{step}, 64)...))...)
	out = append(out, segment(sof, frame)...)
	// All symbols in order, so that each is its own code: 16 of 8 bits for DC; 254
	// of 8 bits and, as no code may be all ones, two of 16 for AC.
	dc, ac := append(make([]byte, 17), ascending(16)...), append(make([]byte, 17), ascending(256)...)
	dc[8], ac[0], ac[8], ac[16] = 16, 0x10, 254, 2
	out = append(append(out, segment(0xc4, dc)...), segment(0xc4, ac)...)
	if s.restart > 0 {
		out = append(out, segment(0xdd, binary.BigEndian.AppendUint16(nil, uint16(s.restart)))...)
	}
	blocks, cos := make([]blockMap, len(s.parts)), cosines()
	for c, p := range s.parts {
		if !s.empty {
			blocks[c] = s.blocks(c, p, maxH, maxV, cos)
		}
	}
	for _, scan := range scans {
		header := []byte{byte(len(scan.parts))}
		for _, c := range scan.parts {
			header = append(header, byte(c+1), 0)
		}
		end := 63
		if scan.progressive {
			end = scan.end
		}
		out = append(out, segment(0xda, append(header, byte(scan.first), byte(end), byte(scan.high<<4|scan.low)))...)
		if !s.empty {
			out = append(out, s.coded(scan, blocks, maxH, maxV)...)
		}
	}
	return append(out, 0xff, 0xd9)
}

func ascending(n int) []byte {
	var out []byte
	for i := range n {
		out = append(out, byte(i))
	}
	return out
}

// blockMap is the quantised coefficients of a component, whole MCUs of them, in
// zigzag order.
type blockMap struct {
	sampling
	across, shownX, shownY int
	coef                   [][64]int
}

func up(a, b int) int { return (a + b - 1) / b }

func (s jpegSpec) blocks(c int, p sampling, maxH, maxV int, cos *[8][8]float64) blockMap {
	width, height := up(s.w*p.h, maxH), up(s.h*p.v, maxV)
	m := blockMap{sampling: p, across: up(s.w, 8*maxH) * p.h, shownX: up(width, 8), shownY: up(height, 8)}
	down := up(s.h, 8*maxV) * p.v
	for by := range down {
		for bx := range m.across {
			var samples [64]float64
			for i := range samples {
				x, y := min(8*bx+i%8, width-1), min(8*by+i/8, height-1)
				u := (float64(x) + 0.5) * float64(maxH) / float64(s.w*p.h)
				v := (float64(y) + 0.5) * float64(maxV) / float64(s.h*p.v)
				samples[i] = s.sample(c, min(u, 1), min(v, 1)) - 128
			}
			m.coef = append(m.coef, forward(&samples, cos))
		}
	}
	return m
}

// forward is the discrete cosine transform by its definition (ITU-T T.81, section
// A.3.3), one direction after the other, quantised.
func forward(s *[64]float64, cos *[8][8]float64) (out [64]int) {
	var rows, both [64]float64
	for i := range 64 {
		for x := range 8 {
			rows[i] += s[i/8*8+x] * cos[x][i%8]
		}
	}
	for i := range 64 {
		for y := range 8 {
			both[i] += rows[y*8+i%8] * cos[y][i/8]
		}
	}
	x, y := 0, 0
	for k := range out {
		out[k] = int(math.Round(both[8*y+x] / step))
		switch { // up or down the diagonals
		case (x+y)%2 == 0 && x == 7, (x+y)%2 == 1 && y < 7 && x == 0:
			y++
		case (x+y)%2 == 0 && y == 0, (x+y)%2 == 1 && y == 7:
			x++
		case (x+y)%2 == 0:
			x, y = x+1, y-1
		default:
			x, y = x-1, y+1
		}
	}
	return out
}

// cosines are the factors of each sample, across, in each frequency.
func cosines() *[8][8]float64 {
	var cos [8][8]float64
	for x := range cos {
		for frequency := range cos[x] {
			cos[x][frequency] = math.Cos(float64((2*x+1)*frequency)*math.Pi/16) / 2
		}
		cos[x][0] /= math.Sqrt2
	}
	return &cos
}

// coded is the entropy-coded data of a scan.
func (s jpegSpec) coded(scan jpegScan, blocks []blockMap, maxH, maxV int) []byte {
	w := bitWriter{}
	last := map[int]int{}
	mcusX, mcusY := up(s.w, 8*maxH), up(s.h, 8*maxV)
	alone := len(scan.parts) == 1
	if alone {
		mcusX, mcusY = blocks[scan.parts[0]].shownX, blocks[scan.parts[0]].shownY
	}
	for n := range mcusX * mcusY {
		if s.restart > 0 && n > 0 && n%s.restart == 0 {
			w.flush()
			w.out = append(w.out, 0xff, 0xd0+byte((n/s.restart-1)%8))
			clear(last)
		}
		for _, c := range scan.parts {
			m := blocks[c]
			h, v := m.h, m.v
			if alone {
				h, v = 1, 1
			}
			for i := range h * v {
				x, y := n%mcusX*h+i%h, n/mcusX*v+i/h
				last[c] = w.block(scan, &m.coef[y*m.across+x], last[c])
			}
		}
	}
	w.flush()
	return w.out
}

type bitWriter struct {
	out  []byte
	bits uint32
	n    int
}

func (w *bitWriter) put(v, size int) {
	for i := size - 1; i >= 0; i-- {
		w.bits = w.bits<<1 | uint32(v>>i&1)
		if w.n++; w.n == 8 {
			w.out = append(w.out, byte(w.bits))
			if byte(w.bits) == 0xff {
				w.out = append(w.out, 0)
			}
			w.bits, w.n = 0, 0
		}
	}
}

// flush fills the last byte up with ones.
func (w *bitWriter) flush() {
	for w.n > 0 {
		w.put(1, 1)
	}
}

func (w *bitWriter) symbol(s int) {
	if s < 254 {
		w.put(s, 8)
	} else {
		w.put(0xfe00+s-254, 16)
	}
}

// value writes a symbol of run and size, and the value.
func (w *bitWriter) value(run, v int) {
	size := 0
	for abs(v)>>size > 0 {
		size++
	}
	w.symbol(run<<4 | size)
	if v < 0 {
		v += 1<<size - 1
	}
	w.put(v, size)
}

func abs(v int) int { return max(v, -v) }

// block writes what the scan brings of one block, and gives its DC.
func (w *bitWriter) block(s jpegScan, coef *[64]int, last int) int {
	first, end := 1, 63
	if s.progressive {
		first, end = s.first, s.end
	}
	switch {
	case s.high > 0 && s.first == 0:
		w.put(coef[0]>>s.low&1, 1)
		return 0
	case s.high > 0:
		w.refine(s, coef)
		return 0
	case s.first == 0:
		dc := coef[0] >> s.low
		w.value(0, dc-last)
		last = dc
		if s.progressive {
			return last
		}
	}
	run := 0
	for k := first; k <= end; k++ {
		v := abs(coef[k]) >> s.low
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			w.symbol(0xf0)
		}
		if coef[k] < 0 {
			v = -v
		}
		w.value(run, v)
		run = 0
	}
	if run > 0 {
		w.symbol(0)
	}
	return last
}

// refine writes the next bit of a band (ITU-T T.81, figure G.7), each block with
// an end of its own.
func (w *bitWriter) refine(s jpegScan, coef *[64]int) {
	newest := 0
	for k := s.first; k <= s.end; k++ {
		if abs(coef[k])>>s.low == 1 {
			newest = k
		}
	}
	run, corrections := 0, []int{}
	correct := func() {
		for _, b := range corrections {
			w.put(b, 1)
		}
		corrections = nil
	}
	for k := s.first; k <= s.end; k++ {
		v := abs(coef[k]) >> s.low
		if v == 0 {
			run++
			continue
		}
		for ; run > 15 && k <= newest; run -= 16 {
			w.symbol(0xf0)
			correct()
		}
		if v > 1 {
			corrections = append(corrections, v&1)
			continue
		}
		w.symbol(run<<4 | 1)
		if coef[k] < 0 {
			w.put(0, 1)
		} else {
			w.put(1, 1)
		}
		correct()
		run = 0
	}
	if run > 0 || len(corrections) > 0 {
		w.symbol(0)
		correct()
	}
}
