package cutout

import "context"

// network is a graph with up to eight neighbours per node and a source and a
// sink, cut by the augmenting-tree algorithm of Boykov and Kolmogorov ("An
// experimental comparison of min-cut/max-flow algorithms for energy
// minimization in vision", PAMI 2004): two trees grow from source and sink,
// meet, push flow, and lost branches are adopted again.
type network struct {
	near   [][8]int32   // neighbour by direction, -1 for none
	room   [][8]float32 // residual capacity towards it
	supply []float32    // residual from the source (positive) or to the sink (negative)

	tree   []int8 // 0 free, 1 source, 2 sink
	parent []int8 // direction, or one of the marks below
	stamp  []int32
	depth  []int32
	clock  int32
	active []int32
	inList []bool
	orphan []int32
}

const (
	noParent   = -1
	atTerminal = 8
	orphaned   = 9
)

// opposite gives the direction back.
func opposite(d int) int { return 7 - d }

func newNetwork(n int) *network {
	f := &network{
		near: make([][8]int32, n), room: make([][8]float32, n), supply: make([]float32, n),
		tree: make([]int8, n), parent: make([]int8, n), stamp: make([]int32, n), depth: make([]int32, n),
		inList: make([]bool, n),
	}
	for i := range f.near {
		for d := range f.near[i] {
			f.near[i][d] = -1
		}
	}
	return f
}

// link sets the capacity between i and its neighbour j in direction d, both
// ways.
func (f *network) link(i, j int32, d int, capacity float32) {
	f.near[i][d], f.near[j][opposite(d)] = j, i
	f.room[i][d], f.room[j][opposite(d)] = capacity, capacity
}

func (f *network) activate(i int32) {
	if !f.inList[i] {
		f.inList[i] = true
		f.active = append(f.active, i)
	}
}

// cut finds the minimum cut and reports for every node whether it stays with
// the source.
func (f *network) cut(ctx context.Context) ([]bool, error) {
	for i := range f.supply {
		f.parent[i] = noParent
		switch {
		case f.supply[i] > 0:
			f.tree[i] = 1
		case f.supply[i] < 0:
			f.tree[i] = 2
		default:
			continue
		}
		f.parent[i], f.depth[i] = atTerminal, 1
		f.activate(int32(i))
	}
	rounds := 0
	for head := 0; head < len(f.active); {
		if rounds++; rounds%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			f.active = append(f.active[:0], f.active[head:]...)
			head = 0
		}
		p := f.active[head]
		if f.tree[p] == 0 || f.parent[p] == noParent {
			f.inList[p] = false
			head++
			continue
		}
		q, d := f.grow(p)
		if q < 0 {
			f.inList[p] = false
			head++
			continue
		}
		f.clock++
		if f.tree[p] == 1 {
			f.augment(p, q, d)
		} else {
			f.augment(q, p, opposite(d))
		}
		f.adopt()
	}
	side := make([]bool, len(f.tree))
	for i := range side {
		side[i] = f.tree[i] == 1
	}
	return side, nil
}

// open is the residual capacity of the step from tree node p to its neighbour
// in direction d, in the sense of flow in p's tree.
func (f *network) open(p int32, d int) bool {
	if f.tree[p] == 1 {
		return f.room[p][d] > 0
	}
	return f.room[f.near[p][d]][opposite(d)] > 0
}

// grow extends p's tree and returns a node of the other tree it meets, with the
// direction to it, or -1.
func (f *network) grow(p int32) (int32, int) {
	for d := range 8 {
		q := f.near[p][d]
		if q < 0 || !f.open(p, d) {
			continue
		}
		switch {
		case f.tree[q] == 0:
			f.tree[q], f.parent[q] = f.tree[p], int8(opposite(d))
			f.stamp[q], f.depth[q] = f.stamp[p], f.depth[p]+1
			f.activate(q)
		case f.tree[q] != f.tree[p]:
			return q, d
		case f.stamp[q] <= f.stamp[p] && f.depth[q] > f.depth[p] && f.parent[q] < atTerminal:
			f.parent[q] = int8(opposite(d))
			f.stamp[q], f.depth[q] = f.stamp[p], f.depth[p]+1
		}
	}
	return -1, 0
}

