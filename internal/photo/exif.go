package photo

import "encoding/binary"

// exifOrientation reads the Orientation of IFD0 from EXIF data (EXIF 2.32,
// section 4.6): 1–8, and 1 when there is none or it makes no sense. It looks at
// nothing else, so whatever else EXIF holds costs nothing.
func exifOrientation(b []byte) int {
	if has(b, 0, "Exif\x00\x00") { // some writers put JPEG's prefix elsewhere too
		b = b[6:]
	}
	var order binary.ByteOrder
	switch {
	case has(b, 0, "II*\x00"):
		order = binary.LittleEndian
	case has(b, 0, "MM\x00*"):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(b) < 8 {
		return 1
	}
	ifd := int64(order.Uint32(b[4:]))
	if ifd+2 > int64(len(b)) {
		return 1
	}
	count := int(order.Uint16(b[ifd:]))
	entries := b[ifd+2:]
	for ; count > 0 && len(entries) >= 12; count, entries = count-1, entries[12:] {
		const orientation, short = 0x0112, 3
		if order.Uint16(entries) != orientation {
			continue
		}
		if v := int(order.Uint16(entries[8:])); order.Uint16(entries[2:]) == short && v >= 1 && v <= 8 {
			return v
		}
		return 1
	}
	return 1
}
