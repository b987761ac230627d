package photo

// inverse writes a block of scale×scale samples. Last is the zigzag index of the
// last coefficient.
func inverse(dst []byte, stride, scale int, coef *[64]int32, last int) {
	if last == 0 || scale == 1 {
		v := clamp8((coef[0]+4)>>3 + 128)
		for y := range scale {
			row := dst[y*stride:][:scale]
			for x := range row {
				row[x] = v
			}
		}
		return
	}
	switch scale {
	case 2:
		inverse2(dst, stride, coef)
	case 4:
		inverse4(dst, stride, coef)
	default:
		inverse8(dst, stride, coef)
	}
}

// The inverse transforms are the orthonormal N-point inverse DCT of the N lowest
// frequencies, scaled so that the DC coefficient means the same at every size:
// eight times the mean, as in ITU-T T.81, section A.3.3. Along one direction the
// DC passes unchanged, and the factor of eight goes at the end.

func inverse2(dst []byte, stride int, c *[64]int32) {
	a, b := c[0]+c[8], c[0]-c[8]
	d, e := c[1]+c[9], c[1]-c[9]
	top, bottom := dst[:2], dst[stride:][:2]
	top[0], top[1] = clamp8((a+d+4)>>3+128), clamp8((a-d+4)>>3+128)
	bottom[0], bottom[1] = clamp8((b+e+4)>>3+128), clamp8((b-e+4)>>3+128)
}

// Constants of the 4-point transform in units of 1/4096: √2·cos(π/8) and
// √2·sin(π/8).
const (
	cos8 = 5352
	sin8 = 2217
)

func inverse4(dst []byte, stride int, c *[64]int32) {
	var t [16]int32
	for x := range 4 {
		c0, c1, c2, c3 := c[x], c[8+x], c[16+x], c[24+x]
		if c1|c2|c3 == 0 {
			v := c0 << 2
			t[x], t[4+x], t[8+x], t[12+x] = v, v, v, v
			continue
		}
		a, b := (c0+c2)<<2, (c0-c2)<<2
		p, q := (cos8*c1+sin8*c3+512)>>10, (sin8*c1-cos8*c3+512)>>10
		t[x], t[4+x], t[8+x], t[12+x] = a+p, b+q, b-q, a-p
	}
	const round = 1<<4 + 128<<5 // half a unit, and the level shift
	for y := range 4 {
		s := t[4*y:][:4]
		a, b := s[0]+s[2]+round, s[0]-s[2]+round
		p, q := (cos8*s[1]+sin8*s[3])>>12, (sin8*s[1]-cos8*s[3])>>12
		d := dst[y*stride:][:4]
		d[0], d[1], d[2], d[3] = clamp8((a+p)>>5), clamp8((b+q)>>5), clamp8((b-q)>>5), clamp8((a-p)>>5)
	}
}

// Constants of the 8-point transform in units of 1/4096: √2·cos(kπ/16).
const (
	cos1 = 5681
	cos3 = 4816
	cos5 = 3218
	cos7 = 1130
)

func inverse8(dst []byte, stride int, c *[64]int32) {
	var t [64]int32
	for x := range 8 {
		c0, c1, c2, c3, c4, c5, c6, c7 := c[x], c[8+x], c[16+x], c[24+x], c[32+x], c[40+x], c[48+x], c[56+x]
		if c1|c2|c3|c4|c5|c6|c7 == 0 {
			v := c0 << 2
			for y := x; y < 64; y += 8 {
				t[y] = v
			}
			continue
		}
		a, b := (c0+c4)<<12+512, (c0-c4)<<12+512
		p, q := cos8*c2+sin8*c6, sin8*c2-cos8*c6
		e0, e1, e2, e3 := a+p, b+q, b-q, a-p
		o0 := cos1*c1 + cos3*c3 + cos5*c5 + cos7*c7
		o1 := cos3*c1 - cos7*c3 - cos1*c5 - cos5*c7
		o2 := cos5*c1 - cos1*c3 + cos7*c5 + cos3*c7
		o3 := cos7*c1 - cos5*c3 + cos3*c5 - cos1*c7
		t[x], t[8+x], t[16+x], t[24+x] = (e0+o0)>>10, (e1+o1)>>10, (e2+o2)>>10, (e3+o3)>>10
		t[32+x], t[40+x], t[48+x], t[56+x] = (e3-o3)>>10, (e2-o2)>>10, (e1-o1)>>10, (e0-o0)>>10
	}
	const round = (1<<4 + 128<<5) << 12 // half a unit, and the level shift
	for y := range 8 {
		s := t[8*y:][:8]
		a, b := (s[0]+s[4])<<12+round, (s[0]-s[4])<<12+round
		p, q := cos8*s[2]+sin8*s[6], sin8*s[2]-cos8*s[6]
		e0, e1, e2, e3 := a+p, b+q, b-q, a-p
		o0 := cos1*s[1] + cos3*s[3] + cos5*s[5] + cos7*s[7]
		o1 := cos3*s[1] - cos7*s[3] - cos1*s[5] - cos5*s[7]
		o2 := cos5*s[1] - cos1*s[3] + cos7*s[5] + cos3*s[7]
		o3 := cos7*s[1] - cos5*s[3] + cos3*s[5] - cos1*s[7]
		d := dst[y*stride:][:8]
		d[0], d[1], d[2], d[3] = clamp8((e0+o0)>>17), clamp8((e1+o1)>>17), clamp8((e2+o2)>>17), clamp8((e3+o3)>>17)
		d[4], d[5], d[6], d[7] = clamp8((e3-o3)>>17), clamp8((e2-o2)>>17), clamp8((e1-o1)>>17), clamp8((e0-o0)>>17)
	}
}
