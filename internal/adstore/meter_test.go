package adstore_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

// meter counts the calls a client makes and the read units they report.
type meter struct {
	mu    sync.Mutex
	calls map[string]int
	units float64
}

func (m *meter) install(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
		return s.Initialize.Add(middleware.InitializeMiddlewareFunc("meter", m.count), middleware.After)
	})
}

func (m *meter) count(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (middleware.InitializeOutput, middleware.Metadata, error) {
	out, md, err := next.HandleInitialize(ctx, in)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == nil {
		m.calls = map[string]int{}
	}
	switch o := out.Result.(type) {
	case *dynamodb.QueryOutput:
		m.calls["Query"]++
		m.calls["items"] += int(o.ScannedCount)
		if o.ConsumedCapacity != nil {
			m.units += aws.ToFloat64(o.ConsumedCapacity.CapacityUnits)
		}
	case *dynamodb.BatchGetItemOutput:
		m.calls["BatchGetItem"]++
		if req, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
			for _, k := range req.RequestItems {
				m.calls["keys"] += len(k.Keys)
			}
		}
	default:
		m.calls[fmt.Sprintf("%T", o)]++
	}
	return out, md, err
}

func (m *meter) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m.calls)) {
		parts = append(parts, fmt.Sprintf("%s=%d", k, m.calls[k]))
	}
	return strings.Join(parts, " ") + fmt.Sprintf(" units=%g", m.units)
}
