package contract_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The most megabytes of a function's zip. A cold start loads it whole.
const (
	maxZip       = 4.6 // the API, 4.52, has the studio's operations, shares, limits; it was 3.9 before them
	maxZipOpenAI = 5   // the largest has 4.6
	maxZipOIDC   = 4.2 // the account, 4.01, has go-oidc, of which 0.3 are, and archive/zip
	maxZipCodecs = 5.4 // decoders of HEIC and AVIF, and what runs them
	maxZipFonts  = 7   // of which fonts are 1.4, and what shapes text 0.8
)

// The functions are built as the Makefile builds them for AWS, for this machine's
// processor. The first time, that takes a minute or two, as every package is
// compiled with other flags than the tests'; afterwards it is cached.
func TestTheZipsAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: compiling every function takes a minute or two on a fresh machine")
	}
	t.Parallel()
	flags := strings.ReplaceAll(makefile(t, "AWS_FLAGS"), "$(FUNCTION_FLAGS)", makefile(t, "FUNCTION_FLAGS"))
	// A folder that stays: what is up to date there is not linked again.
	dir, err := filepath.Abs(filepath.Join(root, "build", "contract"))
	if err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", dir+"/", "./functions/...")
	build.Dir = root
	build.Env = append(os.Environ(), "GOFLAGS="+flags, "CGO_ENABLED=0", "GOOS=linux")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, folder := range folders(t) {
		limit := maxZip
		switch configOf(t, folder) {
		case "Write", "Suggest": // it links openai-go
			limit = maxZipOpenAI
		case "Account": // it links go-oidc and archive/zip
			limit = maxZipOIDC
		case "Prepare":
			limit = maxZipCodecs
		case "Compose":
			limit = maxZipFonts
		}
		size := zipped(t, filepath.Join(dir, folder))
		t.Logf("%-10s %.2f MB", folder, size)
		if size > limit {
			t.Errorf("%s: %.2f MB, at most %v", folder, size, limit)
		}
	}
}

// makefile reads one of the Makefile's variables.
func makefile(t *testing.T, name string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + `\s*:= ((?:.*\\\n)*.+)$`).FindSubmatch(read(t, "Makefile"))
	if found == nil {
		t.Fatalf("the Makefile has no %s", name)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(string(found[1]), "\\\n", " ")), " ")
}

// zipped is the size in megabytes of a program's zip.
func zipped(t *testing.T, program string) float64 {
	t.Helper()
	raw, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	// SAM zips with zlib, which packs a little tighter than Go's default.
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	w, err := z.Create("bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return float64(b.Len()) / 1e6
}
