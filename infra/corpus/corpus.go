// Package corpus runs the intake of photos over a folder of files, each in a process of its
// own, and says what became of every one: `make corpus CORPUS=folder`. So a crash, a hang
// or too much memory is a line like others and not the end of the run. Where libvips is
// installed, what was taken is compared with what libvips makes of the same file.
package corpus

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/heifcodec"
	"github.com/nanococoa/nanococoa/internal/parallel"
	"github.com/nanococoa/nanococoa/internal/photo"
)

// What becomes of a file.
const (
	Taken   = "taken"   // Prepare made a picture of it
	Refused = "refused" // by a fault about the photo
	Broken  = "BROKEN"  // any other end: a crash, a hang, a fault that is not the photo's
)

// Line is what became of one file.
type Line struct {
	Path          string  // below the folder
	Outcome       string  // Taken, Refused or Broken
	Code          string  // the fault's; of Broken what the process said last
	Width, Height int     // of the prepared picture in pixels; 0 unless taken
	MS            int     // for Check and Prepare, without the start of the process
	PeakMB        int     // resident memory of the process; 0 when it broke
	Compared      bool    // libvips read the file too
	VipsSize      string  // width×height by libvips, where it differs from ours
	MAE           float64 // mean absolute error against libvips, in steps of 255
	VipsAlone     bool    // libvips takes what was refused here
}

// Options says what Run does.
type Options struct {
	Folder string
	// Child is the command that takes one file in: Intake with the file's path as
	// its last argument.
	Child []string
	// Timeout ends a child. Zero: a minute.
	Timeout time.Duration
	// Jobs is how many run side by side; zero or less: one. Times are true only of one.
	Jobs int
	// Vips is libvips' program vipsthumbnail; "" compares with nothing.
	Vips string
}

// answer is what a child prints.
type answer struct {
	Code          string `json:"code"`
	Detail        string `json:"detail"`
	Width, Height int
	MS            int `json:"ms"`
	PeakMB        int `json:"peak_mb"`
}

// Intake takes in one file, prints what became of it to out as JSON and leaves the
// prepared picture at picture ("": nowhere). It is what a child does.
func Intake(ctx context.Context, path, picture string, out io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var a answer
	start := time.Now()
	_, err = photo.Check(data)
	var p photo.Prepared
	if err == nil {
		p, err = photo.Intake{Codec: heifcodec.New()}.Prepare(ctx, data)
	}
	a.MS = int(time.Since(start).Milliseconds())
	a.PeakMB = peak()
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		a.Code, a.Detail = string(f.Code), err.Error()
	case err != nil:
		return err
	default:
		a.Width, a.Height = p.Width, p.Height
		if picture != "" {
			if err := os.WriteFile(picture, p.PNG, 0o600); err != nil {
				return err
			}
		}
	}
	return json.NewEncoder(out).Encode(a)
}

// peak is the most resident memory of this process so far in MB, where the system tells
// (Linux); else 0. What a parent is told of its child counts the parent's own memory too,
// from before the child's program began.
func peak() int {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kB int
	_, _ = fmt.Sscan(rest, &kB)
	return kB >> 10
}

