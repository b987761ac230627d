package ad

import "time"

// Outage is what all functions together know of the health of the model that
// writes prompt and copy. The zero value is a model that is well.
type Outage struct {
	Failures int       // calls that failed since the last one that did not
	Until    time.Time // nobody asks the model before; zero while it is well
}
