// Package results keeps what the GPU server made, for a limited time: pictures
// by id and answers by Idempotency-Key, so that a retried call, even after a
// crash, is answered without rendering again.
//
// A folder holds it all:
//
//	keys.db        a bbolt database: what each key is bound to, and its result
//	files/ID.png   a picture
//	files/ID.json  an answer
//
// Files are written whole before the database names them, so the files of a
// finished key are there. If somebody has removed one, the key counts as not
// finished.
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
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/nanococoa/nanococoa/aiserver/jobs"
	"github.com/nanococoa/nanococoa/internal/fault"
)

// grace is how much longer files live than the keys that lead to them: a caller
// who got an answer just before its key expired still has to fetch the picture.
const grace = 10 * time.Minute

// ErrLocked is returned by Open when another process uses the folder.
var ErrLocked = errors.New("results: the folder is in use by another process")

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
	cfg   Config
	files string
	keys  *bbolt.DB

	mu    sync.Mutex
	index map[string]file // by file name
	bytes int64
}

var _ jobs.Ledger = (*Store)(nil)

// entry is what the database says of a key.
type entry struct {
	At          int64  `json:"at"` // Unix milliseconds
	Fingerprint string `json:"fp"`
	Answer      string `json:"answer,omitempty"` // file name; empty: bound, not finished
	Sum         uint32 `json:"sum,omitempty"`    // CRC-32 (IEEE) of the answer
	Picture     string `json:"picture,omitempty"`
}

type file struct {
	at   time.Time
	size int64
}

// Open opens or makes the folder. When its database cannot be read, that is put
// aside as keys.db.damaged and a new one is begun; damaged then says why. The
// error is ErrLocked while another process has the folder open.
func Open(c Config) (s *Store, damaged, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	s = &Store{cfg: c, files: filepath.Join(c.Dir, "files"), index: map[string]file{}}
	if err := os.MkdirAll(s.files, 0o700); err != nil {
		return nil, nil, fmt.Errorf("results: %w", err)
	}
	path := filepath.Join(c.Dir, "keys.db")
	if s.keys, err = openKeys(path); errors.Is(err, errDamaged) {
		damaged = err
		if err = os.Rename(path, path+".damaged"); err == nil {
			s.keys, err = openKeys(path)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("results: %w", err)
	}
	if err := errors.Join(syncDir(c.Dir), s.list()); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	if _, err := s.Sweep(); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, damaged, nil
}

// bucket is the database's only one. A change in how fingerprints are made needs
// another name here: keys bound under the old way would refuse their own content.
const bucket = "keys"

func keysOf(tx *bbolt.Tx) *bbolt.Bucket { return tx.Bucket([]byte(bucket)) }

var errDamaged = errors.New("the database of keys is damaged")

// openKeys opens the database and reads all of it once: bbolt panics on a page
// that is not what it should be, and here no request is lost by that.
func openKeys(path string) (db *bbolt.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // pages beyond the end of a file cut short
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
		if err != nil && db != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	// The shortest timeout there is: one try for the lock.
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 1})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, ErrLocked
	case errors.As(err, new(syscall.Errno)): // no permission, no space, no file
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	known := false
	err = db.View(func(tx *bbolt.Tx) error {
		b := keysOf(tx)
		if known = b != nil; !known {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if _, ok := decode(v); !ok {
				return fmt.Errorf("%w: the entry of %.300q", errDamaged, k)
			}
			return nil
		})
	})
	if err == nil && !known {
		err = db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte(bucket)); return err })
	}
	return db, err
}

// decode reads an entry; false for what is none.
func decode(v []byte) (e entry, ok bool) {
	return e, json.Unmarshal(v, &e) == nil
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
func (s *Store) Close() error { return s.keys.Close() }

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
	if err := syncDir(s.files); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index[name] = file{at: now, size: int64(len(data))}
	s.bytes += int64(len(data))
	return nil
}

// syncDir makes renames and new files in a folder survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

// entry gives what the database says of a key that has not expired.
func (s *Store) entry(key string) (e entry, ok bool) {
	err := s.keys.View(func(tx *bbolt.Tx) error {
		e, ok = decode(keysOf(tx).Get([]byte(key)))
		return nil
	})
	return e, err == nil && ok && !s.entryExpired(e)
}

// Lookup gives what is remembered of a key. A finished result whose files are
// gone counts as bound only, so that it is made again.
func (s *Store) Lookup(key string) (jobs.Record, bool) {
	e, ok := s.entry(key)
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
	if e, ok := s.entry(key); ok && e.Fingerprint == fingerprint {
		return nil
	}
	return s.remember(key, entry{Fingerprint: fingerprint})
}

// Store keeps a finished result.
func (s *Store) Store(key, fingerprint string, r jobs.Result) error {
	e := entry{Fingerprint: fingerprint, Answer: newID() + ".json", Sum: crc32.ChecksumIEEE(r.Answer)}
	if r.Image != "" {
		e.Picture = r.Image + ".png"
	}
	if err := s.write(e.Answer, r.Answer); err != nil {
		return err
	}
	return s.remember(key, e)
}

// remember returns when the entry is on the disk.
func (s *Store) remember(key string, e entry) error {
	e.At = s.cfg.Now().UnixMilli()
	v, err := json.Marshal(e)
	if err == nil {
		err = s.keys.Update(func(tx *bbolt.Tx) error { return keysOf(tx).Put([]byte(key), v) })
	}
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	return nil
}

// Sweep removes what has expired and, when the folder is too big, the oldest of
// the rest. It gives how many files went.
func (s *Store) Sweep() (removed int, err error) {
	removed, err = s.sweepFiles()
	return removed, errors.Join(err, s.sweepKeys())
}

func (s *Store) sweepFiles() (removed int, err error) {
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
	return removed, err
}

// sweepKeys writes nothing when nothing has expired.
func (s *Store) sweepKeys() error {
	tx, err := s.keys.Begin(true)
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	b, old := keysOf(tx), [][]byte{}
	err = b.ForEach(func(k, v []byte) error {
		if e, ok := decode(v); !ok || s.entryExpired(e) {
			old = append(old, k)
		}
		return nil
	})
	for _, k := range old {
		err = errors.Join(err, b.Delete(k))
	}
	if err == nil && len(old) > 0 {
		err = tx.Commit()
	}
	if err != nil {
		return fmt.Errorf("results: %w", err)
	}
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
	u := Usage{Files: len(s.index), Bytes: s.bytes}
	s.mu.Unlock()
	_ = s.keys.View(func(tx *bbolt.Tx) error { // fails only when closed
		u.Keys = keysOf(tx).Stats().KeyN
		return nil
	})
	return u
}
