// Package photo takes in the owner's product photo: it refuses what is not a
// photo or is too big, and turns everything else into upright 8-bit sRGB pixels.
// Nothing else that the file carried is kept.
//
// # What it reads
//
//   - JPEG: sequential and progressive, in one scan or many, grey, YCbCr, RGB, and
//     CMYK and YCCK with the ink inverted as Adobe does; every sampling layout that
//     libjpeg reads, whichever component is the widest. Not lossless, arithmetic
//     or 12-bit ones, nor two components.
//
//   - PNG: every colour type, depth and interlacing. Of an animation, the default
//     image, which is its first frame.
//
//   - WebP: lossy, lossless, alpha. Of an animation, the first frame.
//
//   - GIF: the first frame, in its place on the screen, which is made larger when it
//     is too small.
//
//   - Orientation from EXIF in JPEG, PNG (eXIf) and WebP.
//
//   - ICC profiles: curves and a matrix (Display P3 of iPhones and Macs, Adobe RGB,
//     ProPhoto, linear ones), tables (printers' CMYK, scanners, XYB of JPEG), grey. Tables
//     are read by github.com/kovidgoyal/imaging. A profile of another space than the
//     picture's is ignored. CMYK without a profile becomes RGB by the plain formula.
//
//   - PNG's own words for colours: cICP (P3, BT.2020, linear, PQ and HLG), sRGB, gAMA
//     and cHRM.
//
//   - HEIC and AVIF, where an Intake has a Codec: the primary picture, or the first of a
//     sequence; grids, opacity, 8 to 12 bits, clap, irot, imir (Exif does not count there),
//     ICC profiles and the numbers of nclx. docs/adr/0026 has their figures.
//
// # How a photo is read
//
// Check reads the structure of the whole file and decodes nothing, unless the file
// has no end. It refuses decompression bombs: a size or a number of frames or scans
// above the limits, or more pixels than the bytes can hold.
//
// The complete first picture decides. Programs make mistakes beside it that browsers
// show nothing of: no end, surplus bytes, damage in later frames, misnumbered restart
// markers, chunks that do not belong to its kind. These are passed over. A picture
// that lacks a part (rows, a scan, a table) is refused, for half of it would be grey.
// So where a file stops, Check decodes what there is to see whether it is all.
//
// Then the decoder gets only the parts that
// make the picture, so metadata costs nothing. Planes and rows are scaled straight
// to the final size. Colours are converted and pixels turned after that, when they
// are few. The decoder for JPEG makes the picture at 1/2, 1/4 or 1/8 right away.
//
// # Measured
//
// On two cores of an AMD EPYC, Go 1.26, for a 4000×3000 JPEG of 3.8 MB, with
//
//	go test -run '^$' -bench Libvips -benchtime 10x ./internal/photo
//
//	what                                  photo   libvips 8.14  its start-up  ratio
//	1536 and 480 pixels, uncompressed    101 ms         200 ms         84 ms   0.86
//	Prepare: PNG and JPEG files          209 ms         258 ms         85 ms   1.21
//
// Libvips is vipsthumbnail, run once for each of the two pictures, reading and
// writing files; the ratio is to its time without its start-up (to all of it:
// 0.50 and 0.81). Both sides use both cores. In the first row both decode the
// photo twice; Prepare decodes it once: 60 ms and 17 MB allocated for everything
// up to the 1536 pixels.
//
// A profile made of tables makes decoding three times as long: each colour is looked up
// (go test -run '^$' -bench Decode/JPEG ./internal/photo).
//
// image/jpeg needs 127 ms for that photo before any scaling, which is why the
// decoder is our own (see scans.go).
//
// Peak memory of a process that prepares one photo of 8192×6144, about the largest
// taken, the file included: sequential JPEG 34 MB (CMYK 43), GIF 74, lossy WebP 88,
// PNG 166 (with alpha 216; 16 bits and interlacing cost nothing more), progressive
// JPEG 177 (4:4:4: 322), lossless WebP 212, WebP with alpha 380. It takes up to 1.9 s
// of processor time but for what the next section lists. Bombs are refused within 25 ms
// and 4 MB (BenchmarkBombs).
//
// # What may take longer
//
// A photo takes at most 2 s of processor time and 400 MB. `make corpus CORPUS=folder`
// names every file that takes more. Those that may, and why:
//
//	what                                        up to           why
//	PNG of 16 bits with alpha, from 35 million  2.9 s, 234 MB   eight bytes a pixel are unpacked and unfiltered,
//	pixels on                                                   and each row needs the one above: no part of the
//	                                                            work can be left out or done beside another
//
// Nothing takes more than 400 MB: what would (progressive CMYK at 50 million pixels) is
// refused by its header (maxWorking).
//
// The PNG is compressed at the fastest level. For product photos of 1536×1536
// that takes 50–150 ms where the default takes 170–930, for files of 0.6–2.5 MB
// where the default makes 0.5–2.1. Sending a tenth to a fifth more to S3 and the GPU
// server takes less time than that.
package photo
