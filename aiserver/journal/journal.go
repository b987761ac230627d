// Package journal is an append-only file of records that survives a crash: what
// Append has reported as written is there after a power cut, and a record cut
// short by one is left out, not misread.
//
// A record is one line: the CRC-32C of the payload in eight hex digits, a space,
// the payload, a newline. So a journal can be read with the tools of the shell,
// and a damaged line costs itself only.
package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// MaxRecord bounds a payload in bytes. An answer with its HTML is some ten
// kilobytes; a longer line is damage, and must not be read into memory.
const MaxRecord = 8 << 20

// castagnoli is the polynomial with hardware support on amd64 and arm64.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Journal is an open journal. It is safe for concurrent use by one process; a
// lock on the file keeps a second process out.
type Journal struct {
	mu     sync.Mutex
	path   string
	file   *os.File
	lock   *os.File
	size   int64 // of the whole records; a failed write is cut back to here
	broken error // set when the file could not be cut back
}

// ErrLocked is returned by Open when another process has the journal open.
var ErrLocked = errors.New("journal: in use by another process")

// ErrInvalid is returned by Append for a payload that is empty, too long or
// holds a newline.
var ErrInvalid = errors.New("journal: a record is one line of at most 8 MiB")

// Open opens or makes the journal at path and gives every whole record to
// replay, oldest first. damaged counts the lines that were left out: the torn
// tail of a crash, or rot.
func Open(path string, replay func(payload []byte)) (j *Journal, damaged int, err error) {
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, 0, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("journal: %w", err), unlockFile(lock))
	}
	j = &Journal{path: path, file: file, lock: lock}
	if damaged, err = j.load(replay); err != nil {
		return nil, 0, errors.Join(fmt.Errorf("journal: %w", err), j.Close())
	}
	if err := SyncDir(filepath.Dir(path)); err != nil {
		return nil, 0, errors.Join(err, j.Close())
	}
	return j, damaged, nil
}

// load reads the records and cuts off a tail without newline, which the next
// record would otherwise be glued to.
func (j *Journal) load(replay func([]byte)) (damaged int, err error) {
	r := bufio.NewReaderSize(j.file, 64<<10)
	for {
		line, whole, err := readLine(r)
		if errors.Is(err, io.EOF) {
			if len(line) > 0 {
				damaged++
			}
			break
		}
		if err != nil {
			return damaged, err
		}
		j.size += whole
		if payload, ok := parse(line); ok {
			replay(payload)
		} else {
			damaged++
		}
	}
	return damaged, j.file.Truncate(j.size)
}

// readLine gives the next line without its newline, and how many bytes it took.
// A line beyond the limit is read on but not kept, which makes its CRC fail.
// io.EOF comes with what stood after the last newline.
func readLine(r *bufio.Reader) (line []byte, whole int64, err error) {
	for {
		part, err := r.ReadSlice('\n')
		whole += int64(len(part))
		if len(line) <= MaxRecord+headLen {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return line, whole, err
		}
		return bytes.TrimSuffix(line, []byte{'\n'}), whole, nil
	}
}

// headLen is eight hex digits and a space.
const headLen = 9

func format(payload []byte) []byte {
	return fmt.Appendf(make([]byte, 0, headLen+len(payload)+1), "%08x %s\n", crc32.Checksum(payload, castagnoli), payload)
}

func parse(line []byte) (payload []byte, ok bool) {
	if len(line) <= headLen || line[headLen-1] != ' ' {
		return nil, false
	}
	payload = line[headLen:]
	return payload, string(line[:headLen-1]) == fmt.Sprintf("%08x", crc32.Checksum(payload, castagnoli))
}

// Append writes one record and returns when it is on the disk.
func (j *Journal) Append(payload []byte) error {
	if !valid(payload) {
		return ErrInvalid
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	line := format(payload)
	_, err := j.file.WriteAt(line, j.size)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("journal: append: %w", err), j.cutBack())
	}
	j.size += int64(len(line))
	return nil
}

func valid(payload []byte) bool {
	return len(payload) > 0 && len(payload) <= MaxRecord && !bytes.ContainsRune(payload, '\n')
}

// cutBack removes half a record after a failed write. When even that fails
// nothing more is written: a record behind a torn one could be lost.
func (j *Journal) cutBack() error {
	if err := j.file.Truncate(j.size); err != nil {
		j.broken = fmt.Errorf("journal: broken: %w", err)
	}
	return j.broken
}

// Size is the journal's length in bytes.
func (j *Journal) Size() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size
}

// Rewrite replaces the whole journal by these records, all or nothing: after a
// crash there is the old journal or the new one.
func (j *Journal) Rewrite(payloads [][]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	next, size, err := writeNew(j.path+".new", payloads)
	if err != nil {
		return fmt.Errorf("journal: rewrite: %w", err)
	}
	if err := os.Rename(next.Name(), j.path); err != nil {
		return errors.Join(fmt.Errorf("journal: rewrite: %w", err), next.Close(), os.Remove(next.Name()))
	}
	// From here on the new file is the journal, whatever else fails.
	old := j.file
	j.file, j.size, j.broken = next, size, nil
	return errors.Join(old.Close(), SyncDir(filepath.Dir(j.path)))
}

// writeNew writes the records to a new file and leaves it open at its end.
func writeNew(path string, payloads [][]byte) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, 0, err
	}
	size, err := writeAll(f, payloads)
	if err != nil {
		return nil, 0, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, size, nil
}

func writeAll(f *os.File, payloads [][]byte) (size int64, err error) {
	w := bufio.NewWriterSize(f, 64<<10)
	for _, p := range payloads {
		if !valid(p) {
			return 0, ErrInvalid
		}
		n, err := w.Write(format(p))
		if err != nil {
			return 0, err
		}
		size += int64(n)
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return size, f.Sync()
}

// Close closes the journal and lets another process open it.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.broken = os.ErrClosed
	return errors.Join(j.file.Close(), unlockFile(j.lock))
}

// SyncDir makes renames and new files in a folder survive a power cut.
func SyncDir(dir string) error {
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
