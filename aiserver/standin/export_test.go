package standin

import (
	"crypto/sha256"
	"image"
)

// Recall keeps cut-outs of so many bytes, the first one under 0, and gives those that are
// remembered in the end; between the two it asks for the one under again.
func Recall(sizes []int, again byte) (remembered []byte) {
	var c recent
	key := func(i byte) [sha256.Size]byte { return sha256.Sum256([]byte{i}) }
	for i, n := range sizes {
		c.keep(key(byte(i)), &part{pixels: &image.NRGBA{Pix: make([]uint8, n)}, mask: &image.Alpha{}})
		c.find(key(again))
	}
	for i := range sizes {
		if c.find(key(byte(i))) != nil {
			remembered = append(remembered, byte(i))
		}
	}
	return remembered
}
