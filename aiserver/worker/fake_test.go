package worker_test

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test program is the worker too, when it is started with these.
const (
	behaviourVariable = "WORKER_BEHAVIOUR"
	startsVariable    = "WORKER_STARTS"
)

func TestMain(m *testing.M) {
	if b := os.Getenv(behaviourVariable); b != "" {
		behave(b)
		return
	}
	os.Exit(m.Run())
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

type frame map[string]any

func send(w io.Writer, h frame, payload []byte) {
	head, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(head)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	if _, err := w.Write(append(append(b, head...), payload...)); err != nil {
		os.Exit(0) // the server has hung up
	}
}

func receive(r io.Reader) (frame, []byte) {
	var b [8]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		os.Exit(0)
	}
	head := make([]byte, binary.BigEndian.Uint32(b[:]))
	payload := make([]byte, binary.BigEndian.Uint32(b[4:]))
	var h frame
	if _, err := io.ReadFull(r, head); err != nil {
		os.Exit(0)
	}
	if _, err := io.ReadFull(r, payload); err != nil {
		os.Exit(0)
	}
	if err := json.Unmarshal(head, &h); err != nil {
		panic(err)
	}
	return h, payload
}

// behave is a worker with one role, which gives the negative of a picture. "crash 1" does
// so with the job whose first byte is 1, "crash once" with the first job of the first process.
func behave(behaviour string) {
	starts, err := os.OpenFile(os.Getenv(startsVariable), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		panic(err)
	}
	before, err := io.ReadAll(starts)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(starts, os.Getpid())
	first := len(before) == 0

	conn := os.NewFile(3, "socket")
	switch behaviour {
	case "dead":
		fmt.Fprintln(os.Stderr, "this is why")
		os.Exit(4)
	case "silent":
		time.Sleep(time.Hour)
	}
	stopped := make(chan bool) // beats
	go func() {
		for {
			select {
			case <-stopped:
				return
			case <-time.After(50 * time.Millisecond):
				send(conn, frame{"type": "beat"}, nil)
			}
		}
	}()
	if behaviour == "loads forever" {
		time.Sleep(time.Hour)
	}
	in := bufio.NewReader(conn)
	send(conn, frame{"type": "ready", "models": map[string]string{
		"negative": "minus-one", "scene": "painter@7", "score": "judge", "analysis": "finder",
	}, "digests": map[string]string{"scene": "0123456789ab"}}, nil)
	for {
		h, pixels := receive(in)
		if h["type"] != "job" {
			continue // a job that was answered before it was cancelled
		}
		if args, ok := asModel(h, pixels); ok {
			for i := range 4 {
				send(conn, frame{"type": "progress", "id": h["id"], "done": i + 1, "of": 4}, nil)
			}
			send(conn, args.header, args.pixels)
			continue
		}
		what := "work"
		if act, when, ok := cutLast(behaviour); ok && (when == "1" && pixels[0] == 1 || when == "once" && first) {
			what = act
		}
		answer := frame{"type": "result", "id": h["id"], "width": 2, "height": 1, "channels": 3}
		for i := range pixels {
			pixels[i] = ^pixels[i]
		}
		switch what {
		case "work":
			send(conn, answer, pixels)
		case "crash":
			os.Exit(3)
		case "child and":
			// It has its parent's output, and would keep it open.
			cmd := exec.Command(os.Args[0])
			cmd.Env = []string{behaviourVariable + "=silent", startsVariable + "=" + os.DevNull}
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				panic(err)
			}
			os.Exit(3)
		case "mute":
			stopped <- true
			time.Sleep(time.Hour)
		case "deaf":
			time.Sleep(time.Hour)
		case "obey":
			for h["type"] != "cancel" {
				h, _ = receive(in)
			}
			send(conn, frame{"type": "error", "id": h["id"], "detail": "Cancelled"}, nil)
		case "refuse":
			send(conn, frame{"type": "error", "id": h["id"], "detail": "ValueError: "}, nil)
		case "full":
			send(conn, frame{"type": "error", "id": h["id"], "detail": "MemoryError: ", "retry": true}, nil)
			first = false
		case "short":
			send(conn, answer, pixels[:5])
		case "no picture":
			send(conn, frame{"type": "result", "id": h["id"]}, nil)
		case "garbage":
			fmt.Fprint(conn, "\x00\x00\x00\x04\x00\x00\x00\x00nope")
		case "huge":
			fmt.Fprint(conn, "Traceback (most recent call last):")
		case "other id":
			answer["id"] = 999
			send(conn, answer, pixels)
		case "ready":
			send(conn, frame{"type": "ready", "models": map[string]string{}}, nil)
		case "new type":
			send(conn, frame{"type": "greeting"}, nil)
		case "step of another":
			send(conn, frame{"type": "progress", "id": 999, "done": 1, "of": 4}, nil)
		case "hang up":
			_ = conn.Close()
			time.Sleep(time.Hour)
		case "half":
			fmt.Fprint(conn, "\x00\x00\x00\x04")
			os.Exit(3)
		case "two":
			send(conn, frame{"type": "error", "id": 999, "detail": "x"}, nil)
			send(conn, answer, pixels)
		default:
			panic("no such behaviour: " + behaviour)
		}
	}
}

type madeUp struct {
	header frame
	pixels []byte
}

// asModel answers for the roles of models as their jobs ask it to: a scene has the size and the
// channels that its prompt says, and of each pixel the canvas's red, its alpha and the seed; a
// score is its text; the areas are number so many of a list, by the picture's first byte.
func asModel(h frame, pixels []byte) (madeUp, bool) {
	args, _ := h["args"].(map[string]any)
	answer := frame{"type": "result", "id": h["id"]}
	switch h["role"] {
	case "scene":
		var width, height, channels int
		if _, err := fmt.Sscan(args["prompt"].(string), &width, &height, &channels); err != nil {
			return madeUp{answer, nil}, true
		}
		answer["width"], answer["height"], answer["channels"] = width, height, channels
		out := make([]byte, width*height*channels)
		for i := 0; channels == 3 && 4*i < len(pixels) && 3*i < len(out); i++ {
			out[3*i], out[3*i+1], out[3*i+2] = pixels[4*i], pixels[4*i+3], byte(args["seed"].(float64))
		}
		return madeUp{answer, out}, true
	case "score":
		answer["info"] = json.RawMessage(args["text"].(string))
		return madeUp{answer, nil}, true
	case "analysis":
		answer["info"] = json.RawMessage([]string{
			`{"areas":[[0,0,1,0.25],[0.5,0.5,0.5,0.5]]}`, `{"areas":[]}`, `{"areas":[[0,0,1.1,0.25]]}`, `{"areas":[[0,0,0,1]]}`,
			`{"areas":"none"}`, `{"areas":[[0,0,1,1]` + strings.Repeat(`,[0,0,1,1]`, 16) + `]}`,
		}[pixels[0]])
		return madeUp{answer, nil}, true
	}
	return madeUp{}, false
}

// cutLast cuts the last word off.
func cutLast(s string) (act, when string, ok bool) {
	i := strings.LastIndex(s, " ")
	if i < 0 {
		return "", "", false
	}
	return s[:i], s[i+1:], true
}
