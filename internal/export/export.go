// Package export makes a copy of all that an owner has, as one ZIP, in pieces: each call works
// for some seconds, and the next goes on where it ended, also after a crash. Nothing runs
// between the calls, and no call holds more than one ad in memory.
//
// The copy is an upload in parts. archive/zip writes it from its beginning each time, over a
// writer that passes nothing on of what is stored already; what that was is replayed as
// zeros, of which only name, size and checksum matter.
package export

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// Records is what a copy is made of and where it is kept how far it is; see adstore.Store for
// the faults.
type Records interface {
	Export(ctx context.Context, owner string) (account.Job, error)
	HoldExport(ctx context.Context, owner string, j account.Job, life time.Duration) (bool, error)
	KeepExport(ctx context.Context, owner string, j account.Job) error
	List(ctx context.Context, owner string, limit int, cursor string) ([]ad.Ad, string, error)
	Studio(ctx context.Context, owner, adID string) (ad.Studio, error)
	Brand(ctx context.Context, owner string) (ad.Brand, error)
	Stats(ctx context.Context, owner string) (ad.Stats, error)
}

// Files is where pictures are read and the copy is written; see blob.Exports for the faults.
type Files interface {
	Kept(ctx context.Context, adID string) ([]ad.Picture, error)
	Picture(ctx context.Context, adID string, p ad.Picture) ([]byte, error)
	Logo(ctx context.Context, logoID string) ([]byte, error)

	Begin(ctx context.Context, id string) (upload string, err error)
	Part(ctx context.Context, id, upload string, n int, data []byte) (tag string, err error)
	Complete(ctx context.Context, id, upload string, tags []string) error
	State(ctx context.Context, id string) ([]byte, error)
	SetState(ctx context.Context, id string, state []byte) error
	Link(ctx context.Context, id string, life time.Duration) (string, error)
	Remove(ctx context.Context, id string) error
}

const (
	// life is how long a copy stays: a day, as the bucket's rule has it.
	life = 24 * time.Hour
	// linkLife is enough to begin a download; asking again gives another link.
	linkLife = 15 * time.Minute
	// hold is longer than any call works: API Gateway waits for 29 s.
	hold = 40 * time.Second
)

// Maker makes copies.
type Maker struct {
	Records Records
	Files   Files
	Now     func() time.Time
	// Work is how long a call begins with further ads: less than a call has, as one ad may
	// take some seconds.
	Work time.Duration
	// Part is the bytes of a part, at least blob.MinPart.
	Part int
}

// Export goes on with the copy of an owner, or begins one if there is none and begin lets it.
//
// Faults: begin's; Storage.*: the next call goes on.
func (m *Maker) Export(ctx context.Context, a account.Account, begin func() error) (account.Copy, error) {
	job, err := m.Records.Export(ctx, a.Owner)
	if err != nil {
		return account.Copy{}, err
	}
	if job.ID == "" {
		if job, err = m.begin(ctx, a.Owner, begin); err != nil {
			return account.Copy{}, err
		}
	}
	if !job.Ready {
		ok, err := m.Records.HoldExport(ctx, a.Owner, job, hold)
		if err != nil || !ok { // another call works on it
			return account.Copy{Done: job.Done, Total: job.Total}, err
		}
		worked, err := m.work(ctx, a, job)
		if err != nil {
			return account.Copy{}, err
		}
		job = worked
		if err := m.Records.KeepExport(ctx, a.Owner, job); err != nil {
			return account.Copy{}, err
		}
	}
	out := account.Copy{Ready: job.Ready, Done: job.Done, Total: job.Total, Bytes: job.Bytes, EndsAt: job.EndsAt}
	if job.Ready {
		out.URL, err = m.Files.Link(ctx, job.ID, linkLife)
	}
	return out, err
}

// Remove removes the copy of an owner, if there is one.
func (m *Maker) Remove(ctx context.Context, owner string) error {
	job, err := m.Records.Export(ctx, owner)
	if err != nil || job.ID == "" {
		return err
	}
	return m.Files.Remove(ctx, job.ID)
}

