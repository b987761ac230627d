package photo

import (
	"bytes"

	"github.com/nanococoa/nanococoa/internal/fault"
)

// foreigners are the first bytes of files that owners take for photos and that are not
// read here: each has words of its own.
var foreigners = []struct {
	magic string // '?' stands for any byte
	is    fault.Special
}{
	{"BM????\x00\x00\x00\x00", fault.PhotoBMP}, // two letters are also a word's; four zeros follow the size
	{"II*\x00", fault.PhotoTIFF},
	{"MM\x00*", fault.PhotoTIFF},
	{"II+\x00", fault.PhotoTIFF}, // of more than 4 GB
	{"MM\x00+", fault.PhotoTIFF},
	{"IIRO", fault.PhotoTIFF}, // raw files of Olympus and Panasonic
	{"IIRS", fault.PhotoTIFF},
	{"IIU\x00", fault.PhotoTIFF},
	{"FUJIFILMCCD-RAW", fault.PhotoTIFF},
	{"????ftypcrx ", fault.PhotoTIFF}, // Canon's
	{"\xff\x0a", fault.PhotoJXL},
	{"\x00\x00\x00\x0cJXL \r\n\x87\n", fault.PhotoJXL},
	{"\xff\x4f\xff\x51", fault.PhotoJPEG2000},
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", fault.PhotoJPEG2000},
	{"8BPS", fault.PhotoPSD},
	{"%PDF-", fault.PhotoPDF},
	{"????ftypisom", fault.PhotoVideo},
	{"????ftypiso?", fault.PhotoVideo},
	{"????ftypmp4?", fault.PhotoVideo},
	{"????ftypavc1", fault.PhotoVideo},
	{"????ftypM4V", fault.PhotoVideo},
	{"????ftyp3g", fault.PhotoVideo},
	{"????ftypqt  ", fault.PhotoVideo}, // the film beside an iPhone's live photo
	{"????moov", fault.PhotoVideo},
	{"\x1aE\xdf\xa3", fault.PhotoVideo}, // Matroska and WebM
	{"RIFF????AVI ", fault.PhotoVideo},
}

// foreign is the fault of a file in none of the formats that are read here.
func foreign(data []byte) error {
	for _, f := range foreigners {
		if len(data) >= len(f.magic) && matches(data, f.magic) {
			return fault.Specially(f.is, "a file of another format")
		}
	}
	// A drawing may have a byte order mark, a declaration and comments before its root.
	if start := bytes.TrimLeft(data[:min(len(data), 1024)], "\xef\xbb\xbf \t\r\n"); bytes.HasPrefix(start, []byte("<")) &&
		bytes.Contains(start, []byte("<svg")) {
		return fault.Specially(fault.PhotoSVG, "a file of another format")
	}
	return fault.Newf(fault.PhotoUnsupported, "no known signature")
}
