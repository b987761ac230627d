// Package results keeps what the GPU server made, for a limited time: pictures
// by id and answers by Idempotency-Key, so that a retried call, even after a
// crash, is answered without rendering again.
//
// A folder holds it all:
//
//	journal        one line per key: bound to a content, then finished
//	journal.lock   held while a server runs
//	files/ID.png   a picture
//	files/ID.json  an answer
//
// Files are written whole before the journal speaks of them, so a key that the
// journal calls finished has its files, or somebody has removed them, and then
// it counts as not finished.
package results

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/aiserver/journal"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// grace is how much longer files live than the keys that lead to them: whoever
// was given an answer in its last moment still has to fetch the picture.
const grace = 10 * time.Minute

// compactAbove is how many records that say nothing any more the journal may
// carry beside as many living ones. A record is about 200 bytes.
const compactAbove = 1000

// Config says where results are kept and for how long.
type Config struct {
	Dir      string
	TTL      time.Duration    // how long a key and its result are remembered
	MaxBytes int64            // the oldest results go when all files together are bigger; 0: no limit
	Now      func() time.Time // nil: time.Now
}

// Store is an open folder of results. It is safe for concurrent use by one
// process; a second Open of the same folder fails.
type Store struct {
	cfg     Config
	files   string
	journal *journal.Journal

	// writing is held from a record's way into the journal until it is in keys,
	// and while the journal is rewritten from keys. It is taken before mu.
	writing sync.Mutex

	mu      sync.Mutex
	keys    map[string]entry
	index   map[string]file // by file name
	bytes   int64
	records int // lines in the journal, living or not
}

var _ jobs.Ledger = (*Store)(nil)

// entry is a line of the journal.
type entry struct {
	At          int64  `json:"at"` // Unix milliseconds
	Key         string `json:"key"`
	Fingerprint string `json:"fp"`
	Answer      string `json:"answer,omitempty"` // file name; empty: bound, not finished
	Sum         uint32 `json:"sum,omitempty"`    // CRC-32 (IEEE) of the answer
	Picture     string `json:"picture,omitempty"`
}

type file struct {
	at   time.Time
	size int64
}

// Open opens or makes the folder. damaged counts the journal's lines that could
// not be read.
func Open(c Config) (s *Store, damaged int, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s = &Store{cfg: c, files: filepath.Join(c.Dir, "files"), keys: map[string]entry{}, index: map[string]file{}}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		return nil, 0, fmt.Errorf("results: %w", err)
	}
	unknown := 0
	s.journal, damaged, err = journal.Open(filepath.Join(c.Dir, "journal"), func(payload []byte) {
		s.records++
		var e entry
		if json.Unmarshal(payload, &e) != nil || e.Key == "" {
			unknown++
			return
		}
		s.keys[e.Key] = e
	})
	if err != nil {
		return nil, 0, fmt.Errorf("results: %w", err)
	}
	if err := s.list(); err != nil {
		return nil, 0, errors.Join(err, s.journal.Close())
	}
	if _, err := s.Sweep(); err != nil {
		return nil, 0, errors.Join(err, s.journal.Close())
	}
	return s, damaged + unknown, nil
}

// list reads the index from the folder and removes what a crash left half
// written.
func (s *Store) list() error {
	all, err := os.ReadDir(s.files)
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	for _, d := range all {
		if strings.HasSuffix(d.Name(), halfWritten) {
			if err := os.Remove(filepath.Join(s.files, d.Name())); err != nil {
				return fmt.Errorf("results: %w", err)
			}
			continue
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("results: %w", err)
		}
		s.index[d.Name()] = file{at: info.ModTime(), size: info.Size()}
		s.bytes += info.Size()
	}
	return nil
}

// Close closes the folder.
func (s *Store) Close() error { return s.journal.Close() }

// idForm is what newID gives. Nothing else is ever made into a path.
var idForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ValidID reports whether s has the form of a picture's id.
func ValidID(s string) bool { return idForm.MatchString(s) }

// newID is 128 random bits: whoever does not hold an id does not guess it.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// Put keeps a picture and gives its id.
func (s *Store) Put(png []byte) (id string, err error) {
	id = newID()
	return id, s.write(id+".png", png)
}

// Picture gives a picture's bytes. Faults: Image.NotFound when the id is unknown
// or its time is over.
func (s *Store) Picture(id string) ([]byte, error) {
	if !ValidID(id) || !s.has(id+".png") {
		return nil, fault.New(fault.ImageNotFound, nil)
	}
	b, err := os.ReadFile(filepath.Join(s.files, id+".png"))
	if err != nil {
		return nil, fault.New(fault.ImageNotFound, fmt.Errorf("results: %w", err))
	}
	return b, nil
}

func (s *Store) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.index[name]
	return ok && !s.fileExpired(f)
}

func (s *Store) fileExpired(f file) bool { return s.cfg.Now().Sub(f.at) >= s.cfg.TTL+grace }

