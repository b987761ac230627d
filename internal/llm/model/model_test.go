package model_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/config"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/llm/model"
	"github.com/nanococoa/nanococoa/internal/llm/openaitest"
	"github.com/nanococoa/nanococoa/internal/localaws"
)

func TestMain(m *testing.M) { os.Exit(localaws.Main(m)) }

// Without a key there is no model, which is a configuration like any other; with
// one, the model that is configured is asked with it.
func TestOpen(t *testing.T) {
	t.Parallel()
	cfg := localaws.Config(t)
	for name, value := range map[string]string{"key": "sk-test\n", "blank": " \n", "bad": "sk-열쇠-secret"} {
		_, err := ssm.NewFromConfig(cfg).PutParameter(t.Context(), &ssm.PutParameterInput{
			Name: aws.String("/test/" + name), Value: &value, Type: types.ParameterTypeSecureString,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, parameter := range map[string]string{
		"no parameter": "", "one that is not there": "/test/none", "a blank one": "/test/blank",
	} {
		if m, err := model.Open(
			t.Context(), cfg, config.OpenAI{KeyParameter: parameter}, nil, slog.New(slog.DiscardHandler), nil,
		); m != nil || err != nil {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	if _, err := model.Open(
		t.Context(), cfg, config.OpenAI{KeyParameter: "/test/bad"}, nil, slog.New(slog.DiscardHandler), nil,
	); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a key that no header can carry: %v", err)
	}
	down := cfg.Copy()
	down.BaseEndpoint = aws.String("http://127.0.0.1:1")
	if _, err := model.Open(
		t.Context(), down, config.OpenAI{KeyParameter: "/test/key"}, nil, slog.New(slog.DiscardHandler), nil,
	); !fault.Has(err, fault.StorageUnavailable) {
		t.Errorf("a key that cannot be read: %v", err)
	}

	api := openaitest.New(t, openaitest.Expect{APIKey: "sk-test", Model: "gpt-next", Effort: "medium"})
	m, err := model.Open(t.Context(), cfg, config.OpenAI{
		KeyParameter: "/test/key", Model: "gpt-next", Effort: "medium", BaseURL: api.URL, Failures: 3,
	}, neverOut{}, slog.New(slog.DiscardHandler), nil)
	if err != nil || m == nil {
		t.Fatalf("%v, %v", m, err)
	}
	f := ad.Fields{
		ProductName: "무선 이어폰", ProductCategory: "전자제품", TargetAge: "20대", TargetGender: "전체", AdConcept: "새벽 도시",
	}
	if text, err := m.WriteCopy(t.Context(), f, nil); err != nil || text.Main != openaitest.GoodMain ||
		text.By != ad.ByModel {
		t.Errorf("%+v, %v", text, err)
	}
}

// neverOut is a model that was never down.
type neverOut struct{}

func (neverOut) Outage(context.Context) (ad.Outage, error)                       { return ad.Outage{}, nil }
func (neverOut) OutageFailure(context.Context) (int, error)                      { return 1, nil }
func (neverOut) OutageOver(context.Context) error                                { return nil }
func (neverOut) OutageUntil(context.Context, time.Time, time.Time) (bool, error) { return true, nil }
