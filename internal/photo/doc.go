// Package photo takes in the owner's product photo: it refuses what is not a
// photo or is too big, and turns everything else into upright 8-bit sRGB pixels
// without a byte of what else the file carried.
package photo