func (s *Store) entryExpired(e entry) bool {
	return s.cfg.Now().Sub(time.UnixMilli(e.At)) >= s.cfg.TTL
}

const halfWritten = ".new"

// write puts a file there whole or not at all, also over a power cut.
func (s *Store) write(name string, data []byte) (err error) {
	path := filepath.Join(s.files, name)
	defer func() {
		if err != nil {
			err = fmt.Errorf("results: %w", err)
			_ = os.Remove(path + halfWritten) // what stays is removed by the next Open
		}
	}()
	f, err := os.OpenFile(path+halfWritten, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	now := s.cfg.Now()
	if err := os.Chtimes(path+halfWritten, now, now); err != nil {
		return err
	}
	if err := os.Rename(path+halfWritten, path); err != nil {
		return err
	}
	if err := journal.SyncDir(s.files); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index[name] = file{at: now, size: int64(len(data))}
	s.bytes += int64(len(data))
	return nil
}

// Lookup gives what is remembered of a key. A finished result whose files are
// gone counts as bound only, so that it is made again.
func (s *Store) Lookup(key string) (jobs.Record, bool) {
	s.mu.Lock()
	e, ok := s.keys[key]
	ok = ok && !s.entryExpired(e)
	s.mu.Unlock()
	if !ok {
		return jobs.Record{}, false
	}
	r := jobs.Record{Fingerprint: e.Fingerprint}
	if e.Answer == "" || !s.has(e.Answer) || (e.Picture != "" && !s.present(e.Picture)) {
		return r, true
	}
	if b, err := os.ReadFile(filepath.Join(s.files, e.Answer)); err == nil && crc32.ChecksumIEEE(b) == e.Sum {
		r.Answer = b
	}
	return r, true
}

// present also looks at the disk: an operator may have removed the file.
func (s *Store) present(name string) bool {
	if !s.has(name) {
		return false
	}
	_, err := os.Stat(filepath.Join(s.files, name))
	return err == nil
}

// Bind ties a key to its content. Binding it again to the same changes nothing.
func (s *Store) Bind(key, fingerprint string) error {
	s.mu.Lock()
	e, ok := s.keys[key]
	known := ok && !s.entryExpired(e) && e.Fingerprint == fingerprint
	s.mu.Unlock()
	if known {
		return nil
	}
	return s.append(entry{At: s.cfg.Now().UnixMilli(), Key: key, Fingerprint: fingerprint})
}

// Store keeps a finished result.
func (s *Store) Store(key, fingerprint string, r jobs.Result) error {
	e := entry{At: s.cfg.Now().UnixMilli(), Key: key, Fingerprint: fingerprint, Answer: newID() + ".json", Sum: crc32.ChecksumIEEE(r.Answer)}
	if r.Image != "" {
		e.Picture = r.Image + ".png"
	}
	if err := s.write(e.Answer, r.Answer); err != nil {
		return err
	}
	return s.append(e)
}

func (s *Store) append(e entry) error {
	b, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.journal.Append(b); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[e.Key] = e
	s.records++
	return nil
}

// Sweep removes what has expired and, when the folder is too big, the oldest of
// the rest, and shortens the journal when most of it says nothing any more. It
// gives how many files went.
func (s *Store) Sweep() (removed int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	byAge := slices.SortedFunc(maps.Keys(s.index), func(a, b string) int {
		return s.index[a].at.Compare(s.index[b].at)
	})
	for _, name := range byAge {
		f := s.index[name]
		if !s.fileExpired(f) && (s.cfg.MaxBytes <= 0 || s.bytes <= s.cfg.MaxBytes) {
			break // the rest is younger
		}
		if e := os.Remove(filepath.Join(s.files, name)); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, fmt.Errorf("results: %w", e))
			continue
		}
		delete(s.index, name)
		s.bytes -= f.size
		removed++
	}
	maps.DeleteFunc(s.keys, func(_ string, e entry) bool { return s.entryExpired(e) })
	if s.records-len(s.keys) > len(s.keys)+compactAbove {
		err = errors.Join(err, s.compact())
	}
	return removed, err
}

// compact rewrites the journal with the living entries only. writing and mu are
// held.
func (s *Store) compact() error {
	var lines [][]byte
	for _, key := range slices.Sorted(maps.Keys(s.keys)) {
		b, err := json.Marshal(s.keys[key])
		if err != nil {
			return fmt.Errorf("results: %w", err)
		}
		lines = append(lines, b)
	}
	if err := s.journal.Rewrite(lines); err != nil {
		return fmt.Errorf("results: %w", err)
	}
	s.records = len(lines)
	return nil
}

// Usage is how much there is.
type Usage struct {
	Keys, Files int
	Bytes       int64
}

// Usage reports the moment.
func (s *Store) Usage() Usage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Usage{Keys: len(s.keys), Files: len(s.index), Bytes: s.bytes}
}
