package photo_test

import (
	"errors"
	"testing"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// Files that owners take for photos are called by their names; what only looks like one at
// its first letters is not.
func TestWhatAForeignFileIsCalled(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		data string
		want fault.Special // "" for the code's own words
	}{
		"BMP":                  {"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", fault.PhotoBMP},
		"TIFF":                 {"II*\x00\x08\x00\x00\x00", fault.PhotoTIFF},
		"TIFF, big endian":     {"MM\x00*\x00\x00\x00\x08", fault.PhotoTIFF},
		"BigTIFF":              {"II+\x00\x08\x00\x00\x00", fault.PhotoTIFF},
		"BigTIFF, big endian":  {"MM\x00+\x00\x08\x00\x00", fault.PhotoTIFF},
		"raw of Olympus":       {"IIRO\x08\x00\x00\x00", fault.PhotoTIFF},
		"raw of Panasonic":     {"IIU\x00\x08\x00\x00\x00", fault.PhotoTIFF},
		"raw of Fuji":          {"FUJIFILMCCD-RAW 0201FF", fault.PhotoTIFF},
		"raw of Canon":         {"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", fault.PhotoTIFF},
		"JPEG XL":              {"\xff\x0a\xfa\x7f\x01", fault.PhotoJXL},
		"JPEG XL in a box":     {"\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl ", fault.PhotoJXL},
		"JPEG 2000":            {"\x00\x00\x00\x0cjP  \r\n\x87\n", fault.PhotoJPEG2000},
		"JPEG 2000 codestream": {"\xff\x4f\xff\x51\x00\x2f", fault.PhotoJPEG2000},
		"PSD":                  {"8BPS\x00\x01", fault.PhotoPSD},
		"PDF":                  {"%PDF-1.7\n", fault.PhotoPDF},
		"SVG":                  {`<svg xmlns="http://www.w3.org/2000/svg"/>`, fault.PhotoSVG},
		"SVG with all before":  {"\xef\xbb\xbf\n<?xml version=\"1.0\"?><!-- x --><!DOCTYPE svg><svg/>", fault.PhotoSVG},
		"MP4":                  {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", fault.PhotoVideo},
		"MOV":                  {"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", fault.PhotoVideo},
		"3GP":                  {"\x00\x00\x00\x14ftyp3gp4\x00\x00\x00\x00", fault.PhotoVideo},
		"WebM":                 {"\x1aE\xdf\xa3\x01\x00\x00\x00", fault.PhotoVideo},
		"AVI":                  {"RIFF\x24\x00\x00\x00AVI LIST", fault.PhotoVideo},

		"a word":               {"BMW 520d, 2019", ""},
		"half a BMP's mark":    {"BM\x00\x00", ""},
		"a name":               {"II Corinthians", ""},
		"text about SVG":       {"a page about <svg>", ""},
		"HTML":                 {"<!doctype html><p>", ""},
		"WAV":                  {"RIFF\x24\x00\x00\x00WAVEfmt ", ""},
		"a film of other kind": {"\x00\x00\x00\x14ftypzzzz\x00\x00\x00\x00", ""},
		"zip":                  {"PK\x03\x04", ""},
	} {
		_, err := photo.Check([]byte(tc.data))
		var f *fault.Fault
		if !errors.As(err, &f) || f.Code != fault.PhotoUnsupported || f.Special != tc.want {
			t.Errorf("%s: %v, special %q, want %q", name, err, f.Special, tc.want)
		}
	}
}