// augment pushes all the flow it can along the path source … s → t … sink,
// where t is s's neighbour in direction d.
func (f *network) augment(s, t int32, d int) {
	push := f.room[s][d]
	i := s
	for ; f.parent[i] != atTerminal; i = f.near[i][f.parent[i]] {
		k := int(f.parent[i])
		push = min(push, f.room[f.near[i][k]][opposite(k)])
	}
	push = min(push, f.supply[i])
	for i = t; f.parent[i] != atTerminal; i = f.near[i][f.parent[i]] {
		push = min(push, f.room[i][f.parent[i]])
	}
	push = min(push, -f.supply[i])

	f.room[s][d] -= push
	f.room[t][opposite(d)] += push
	for i = s; f.parent[i] != atTerminal; {
		k := int(f.parent[i])
		up := f.near[i][k]
		f.room[i][k] += push
		f.room[up][opposite(k)] -= push
		if f.room[up][opposite(k)] <= 0 {
			f.room[up][opposite(k)] = 0
			f.lose(i)
		}
		i = up
	}
	if f.supply[i] -= push; f.supply[i] <= 0 {
		f.supply[i] = 0
		f.lose(i)
	}
	for i = t; f.parent[i] != atTerminal; {
		k := int(f.parent[i])
		up := f.near[i][k]
		f.room[up][opposite(k)] += push
		f.room[i][k] -= push
		if f.room[i][k] <= 0 {
			f.room[i][k] = 0
			f.lose(i)
		}
		i = up
	}
	if f.supply[i] += push; f.supply[i] >= 0 {
		f.supply[i] = 0
		f.lose(i)
	}
}

func (f *network) lose(i int32) {
	f.parent[i] = orphaned
	f.orphan = append(f.orphan, i)
}

// adopt finds new parents for lost nodes or sets them free.
func (f *network) adopt() {
	// Losing a branch adds to the list while it is worked off.
	for head := 0; head < len(f.orphan); {
		i := f.orphan[head]
		head++
		best, depth := -1, int32(1<<30)
		for d := range 8 {
			q := f.near[i][d]
			if q < 0 || f.tree[q] != f.tree[i] || !f.feeds(i, d) {
				continue
			}
			if k, ok := f.root(q); ok && k < depth {
				best, depth = d, k
			}
		}
		if best >= 0 {
			f.parent[i] = int8(best)
			f.stamp[i], f.depth[i] = f.clock, depth+1
			continue
		}
		for d := range 8 {
			q := f.near[i][d]
			if q < 0 || f.tree[q] != f.tree[i] {
				continue
			}
			if f.feeds(i, d) {
				f.activate(q)
			}
			if k := f.parent[q]; k >= 0 && k < atTerminal && f.near[q][k] == i {
				f.lose(q)
			}
		}
		f.tree[i], f.parent[i] = 0, noParent
	}
	f.orphan = f.orphan[:0]
}

// feeds reports whether i's neighbour in direction d could be its parent.
func (f *network) feeds(i int32, d int) bool {
	if f.tree[i] == 1 {
		return f.room[f.near[i][d]][opposite(d)] > 0
	}
	return f.room[i][d] > 0
}

// root reports how deep q hangs below its terminal, or that it hangs below an
// orphan. It stamps the way for the next question.
func (f *network) root(q int32) (int32, bool) {
	var steps int32
	i := q
	for {
		if f.stamp[i] == f.clock {
			steps += f.depth[i]
			break
		}
		steps++
		if f.parent[i] == atTerminal {
			f.stamp[i], f.depth[i] = f.clock, 1
			break
		}
		if f.parent[i] == orphaned || f.parent[i] == noParent {
			return 0, false
		}
		i = f.near[i][f.parent[i]]
	}
	left := steps
	for j := q; f.stamp[j] != f.clock; j = f.near[j][f.parent[j]] {
		f.stamp[j], f.depth[j] = f.clock, left
		left--
	}
	return steps, true
}
