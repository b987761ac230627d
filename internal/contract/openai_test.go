package contract_test

import (
	"testing"

	"github.com/nanococoa/nanococoa/internal/llm/openai"
)

// What a deployment asks for when nobody says otherwise is what `make run` asks with.
func TestTheModelsDefaults(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"OpenAIModel": openai.DefaultModel, "OpenAIEffort": openai.DefaultEffort} {
		if got := at(readYAML(t, "template.yaml"), "Parameters", name, "Default"); got != want {
			t.Errorf("%s is %v in the template, %s in the client", name, got, want)
		}
	}
}
