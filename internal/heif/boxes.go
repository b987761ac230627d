package heif

import "encoding/binary"

// cursor reads numbers from the front of a box's body. Past the end it gives zeros and
// remembers that.
type cursor struct {
	b     []byte
	short bool
}

// take gives the next n bytes, nil when there are fewer.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.b) {
		c.b, c.short = nil, true
		return nil
	}
	out := c.b[:n:n]
	c.b = c.b[n:]
	return out
}

// uint reads a number of n bytes, 0 to 8.
func (c *cursor) uint(n int) (v uint64) {
	for _, b := range c.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// int reads a number of up to four bytes.
func (c *cursor) int(n int) int { return int(c.uint(n)) }

// name reads four letters.
func (c *cursor) name() string { return string(c.take(4)) }

// full reads the head of a FullBox.
func (c *cursor) full() (version int, flags int) {
	v := c.int(4)
	return v >> 24, v & 0xffffff
}

// boxes calls visit with every box of data. It gives false where the boxes do not end
// with data.
func boxes(data []byte, visit func(kind string, body []byte) error) (whole bool, err error) {
	for len(data) > 0 {
		if len(data) < 8 {
			return false, nil
		}
		size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		switch size {
		case 0: // up to the end
			size = uint64(len(data))
		case 1:
			if len(data) < 16 {
				return false, nil
			}
			size, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if size < head {
			return false, nil
		}
		end := min(size, uint64(len(data)))
		if err := visit(string(data[4:8]), data[head:end]); err != nil {
			return false, err
		}
		if size > end {
			return false, nil
		}
		data = data[end:]
	}
	return true, nil
}

// inside is boxes of a body that must be whole.
func inside(body []byte, visit func(kind string, body []byte) error) error {
	whole, err := boxes(body, visit)
	if err == nil && !whole {
		err = damaged("a box ends outside of what holds it")
	}
	return err
}

// item is one picture of a file, or something that belongs to one.
type item struct {
	kind       string
	protected  bool
	properties []int // indices into file.properties, in their order
	essential  []bool
	located    bool
	method     int // where the extents lie: 0 in the file, 1 in idat
	external   bool
	extents    [][2]uint64 // offset and length; length 0 is up to the end
}

type property struct {
	kind string
	body []byte
}

type reference struct {
	kind string
	from int
	to   []int
}

// file is what was read of the boxes.
type file struct {
	data       []byte
	maxPixels  int
	primary    int
	items      map[int]*item
	properties []property
	references []reference
	idat       []byte
	movie      []byte // the body of moov
	used       uint64 // bytes of the stills so far
}

// readTop reads the boxes of the file up to the end, or to what is none: some phones
// append data of their own.
func (f *file) readTop() error {
	var meta []byte
	_, err := boxes(f.data, func(kind string, body []byte) error {
		switch {
		case kind == "meta" && meta == nil:
			meta = body
		case kind == "moov" && f.movie == nil:
			f.movie = body
		}
		return nil
	})
	if err != nil {
		return err
	}
	if meta == nil && f.movie == nil {
		return damaged("no meta box")
	}
	f.items = map[int]*item{}
	if len(meta) < 4 {
		return nil
	}
	return inside(meta[4:], func(kind string, body []byte) error {
		c := &cursor{b: body}
		switch kind {
		case "pitm":
			if version, _ := c.full(); version == 0 {
				f.primary = c.int(2)
			} else {
				f.primary = c.int(4)
			}
		case "iinf":
			return f.readInfo(c)
		case "iloc":
			f.readLocations(c)
		case "iref":
			return f.readReferences(c)
		case "iprp":
			return inside(body, f.readProperties)
		case "idat":
			f.idat = body
		}
		if c.short {
			return damaged("%s is too short", kind)
		}
		if len(f.items) > maxItems || len(f.references) > maxItems || len(f.properties) > maxItems {
			return variety("more than %d items", maxItems)
		}
		return nil
	})
}

// item gives the item of an id. What is beyond maxItems is not kept; it is refused by
// whoever reads the box.
func (f *file) item(id int) *item {
	it := f.items[id]
	if it == nil {
		it = &item{}
		if len(f.items) <= maxItems {
			f.items[id] = it
		}
	}
	return it
}

func (f *file) readInfo(c *cursor) error {
	if version, _ := c.full(); version == 0 {
		c.take(2)
	} else {
		c.take(4)
	}
	return inside(c.b, func(kind string, body []byte) error {
		c := &cursor{b: body}
		version, _ := c.full()
		if kind != "infe" || version < 2 {
			return nil
		}
		width := 2
		if version > 2 {
			width = 4
		}
		it := f.item(c.int(width))
		it.protected = c.int(2) != 0
		it.kind = c.name()
		if c.short {
			return damaged("infe is too short")
		}
		return nil
	})
}

func (f *file) readLocations(c *cursor) {
	version, _ := c.full()
	sizes := c.int(2)
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	if version == 0 {
		index = 0
	}
	wide := 2
	if version > 1 {
		wide = 4
	}
	if max(offset, length, base, index) > 8 {
		c.short = true
		return
	}
	for n := c.int(wide); n > 0 && !c.short && len(f.items) <= maxItems; n-- {
		it := f.item(c.int(wide))
		it.located, it.extents = true, nil
		if version > 0 {
			it.method = c.int(2) & 15
		}
		it.external = c.int(2) != 0
		start := c.uint(base)
		count := c.int(2)
		for ; count > 0 && !c.short; count-- {
			c.take(index)
			extent := [2]uint64{start + c.uint(offset), c.uint(length)}
			if len(it.extents) <= maxExtents {
				it.extents = append(it.extents, extent)
			}
		}
	}
}

func (f *file) readReferences(c *cursor) error {
	version, _ := c.full()
	wide := 2
	if version > 0 {
		wide = 4
	}
	total := 0
	return inside(c.b, func(kind string, body []byte) error {
		c := &cursor{b: body}
		r := reference{kind: kind, from: c.int(wide)}
		for n := c.int(2); n > 0 && !c.short; n-- {
			r.to = append(r.to, c.int(wide))
		}
		if total += 1 + len(r.to); total > maxItems {
			return variety("more than %d references", maxItems)
		}
		if c.short {
			return damaged("%s is too short", kind)
		}
		f.references = append(f.references, r)
		return nil
	})
}

func (f *file) readProperties(kind string, body []byte) error {
	switch kind {
	case "ipco":
		return inside(body, func(kind string, body []byte) error {
			if f.properties = append(f.properties, property{kind, body}); len(f.properties) > maxItems {
				return variety("more than %d properties", maxItems)
			}
			return nil
		})
	case "ipma":
		c := &cursor{b: body}
		version, flags := c.full()
		wide := 2
		if version > 0 {
			wide = 4
		}
		for n := c.int(4); n > 0 && !c.short && len(f.items) <= maxItems; n-- {
			it := f.item(c.int(wide))
			for m := c.int(1); m > 0 && !c.short; m-- {
				bits := 7
				if flags&1 != 0 {
					bits = 15
				}
				v := c.int((bits + 1) / 8)
				if at := v & (1<<bits - 1); at > 0 && len(it.properties) < maxProperties {
					it.properties = append(it.properties, at-1)
					it.essential = append(it.essential, v>>bits != 0)
				}
			}
		}
		if c.short {
			return damaged("ipma is too short")
		}
	}
	return nil
}

// payload gives the bytes of an item, which are a part of the file unless it lies there in
// pieces.
func (f *file) payload(it *item) ([]byte, error) {
	source := f.data
	switch {
	case !it.located || len(it.extents) == 0:
		return nil, damaged("an item that lies nowhere")
	case it.external || it.protected || it.method > 1:
		return nil, variety("an item in another file, encrypted or derived")
	case len(it.extents) > maxExtents:
		return nil, variety("an item in more than %d pieces", maxExtents)
	case it.method == 1:
		source = f.idat
	}
	var out []byte
	for i, e := range it.extents {
		size := uint64(len(source))
		if e[0] > size || e[1] > size-e[0] {
			return nil, damaged("cut off: %d bytes at %d of %d", e[1], e[0], size)
		}
		end := e[0] + e[1]
		if e[1] == 0 {
			end = size
		}
		// Items share no bytes in a sound file. So a file cannot be made to be read
		// a thousand times over.
		if f.used += end - e[0]; f.used > uint64(len(f.data)) {
			return nil, damaged("items of more bytes than there are")
		}
		if piece := source[e[0]:end:end]; i == 0 {
			out = piece
		} else {
			out = append(out, piece...)
		}
	}
	return out, nil
}
