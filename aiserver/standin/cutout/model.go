package cutout

import (
	"context"
	"image"
)

// Model is a neural network that says where the product is.
type Model interface {
	// Alpha gives the coverage of the product in a photo, of which it looks at the colours
	// alone: 255 where the network is certain, in the network's own grid (such as 320×320),
	// stretched over the whole photo. Any error means to go on without it; it is a
	// *fault.Fault with a GPU.* code, and wraps ctx's when that has ended.
	Alpha(ctx context.Context, photo *image.NRGBA) (*image.Alpha, error)
}
