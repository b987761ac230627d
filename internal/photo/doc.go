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
//   - PNG: every colour type, depth and interlacing. Of an animation, the default
//     image, which is its first frame.
//   - WebP: lossy, lossless, alpha. Of an animation, the first frame.
//   - GIF: the first frame, in its place on the screen.
//   - Orientation from EXIF in JPEG, PNG (eXIf) and WebP.
//   - ICC profiles of the matrix kind (Display P3 of iPhones and Macs, Adobe RGB,
//     ProPhoto, linear ones) and of grey. Colours with any other profile, CMYK
//     above all, are taken for sRGB; CMYK becomes RGB by the plain formula.
//
// HEIC and AVIF are known by their brands and refused: every decoder for them needs
// C.
//
// # How a photo is read
//
// Check reads the structure of the whole file and decodes nothing. It refuses
// decompression bombs: a size or a number of frames or scans above the limits, or
// more pixels than the bytes can hold. Then the decoder gets only the parts that
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
// image/jpeg needs 127 ms for that photo before any scaling, which is why the
// decoder is our own (see scans.go).
//
// Peak memory of a process that prepares one photo of 48 megapixels, about the
// largest taken: sequential JPEG 26 MB (0.25 s), GIF 71 MB, lossy WebP 88 MB,
// lossless WebP and PNG 210 MB, interlaced PNG and WebP with alpha 380 MB, 16-bit
// PNG and CMYK JPEG 395 MB, progressive JPEG 371 MB (4:4:4: 723 MB); none takes
// longer than 1.6 s. Bombs are refused within 25 ms and 4 MB (BenchmarkBombs).
//
// The PNG is compressed at the fastest level. For product photos of 1536×1536
// that takes 50–150 ms where the default takes 170–930, for files of 0.6–2.5 MB
// where the default makes 0.5–2.1. Sending a tenth to a fifth more to S3 and the GPU
// server takes less time than that.
package photo
