package ad

// Picture is one picture of an ad. Its value is the file's name, which depends on
// nothing else: a step that runs again overwrites its picture and adds none.
type Picture string

// The pictures, in the order they are made.
const (
	OriginalPhoto    Picture = "original"       // as the owner sent it: untrusted, never shown
	ProductPhoto     Picture = "product.png"    // the prepared photo
	ProductThumbnail Picture = "thumbnail.jpg"  // the prepared photo, small
	Stage1Picture    Picture = "stage1.png"     // the product in its scene, without text
	Stage2Picture    Picture = "stage2.png"     // the finished ad
	Stage2Thumbnail  Picture = "thumbnail2.jpg" // the finished ad, small
)

// Upload is where and how a browser posts the original photo: a multipart form of
// Fields with the file as its last part, sent to URL.
type Upload struct {
	URL    string
	Fields map[string]string
}
