package heif

import (
	"fmt"
	"strings"
)

// picture reads the primary item.
func (f *file) picture() (*Picture, error) {
	it := f.items[f.primary]
	if it == nil || it.kind == "" {
		return nil, damaged("no primary item")
	}
	plane, err := f.plane(it, f.primary)
	if err != nil {
		return nil, err
	}
	p := &Picture{Plane: plane}
	if err := f.describe(p, it); err != nil {
		return nil, err
	}
	// A grid may leave its colours to its parts.
	inner := f.items[f.firstPart(it, f.primary)]
	if p.Profile == nil && p.Colour == unsaid && inner != it && inner != nil {
		p.Profile, p.Colour = f.colours(inner)
	}
	p.settle()
	return p, f.readAlpha(p)
}

// settle completes what the boxes do not say of the colours by what the bitstream says,
// and without that by what H.273 and the specifications of HEIF and AVIF take for granted.
func (p *Picture) settle() {
	if p.Colour == unsaid {
		p.Colour = p.Tiles[0].Colour
	}
	for i := range p.Tiles {
		p.Tiles[i].Colour = p.Colour
	}
}

// plane reads an item that is a coded picture or a grid of such.
func (f *file) plane(it *item, id int) (Plane, error) {
	if it.kind != "grid" {
		s, err := f.still(it)
		if err != nil {
			return Plane{}, err
		}
		return Plane{Width: s.Width, Height: s.Height, Columns: 1, Tiles: []Still{s}}, nil
	}
	body, err := f.payload(it)
	if err != nil {
		return Plane{}, err
	}
	c := &cursor{b: body}
	c.take(1)
	wide := 2
	if c.int(1)&1 != 0 {
		wide = 4
	}
	rows, columns := 1+c.int(1), 1+c.int(1)
	g := Plane{Width: c.int(wide), Height: c.int(wide), Columns: columns}
	if c.short {
		return Plane{}, damaged("grid is too short")
	}
	if err := f.over(g.Width, g.Height); err != nil {
		return Plane{}, err
	}
	if !f.sizeAgrees(it, g.Width, g.Height) {
		return Plane{}, damaged("a grid of %d×%d pixels in an ispe of others", g.Width, g.Height)
	}
	parts := f.refers("dimg", id)
	switch {
	case rows*columns > MaxTiles:
		return Plane{}, variety("%d parts", rows*columns)
	case len(parts) < rows*columns:
		return Plane{}, damaged("%d of %d parts", len(parts), rows*columns)
	}
	for _, part := range parts[:rows*columns] {
		it := f.items[part]
		if it == nil {
			return Plane{}, damaged("a part of a grid is missing")
		}
		s, err := f.still(it)
		if err != nil {
			return Plane{}, err
		}
		// Parts are neither turned nor cut (ISO/IEC 23000-22, 7.3.11.4.1).
		for _, p := range f.of(it) {
			if p.kind == "irot" || p.kind == "imir" || p.kind == "clap" {
				return Plane{}, variety("a part of a grid with %s", p.kind)
			}
		}
		g.Tiles = append(g.Tiles, s)
		if a, b := g.Tiles[0], s; a.Codec != b.Codec || a.Width != b.Width || a.Height != b.Height {
			return Plane{}, damaged("parts of a grid that differ")
		}
	}
	// Every part shows something, and together they fill the picture.
	if w, h := g.Tiles[0].Width, g.Tiles[0].Height; w*columns < g.Width || h*rows < g.Height ||
		w*(columns-1) >= g.Width || h*(rows-1) >= g.Height {
		return Plane{}, damaged("%d×%d parts of %d×%d for %d×%d pixels", columns, rows, w, h, g.Width, g.Height)
	}
	return g, nil
}

// still reads a coded item.
func (f *file) still(it *item) (Still, error) {
	s := Still{Codec: Codec(it.kind), Colour: unsaid}
	var settings string
	switch it.kind {
	case "hvc1", "hev1":
		s.Codec, settings = HEVC, "hvcC"
	case "av01":
		settings = "av1C"
	default:
		return s, variety("an item of the kind %q", it.kind)
	}
	for i, at := range it.properties {
		if at >= len(f.properties) {
			return s, damaged("a property that is none")
		}
		switch p := f.properties[at]; p.kind {
		case settings:
			s.Config = p.body
		case "ispe", "pixi", "irot", "imir", "clap", "colr", "auxC", "pasp", "rloc", "a1lx",
			"clli", "mdcv", "cclv", "amve", "reve", "ndwt":
		default:
			if it.essential[i] {
				return s, variety("an essential property %q", p.kind)
			}
		}
	}
	var err error
	if s.Data, err = f.payload(it); err != nil {
		return s, err
	}
	return s, f.open(&s, it)
}

// open reads the headers of the bitstream and compares them with the boxes.
func (f *file) open(s *Still, it *item) error {
	if err := s.readHeader(); err != nil {
		return err
	}
	if err := f.over(s.Width, s.Height); err != nil {
		return err
	}
	if it != nil && !f.sizeAgrees(it, s.Width, s.Height) {
		return damaged("a bitstream of %d×%d pixels in an ispe of others", s.Width, s.Height)
	}
	return nil
}

func (f *file) sizeAgrees(it *item, w, h int) bool {
	for _, p := range f.of(it) {
		if p.kind == "ispe" {
			c := &cursor{b: p.body}
			c.full()
			wide, high := c.int(4), c.int(4)
			return wide == w && high == h
		}
	}
	return true
}