func (m *Maker) begin(ctx context.Context, owner string, begin func() error) (account.Job, error) {
	if err := begin(); err != nil {
		return account.Job{}, err
	}
	st, err := m.Records.Stats(ctx, owner)
	if err != nil {
		return account.Job{}, err
	}
	job := account.Job{ID: rand.Text(), Total: st.TotalAds, EndsAt: m.Now().Add(life)}
	job.Upload, err = m.Files.Begin(ctx, job.ID)
	return job, err
}

// state is what a copy is made of so far.
type state struct {
	Entries []entry  `json:"entries"`
	Tags    []string `json:"tags"`   // of the parts that are stored
	Stored  int64    `json:"stored"` // bytes
	Cursor  string   `json:"cursor"` // of the ads that follow
	Begun   bool     `json:"begun"`  // else the first ad follows
	Done    int      `json:"done"`
}

// entry is a file of the copy.
type entry struct {
	Name     string    `json:"name"`
	Size     uint64    `json:"size"`
	CRC      uint32    `json:"crc"`
	Modified time.Time `json:"modified"`
}

func (e entry) header() *zip.FileHeader {
	return &zip.FileHeader{
		Name: e.Name, Method: zip.Store, Modified: e.Modified, CRC32: e.CRC,
		CompressedSize64: e.Size, UncompressedSize64: e.Size,
	}
}

// rest keeps what is written behind the first bytes.
type rest struct {
	skip int64
	buf  bytes.Buffer
}

func (r *rest) Write(p []byte) (int, error) {
	n := len(p)
	if r.skip >= int64(n) {
		r.skip -= int64(n)
		return n, nil
	}
	_, _ = r.buf.Write(p[r.skip:]) // a buffer never fails
	r.skip = 0
	return n, nil
}

// zeros are an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// piece is one call's work on a copy.
type piece struct {
	*Maker
	job   account.Job
	state state
	out   rest
	zip   *zip.Writer
}

// work goes on with a copy until its time is over or it is ready.
func (m *Maker) work(ctx context.Context, a account.Account, job account.Job) (account.Job, error) {
	p := &piece{Maker: m, job: job}
	raw, err := m.Files.State(ctx, job.ID)
	if err != nil {
		return job, err
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &p.state); err != nil {
			return job, fmt.Errorf("the state of a copy: %w", err)
		}
	}
	if err := p.replay(); err != nil {
		return job, err
	}
	end := m.Now().Add(m.Work)
	for more := true; more; {
		more, err = p.next(ctx, a.Owner)
		if err != nil {
			return job, err
		}
		if p.out.buf.Len() < m.Part || !more {
			continue
		}
		if err := p.store(ctx); err != nil {
			return job, err
		}
		if m.Now().After(end) {
			p.job.Done = p.state.Done
			return p.job, nil
		}
	}
	return p.finish(ctx, a)
}

// replay brings the writer to where the last call ended.
func (p *piece) replay() error {
	p.out.skip = p.state.Stored
	p.zip = zip.NewWriter(&p.out)
	for _, e := range p.state.Entries {
		w, err := p.zip.CreateRaw(e.header())
		if err == nil {
			_, err = io.CopyN(w, zeros{}, int64(e.Size)) //nolint:gosec // of files we wrote
		}
		if err != nil {
			return fmt.Errorf("replay a copy: %w", err)
		}
	}
	return p.flush()
}

func (p *piece) flush() error {
	if err := p.zip.Flush(); err != nil {
		return fmt.Errorf("write a copy: %w", err)
	}
	return nil
}

// add writes a file.
func (p *piece) add(name string, data []byte, at time.Time) error {
	e := entry{name, uint64(len(data)), crc32.ChecksumIEEE(data), at.UTC().Truncate(time.Second)}
	w, err := p.zip.CreateRaw(e.header())
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		return fmt.Errorf("write a copy: %w", err)
	}
	p.state.Entries = append(p.state.Entries, e)
	return p.flush()
}

