package gallery

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Products is the file beside the photos that says what they show: a line for each photo
// with its file name, the product's name, its category, the age and the gender it is for,
// and a concept. Without a concept the photo is shown in all of Options.Concepts.
const Products = "products.csv"

// product is what an owner would say of a photo.
type product struct {
	photo                       string // path
	name, category, age, gender string
	concept                     string // empty: all of them
}

// unsaid is the product of a photo of which nothing is said.
func unsaid(path string) product { return product{path, "상품", "기타", "30대", "전체", ""} }

// concepts are those the product is shown in.
func (p product) concepts(usual []Concept) []Concept {
	if p.concept == "" {
		return usual
	}
	return []Concept{{"own", p.concept}}
}

// shown are the photos of a folder, sorted by name, with what its Products says of them.
func shown(dir string) ([]product, error) {
	photos, err := find(dir)
	if err != nil {
		return nil, err
	}
	said, err := read(filepath.Join(dir, Products))
	if err != nil {
		return nil, err
	}
	var out []product
	for _, path := range photos {
		p, ok := said[filepath.Base(path)]
		if !ok {
			p = unsaid(path)
		}
		p.photo = path
		out = append(out, p)
	}
	return out, nil
}

// read gives the products of a file by photo; none when there is no file.
func read(path string) (map[string]product, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gallery: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment, r.FieldsPerRecord = '#', 6
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("gallery: %s: %w", Products, err)
	}
	out := map[string]product{}
	for _, l := range lines {
		for i := range l {
			l[i] = strings.TrimSpace(l[i])
		}
		out[l[0]] = product{name: l[1], category: l[2], age: l[3], gender: l[4], concept: l[5]}
	}
	return out, nil
}