// over holds a size to the limit.
func (f *file) over(w, h int) error {
	if w > f.maxPixels || h > f.maxPixels || w*h > f.maxPixels {
		return fmt.Errorf("%w: %d×%d", ErrTooLarge, w, h)
	}
	return nil
}

// of gives the properties of an item.
func (f *file) of(it *item) []property {
	var out []property
	for _, at := range it.properties {
		if at < len(f.properties) {
			out = append(out, f.properties[at])
		}
	}
	return out
}

// refers gives what an item refers to by a kind of reference.
func (f *file) refers(kind string, from int) []int {
	for _, r := range f.references {
		if r.kind == kind && r.from == from {
			return r.to
		}
	}
	return nil
}

// firstPart is the item of the first part of a grid; of what is none, itself.
func (f *file) firstPart(it *item, id int) int {
	if parts := f.refers("dimg", id); it.kind == "grid" && len(parts) > 0 {
		return parts[0]
	}
	return id
}

// colours reads the colr properties of an item: one may be a profile and one numbers.
func (f *file) colours(it *item) (profile []byte, n Numbers) {
	n = unsaid
	for _, p := range f.of(it) {
		if p.kind != "colr" {
			continue
		}
		c := &cursor{b: p.body}
		switch c.name() {
		case "prof", "rICC":
			profile = c.b
		case "nclx":
			v := Numbers{c.int(2), c.int(2), c.int(2), c.int(1)>>7 != 0}
			if !c.short {
				n = v
			}
		}
	}
	return profile, n
}

// describe reads how an item is cut, turned and coloured.
func (f *file) describe(p *Picture, it *item) error {
	p.Crop = Rectangle{0, 0, p.Width, p.Height}
	p.Orientation = 1
	p.Profile, p.Colour = f.colours(it)
	for _, q := range f.of(it) {
		c := &cursor{b: q.body}
		switch q.kind {
		case "clap":
			if p.Orientation != 1 {
				return variety("cut after it is turned")
			}
			crop, ok := aperture(c, p.Width, p.Height)
			if !ok {
				return damaged("clap outside of the picture")
			}
			p.Crop = crop
		case "irot":
			p.Orientation = after(p.Orientation, [4]int{1, 8, 3, 6}[c.int(1)&3])
		case "imir":
			p.Orientation = after(p.Orientation, [2]int{4, 2}[c.int(1)&1])
		}
		if c.short {
			return damaged("%s is too short", q.kind)
		}
	}
	return nil
}

// aperture reads clap: width, height and how far the middle lies from the picture's, all as
// fractions (ISO/IEC 14496-12, 12.1.4).
func aperture(c *cursor, width, height int) (r Rectangle, ok bool) {
	var n, d [4]int64
	for i := range n {
		n[i], d[i] = int64(int32(c.uint(4))), int64(int32(c.uint(4)))
		if d[i] <= 0 {
			return r, false
		}
	}
	// The left edge is offset + (width-1)/2 - (w-1)/2, in whole pixels.
	edge := func(size int, w int64, n, d int64) int64 {
		return (2*n + d*(int64(size)-w)) / (2 * d)
	}
	w, h := n[0]/d[0], n[1]/d[1]
	if w < 1 || h < 1 || w > int64(width) || h > int64(height) {
		return r, false
	}
	x, y := edge(width, w, n[2], d[2]), edge(height, h, n[3], d[3])
	if x < 0 || y < 0 || x+w > int64(width) || y+h > int64(height) {
		return r, false
	}
	return Rectangle{int(x), int(y), int(w), int(h)}, true
}

// turns are the orientations of Exif as what they make of right and down.
var turns = [9][4]int{
	1: {1, 0, 0, 1}, 2: {-1, 0, 0, 1}, 3: {-1, 0, 0, -1}, 4: {1, 0, 0, -1},
	5: {0, 1, 1, 0}, 6: {0, -1, 1, 0}, 7: {0, -1, -1, 0}, 8: {0, 1, -1, 0},
}

// after gives the orientation that does a first and b second.
func after(a, b int) int {
	m, n := turns[b], turns[a]
	want := [4]int{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
	}
	for o := 1; o < len(turns); o++ {
		if turns[o] == want {
			return o
		}
	}
	return 1 // not reached: the eight are a group
}

// readAlpha finds the auxiliary picture that is the opacity of the primary one.
func (f *file) readAlpha(p *Picture) error {
	for _, r := range f.references {
		if r.kind != "auxl" || len(r.to) == 0 || r.to[0] != f.primary {
			continue
		}
		it := f.items[r.from]
		if it == nil || !f.isAlpha(it) {
			continue
		}
		a, err := f.plane(it, r.from)
		if err != nil {
			return err
		}
		if a.Width != p.Width || a.Height != p.Height {
			return variety("opacity of %d×%d for %d×%d pixels", a.Width, a.Height, p.Width, p.Height)
		}
		p.Alpha = &a
		for _, to := range f.refers("prem", f.primary) {
			p.Premultiplied = p.Premultiplied || to == r.from
		}
		return nil
	}
	return nil
}

func (f *file) isAlpha(it *item) bool {
	for _, p := range f.of(it) {
		if p.kind == "auxC" && len(p.body) > 4 {
			name, _, _ := strings.Cut(string(p.body[4:]), "\x00")
			return name == "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" || name == "urn:mpeg:hevc:2015:auxid:1"
		}
	}
	return false
}