func (p *piece) addJSON(name string, v any, at time.Time) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode a copy: %w", err)
	}
	return p.add(name, data, at)
}

// next writes the next ad, and reports whether there are more.
func (p *piece) next(ctx context.Context, owner string) (more bool, err error) {
	if p.state.Begun && p.state.Cursor == "" {
		return false, nil
	}
	ads, cursor, err := p.Records.List(ctx, owner, 1, p.state.Cursor)
	if err != nil {
		return false, err
	}
	p.state.Begun, p.state.Cursor = true, cursor
	for _, one := range ads {
		if err := p.ad(ctx, owner, one.AdID); err != nil {
			return false, err
		}
		p.state.Done++
	}
	return cursor != "", nil
}

// ad writes one ad: what is known of it, and its pictures. One that was deleted meanwhile is
// left out.
func (p *piece) ad(ctx context.Context, owner, adID string) error {
	st, err := p.Records.Studio(ctx, owner, adID)
	if fault.Has(err, fault.AdNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := p.Files.Kept(ctx, adID)
	if err != nil {
		return err
	}
	folder := "ads/" + adID + "/"
	about := dataOf(st)
	for _, name := range names {
		data, err := p.Files.Picture(ctx, adID, name)
		if fault.Has(err, fault.ImageNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		file := string(name)
		if name == ad.OriginalPhoto {
			file += extension(data)
		}
		if err := p.add(folder+file, data, st.CreatedAt); err != nil {
			return err
		}
		about.Pictures = append(about.Pictures, file)
	}
	return p.addJSON(folder+"ad.json", about, st.UpdatedAt)
}

// extension is how the name of a photo ends that has none.
func extension(data []byte) string {
	kind, isImage := strings.CutPrefix(http.DetectContentType(data), "image/")
	if !isImage {
		return ""
	}
	return "." + kind
}

// store stores what was written as the next part, and then keeps how far the copy is.
func (p *piece) store(ctx context.Context) error {
	data := p.out.buf.Bytes()
	tag, err := p.Files.Part(ctx, p.job.ID, p.job.Upload, len(p.state.Tags)+1, data)
	if err != nil {
		return err
	}
	p.state.Tags = append(p.state.Tags, tag)
	p.state.Stored += int64(len(data))
	p.out.buf.Reset()
	raw, err := json.Marshal(p.state)
	if err != nil {
		return fmt.Errorf("the state of a copy: %w", err)
	}
	return p.Files.SetState(ctx, p.job.ID, raw)
}

// finish writes what is not of an ad, and makes the copy of its parts.
func (p *piece) finish(ctx context.Context, a account.Account) (account.Job, error) {
	brand, err := p.Records.Brand(ctx, a.Owner)
	if err != nil {
		return p.job, err
	}
	if brand.LogoID != "" {
		logo, err := p.Files.Logo(ctx, brand.LogoID)
		if err == nil {
			err = p.add("logo.png", logo, p.Now())
		}
		if err != nil && !fault.Has(err, fault.ImageNotFound) {
			return p.job, err
		}
	}
	if err := p.addJSON("data.json", ownerData(a, brand, p.state.Done), p.Now()); err != nil {
		return p.job, err
	}
	entries := len(p.state.Entries)
	if err := p.zip.Close(); err != nil {
		return p.job, fmt.Errorf("end a copy of %d files: %w", entries, err)
	}
	data := p.out.buf.Bytes()
	tag, err := p.Files.Part(ctx, p.job.ID, p.job.Upload, len(p.state.Tags)+1, data)
	if err != nil {
		return p.job, err
	}
	if err := p.Files.Complete(ctx, p.job.ID, p.job.Upload, append(p.state.Tags, tag)); err != nil {
		return p.job, err
	}
	p.job.Ready, p.job.Done, p.job.Bytes = true, p.state.Done, p.state.Stored+int64(len(data))
	p.job.Total = max(p.job.Total, p.job.Done)
	return p.job, nil
}
