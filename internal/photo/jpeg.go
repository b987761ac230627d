package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"slices"
)

// The JPEG markers that matter here (ITU-T T.81, table B.1).
const (
	markSOF0  = 0xc0 // baseline
	markSOF1  = 0xc1 // extended sequential
	markSOF2  = 0xc2 // progressive
	markDHT   = 0xc4
	markJPG   = 0xc8
	markDAC   = 0xcc
	markSOF15 = 0xcf
	markRST0  = 0xd0
	markRST7  = 0xd7
	markSOI   = 0xd8
	markEOI   = 0xd9
	markSOS   = 0xda
	markDQT   = 0xdb
	markDRI   = 0xdd
	markAPP0  = 0xe0
	markAPP1  = 0xe1
	markAPP2  = 0xe2
	markAPP14 = 0xee
)

// maxScans bounds the passes over a progressive picture. Encoders write about
// ten; a file of nothing but tiny scans would cost a full pass for each hundred
// bytes.
const maxScans = 64

// jpegFile is the structure of a JPEG.
type jpegFile struct {
	width, height int
	progressive   bool
	parts         []jpegPart // components in the order of the frame header
	jfif          bool
	adobe         int // colour transform of the Adobe marker, -1 without one
	scans         int
	exif          []byte
	icc           [][]byte // the profile's chunks by number, from 1
	image         []byte   // the whole image from SOI to EOI
	open          bool     // it has no EOI, so image is the whole file
	quantised     bool     // there is a quantisation table
}

// jpegPart is a component: its id, its sampling factors and its table.
type jpegPart struct {
	id, h, v, table int
}

func openJPEG(data []byte) (*file, error) {
	j := &jpegFile{adobe: -1}
	if err := j.parse(data); err != nil {
		return nil, err
	}
	if j.working() > maxWorking {
		return nil, tooHeavy(j.width, j.height, j.working())
	}
	if !j.quantised {
		return nil, corrupt("no quantisation table")
	}
	if j.open {
		if err := j.verify(); err != nil {
			return nil, err
		}
	}
	return &file{
		Info:    Info{Format: "jpeg", Width: j.width, Height: j.height, Frames: 1, Orientation: exifOrientation(j.exif)},
		colours: j.transform,
		pixels:  j.pixels,
	}, nil
}

// parse reads every marker up to the end of the image. It skips the coded pixels at
// the speed of a byte search.
//
// Some phones leave the end of the image out and go on with data of their own. So
// once there is a scan, whatever cannot be part of an image ends it.
func (j *jpegFile) parse(data []byte) error {
	for pos := 2; ; {
		marker, body, err := nextSegment(data, &pos)
		if second := markSOF0 <= marker && marker <= markSOF15 && !isTable(marker); j.scans > 0 && (err != nil || second) {
			j.image, j.open = data, true
			return j.complete()
		}
		switch {
		case err != nil:
			return err
		case marker == markEOI:
			j.image = data[:pos]
			return j.complete()
		case marker == markSOS:
			if j.scans++; j.scans > maxScans {
				return unsupported("more than %d scans", maxScans)
			}
		case marker == markDQT:
			j.quantised = true
		case isTable(marker):
		case markSOF0 <= marker && marker <= markSOF15:
			if err := j.frame(marker, body); err != nil {
				return err
			}
		case marker == markAPP0:
			j.jfif = j.jfif || has(body, 0, "JFIF\x00")
		case marker == markAPP1 && j.exif == nil && has(body, 0, "Exif\x00"):
			j.exif = body[min(6, len(body)):]
		case marker == markAPP2 && has(body, 0, "ICC_PROFILE\x00") && len(body) > 14:
			j.addProfile(int(body[12]), body[14:])
		case marker == markAPP14 && has(body, 0, "Adobe") && len(body) >= 12:
			j.adobe = int(body[11])
		}
	}
}

// isTable tells the markers among those of frames that are none.
func isTable(marker byte) bool { return marker == markDHT || marker == markJPG || marker == markDAC }

// nextSegment moves past the next segment, and over coded data before it, and
// gives its marker and what is in it, which for the end of the image is nothing.
func nextSegment(data []byte, pos *int) (marker byte, body []byte, err error) {
	for {
		marker, err := nextMarker(data, pos)
		switch {
		case err != nil || marker == markEOI:
			return marker, nil, err
		case markRST0 <= marker && marker <= markRST7:
			continue
		case marker < markSOF0 || marker == markSOI:
			return 0, nil, corrupt("marker %#x", marker)
		case *pos+2 > len(data):
			return 0, nil, cutOff()
		}
		begin := *pos + 2
		if *pos += int(binary.BigEndian.Uint16(data[*pos:])); *pos < begin || *pos > len(data) {
			return 0, nil, cutOff()
		}
		return marker, data[begin:*pos], nil
	}
}

// nextMarker moves past the next marker, over coded data, fill bytes and junk.
func nextMarker(data []byte, pos *int) (byte, error) {
	for {
		i := bytes.IndexByte(data[*pos:], 0xff)
		if i < 0 {
			return 0, cutOff()
		}
		*pos += i
		for *pos < len(data) && data[*pos] == 0xff {
			*pos++
		}
		if *pos == len(data) {
			return 0, cutOff()
		}
		marker := data[*pos]
		*pos++
		if marker != 0 {
			return marker, nil
		}
	}
}