// Run takes in every file below o.Folder and writes a line for each to out, in the order
// of their paths, and a summary. It fails when the folder cannot be read or has no file,
// and when ctx ends; what becomes of the files is no failure.
func Run(ctx context.Context, o Options, out io.Writer) ([]Line, error) {
	var paths []string
	err := filepath.WalkDir(o.Folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no file in %s", o.Folder)
	}
	temp, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	jobs := max(o.Jobs, 1)
	w := bufio.NewWriter(out)
	lines := make([]Line, 0, len(paths))
	for batch := range slices.Chunk(paths, jobs) {
		did := make([]Line, len(batch))
		err := parallel.Run(len(batch), func(i int) error {
			did[i] = o.one(ctx, batch[i], filepath.Join(temp, fmt.Sprint(i)))
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
		for _, l := range did {
			fmt.Fprintln(w, l)
		}
		if err := w.Flush(); err != nil {
			return nil, err
		}
		lines = append(lines, did...)
	}
	fmt.Fprint(w, summary(lines))
	return lines, w.Flush()
}

func (o Options) one(ctx context.Context, path, temp string) Line {
	name, err := filepath.Rel(o.Folder, path)
	if err != nil {
		name = path
	}
	l := Line{Path: name, Outcome: Broken}
	within, stop := context.WithTimeout(ctx, cmp.Or(o.Timeout, time.Minute))
	defer stop()
	ours := temp + ".png"
	defer os.Remove(ours)
	args := append(slices.Clone(o.Child[1:]), ours, path)
	cmd := exec.CommandContext(within, o.Child[0], args...)
	var said, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &wrong
	start := time.Now()
	err = cmd.Run()
	l.MS = int(time.Since(start).Milliseconds())
	var a answer
	switch {
	case within.Err() != nil:
		l.Code = fmt.Sprintf("no end within %s", cmp.Or(o.Timeout, time.Minute))
		return l
	case err != nil:
		l.Code = firstLine(wrong.String(), err.Error())
		return l
	}
	if err := json.Unmarshal(said.Bytes(), &a); err != nil {
		l.Code = err.Error()
		return l
	}
	l.Code, l.MS, l.PeakMB, l.Width, l.Height = a.Code, a.MS, a.PeakMB, a.Width, a.Height
	switch {
	case a.Code == "":
		l.Outcome = Taken
	case strings.HasPrefix(a.Code, "Photo."):
		l.Outcome = Refused
		l.Code += " (" + a.Detail + ")"
	}
	if o.Vips != "" {
		o.compare(within, path, ours, temp+".vips.png", &l)
	}
	return l
}

// compare looks at what libvips makes of a file: an upright sRGB picture of the same size.
func (o Options) compare(ctx context.Context, path, ours, theirs string, l *Line) {
	defer os.Remove(theirs)
	// ">" leaves small pictures as they are, as we do.
	size := fmt.Sprintf("%dx%d>", photo.MaxSide, photo.MaxSide)
	// With both profiles named, a picture without one is left as it is.
	cmd := exec.CommandContext(ctx, o.Vips, path, "--size", size, "--import-profile", "srgb",
		"--export-profile", "srgb", "--intent", "relative", "-o", theirs)
	if cmd.Run() != nil {
		return
	}
	if l.Outcome == Refused {
		l.VipsAlone = true
		return
	}
	a, b := open(ours), open(theirs)
	if a == nil || b == nil {
		return
	}
	l.Compared = true
	if size := b.Bounds().Size(); size != a.Bounds().Size() {
		l.VipsSize = fmt.Sprintf("%d×%d", size.X, size.Y)
		return
	}
	l.MAE = difference(a, b)
}

func open(path string) image.Image {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return nil
	}
	return img
}

// difference is the mean absolute error of two pictures of one size over white paper.
func difference(a, b image.Image) float64 {
	sum, r := 0.0, a.Bounds()
	for y := range r.Dy() {
		for x := range r.Dx() {
			r1, g1, b1, a1 := a.At(r.Min.X+x, r.Min.Y+y).RGBA()
			r2, g2, b2, a2 := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, c := range [3][2]uint32{{r1 - a1, r2 - a2}, {g1 - a1, g2 - a2}, {b1 - a1, b2 - a2}} {
				sum += math.Abs(float64(int32(c[0])) - float64(int32(c[1])))
			}
		}
	}
	return sum / 257 / 3 / float64(r.Dx()*r.Dy())
}

// String is the line of a file as it is shown: outcome, milliseconds, megabytes, what is
// said of it, path.
func (l Line) String() string {
	said := l.Code
	if l.Outcome == Taken {
		said = fmt.Sprintf("%d×%d", l.Width, l.Height)
	}
	switch {
	case l.VipsSize != "":
		said += ", libvips " + l.VipsSize
	case l.Compared:
		said += fmt.Sprintf(", MAE %.2f", l.MAE)
	case l.VipsAlone:
		said += ", libvips takes it"
	}
	return fmt.Sprintf("%-7s %6d ms %4d MB  %s  %s", l.Outcome, l.MS, l.PeakMB, said, l.Path)
}

// The bounds that a file should keep: 2 s and 400 MB (internal/photo lists what does not).
const (
	slow  = 2000 // ms
	heavy = 400  // MB
	// far is a mean error beyond rounding and the scalers' differences, which are
	// about 1 for photos.
	far = 3.0
)

// summary counts the lines and names those that somebody should look at.
func summary(lines []Line) string {
	var b strings.Builder
	counts := map[string]int{}
	formats, outcomes := map[string]int{}, map[string]map[string]int{} // by the ends of the names
	codes := map[string]int{}
	var ms, mb []int
	var errs []float64
	sizes := 0
	var look []string
	for _, l := range lines {
		counts[l.Outcome]++
		format := formatOf(l.Path)
		formats[format]++
		if outcomes[format] == nil {
			outcomes[format] = map[string]int{}
		}
		outcomes[format][l.Outcome]++
		if l.Outcome == Refused {
			code, _, _ := strings.Cut(l.Code, " ")
			codes[code]++
		}
		ms, mb = append(ms, l.MS), append(mb, l.PeakMB)
		if l.Compared {
			errs = append(errs, l.MAE)
		}
		if l.VipsSize != "" {
			sizes++
		}
		if l.Outcome == Broken || l.MS > slow || l.PeakMB > heavy || l.VipsSize != "" || l.MAE > far || l.VipsAlone {
			look = append(look, l.String())
		}
	}
	fmt.Fprintf(&b, "\n%d files: %d taken, %d refused, %d broken\n",
		len(lines), counts[Taken], counts[Refused], counts[Broken])
	for _, format := range sorted(formats) {
		of := outcomes[format]
		fmt.Fprintf(&b, "  %5d %s: %d taken, %d refused, %d broken\n",
			formats[format], format, of[Taken], of[Refused], of[Broken])
	}
	fmt.Fprintln(&b, "refused for:")
	for _, code := range sorted(codes) {
		fmt.Fprintf(&b, "  %5d %s\n", codes[code], code)
	}
	slices.Sort(ms)
	slices.Sort(mb)
	fmt.Fprintf(&b, "time: half within %d ms, 99 of 100 within %d, the slowest %d\n", at(ms, 0.5), at(ms, 0.99), at(ms, 1))
	fmt.Fprintf(&b, "memory: half within %d MB, 99 of 100 within %d, the most %d\n", at(mb, 0.5), at(mb, 0.99), at(mb, 1))
	if len(errs) > 0 {
		slices.Sort(errs)
		fmt.Fprintf(&b, "against libvips: %d compared, %d of another size, MAE half within %.2f, 99 of 100 within %.2f, "+
			"the most %.2f\n", len(errs), sizes, at(errs, 0.5), at(errs, 0.99), at(errs, 1))
	}
	if len(look) > 0 {
		fmt.Fprintf(&b, "\nto look at (broken, over %d ms or %d MB, or unlike libvips):\n  %s\n", slow, heavy,
			strings.Join(look, "\n  "))
	}
	return b.String()
}

// at gives the value below which a part of the sorted values is.
func at[T any](values []T, part float64) T {
	return values[int(part*float64(len(values)-1))]
}

func sorted(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	return keys
}

// formatOf is the format that the end of a file's name says.
func formatOf(path string) string {
	switch end := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), ".")); end {
	case "":
		return "without an ending"
	case "jpeg", "jpe", "jfif":
		return "jpg"
	case "heif", "hif":
		return "heic"
	default:
		return end
	}
}

// firstLine is the first line of what a process said, which in Go names the panic.
func firstLine(said, otherwise string) string {
	said, _, _ = strings.Cut(strings.TrimSpace(said), "\n")
	if said == "" {
		return otherwise
	}
	return said
}
