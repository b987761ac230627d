package heif

// sample is what a track says of its first picture.
type sample struct {
	entry        []byte // the first sample entry
	offset, size uint64
	found        bool
}

// firstFrame gives the first picture of the first track of a sequence without a primary
// picture.
func (f *file) firstFrame() (*Picture, error) {
	var first *sample
	err := inside(f.movie, func(kind string, body []byte) error {
		if kind != "trak" || first != nil {
			return nil
		}
		s := &sample{}
		if err := s.read(body, 0); err != nil {
			return err
		}
		if s.found && s.entry != nil {
			first = s
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if first == nil {
		return nil, variety("no primary picture and no track of pictures")
	}
	s := Still{Colour: unsaid}
	it := &item{located: true, extents: [][2]uint64{{first.offset, max(first.size, 1)}}}
	if s.Data, err = f.payload(it); err != nil {
		return nil, err
	}
	c := &cursor{b: first.entry}
	c.take(4) // its size
	kind := c.name()
	c.take(78) // what all sample entries of pictures have (ISO/IEC 14496-12, 12.1.3)
	settings := map[string]string{"hvc1": "hvcC", "hev1": "hvcC", "av01": "av1C"}[kind]
	if s.Codec = AV1; settings == "hvcC" {
		s.Codec = HEVC
	}
	if c.short || settings == "" {
		return nil, variety("a track of the kind %q", kind)
	}
	_, err = boxes(c.b, func(kind string, body []byte) error {
		if f.properties = append(f.properties, property{kind, body}); kind == settings {
			s.Config = body
		}
		if len(f.properties) > maxProperties {
			return variety("more than %d properties", maxProperties)
		}
		it.properties = append(it.properties, len(f.properties)-1)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := f.open(&s, nil); err != nil {
		return nil, err
	}
	p := &Picture{Plane: Plane{Width: s.Width, Height: s.Height, Columns: 1, Tiles: []Still{s}}}
	if err := f.describe(p, it); err != nil {
		return nil, err
	}
	p.settle()
	return p, nil
}

// read goes down the boxes of a track to its table of samples.
func (s *sample) read(body []byte, depth int) error {
	return inside(body, func(kind string, body []byte) error {
		c := &cursor{b: body}
		switch kind {
		case "mdia", "minf", "stbl":
			if depth < 3 {
				return s.read(body, depth+1)
			}
		case "hdlr":
			c.full()
			c.take(4)
			s.found = c.name() == "pict"
		case "stsd":
			c.full()
			if c.int(4) > 0 && s.entry == nil {
				s.entry = c.b[:min(len(c.b), int((&cursor{b: c.b}).uint(4)))]
			}
		case "stsz":
			c.full()
			if s.size = c.uint(4); s.size == 0 {
				c.take(4)
				s.size = c.uint(4)
			}
		case "stco", "co64":
			c.full()
			c.take(4)
			s.offset = c.uint(map[string]int{"stco": 4, "co64": 8}[kind])
		}
		if c.short {
			return damaged("%s is too short", kind)
		}
		return nil
	})
}