func (j *jpegFile) frame(marker byte, body []byte) error {
	if j.parts != nil {
		return corrupt("two frame headers")
	}
	if len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return corrupt("frame header of %d bytes", len(body))
	}
	j.height, j.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	if err := checkSize(j.width, j.height); err != nil {
		return err
	}
	if marker > markSOF2 {
		return unsupported("JPEG process %#x", marker)
	}
	if body[0] != 8 {
		return unsupported("%d bits a sample", body[0])
	}
	j.progressive = marker == markSOF2
	for c := 6; c < len(body); c += 3 {
		p := jpegPart{id: int(body[c]), h: int(body[c+1] >> 4), v: int(body[c+1] & 15), table: int(body[c+2])}
		if p.h < 1 || p.h > 4 || p.v < 1 || p.v > 4 || p.table > 3 {
			return corrupt("component %+v", p)
		}
		if slices.ContainsFunc(j.parts, func(q jpegPart) bool { return q.id == p.id }) {
			return corrupt("component %d twice", p.id)
		}
		j.parts = append(j.parts, p)
	}
	switch n := len(j.parts); n {
	case 1, 3, 4:
	default:
		return unsupported("%d components", n)
	}
	// The standard allows a component with, say, two samples for three of another.
	// Nobody writes that, and libjpeg does not read it.
	maxH, maxV := j.sampling()
	for _, p := range j.parts {
		if maxH%p.h != 0 || maxV%p.v != 0 {
			return unsupported("component %d has %d×%d samples for %d×%d of the largest", p.id, p.h, p.v, maxH, maxV)
		}
	}
	return nil
}

// addProfile keeps chunk number n of the ICC profile (ICC.1, annex B.4).
func (j *jpegFile) addProfile(n int, chunk []byte) {
	for len(j.icc) < n {
		j.icc = append(j.icc, nil)
	}
	if n > 0 {
		j.icc[n-1] = chunk
	}
}

// profile puts the ICC profile together.
func (j *jpegFile) profile() []byte {
	size := 0
	for _, chunk := range j.icc {
		size += len(chunk)
	}
	if size > maxProfile {
		return nil
	}
	return bytes.Join(j.icc, nil)
}

func (j *jpegFile) complete() error {
	if j.parts == nil || j.scans == 0 {
		return corrupt("no picture before the end of the image")
	}
	// Each block of 64 samples takes at least one bit for its DC coefficient
	// and, unless that is a scan of its own, one for the end of the block. A
	// header that claims more samples than this lies.
	perByte := int64(64 * 8 / 2)
	if j.progressive {
		perByte = 64 * 8
	}
	if n := j.samples(); n > perByte*int64(len(j.image)) {
		return corrupt("%d bytes cannot hold %d samples", len(j.image), n)
	}
	return nil
}

// samples is the number of samples of all components.
func (j *jpegFile) samples() int64 {
	h, v := j.sampling()
	var n int64
	for _, p := range j.parts {
		n += int64(j.width) * int64(j.height) * int64(p.h*p.v) / int64(h*v)
	}
	return n
}

// sampling gives the largest sampling factors.
func (j *jpegFile) sampling() (h, v int) {
	for _, p := range j.parts {
		h, v = max(h, p.h), max(v, p.v)
	}
	return h, v
}

// working is about how many bytes decoding needs: two for each coefficient of a
// progressive picture. Beside them the planes, which are near the final size
// already, do not count.
func (j *jpegFile) working() int64 {
	if !j.progressive {
		return 0
	}
	return 2 * j.samples()
}

// isRGB says whether three components are RGB and not YCbCr, by the rules that
// libjpeg made common.
func (j *jpegFile) isRGB() bool {
	return len(j.parts) == 3 && !j.jfif &&
		(j.adobe == 0 || j.parts[0].id == 'R' && j.parts[1].id == 'G' && j.parts[2].id == 'B')
}

func (j *jpegFile) pixels(ctx context.Context, size image.Point) (picture, error) {
	planes, err := j.decode(ctx, size)
	if err != nil {
		return nil, err
	}
	return planar{planes, j.colouring()}, nil
}

// transform takes grey and RGB to sRGB. What ink looks like is found while it is
// scaled, from all four components.
func (j *jpegFile) transform() transform {
	switch len(j.parts) {
	case 1:
		return newTransform(j.profile(), greySpace)
	case 3:
		return newTransform(j.profile(), rgbSpace)
	}
	return nil
}

// colouring says what the components are.
func (j *jpegFile) colouring() colouring {
	switch {
	case len(j.parts) == 1:
		return always(fullRange.grey)
	case len(j.parts) == 3 && j.isRGB():
		return always(rgb)
	case len(j.parts) == 3:
		return always(fullRange.rgb)
	}
	// Only Adobe says that the ink is inverted, but viewers take four components that
	// way from everybody.
	ink := inks(j.profile())
	if ink == nil {
		ink = always(cmyk)
	}
	if j.adobe > 0 {
		return ycck(ink)
	}
	return ink
}
