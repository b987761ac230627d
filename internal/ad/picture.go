package ad

// Picture is one picture of an ad. Its value is the file's name, which depends on
// nothing else: a step that runs again overwrites its picture and adds none.
type Picture string

// The pictures, in the order they are made.
const (
	OriginalPhoto    Picture = "original"        // as the owner sent it: untrusted, never shown
	ProductPhoto     Picture = "product.png"     // the prepared photo
	ProductPage      Picture = "product.jpg"     // the prepared photo, as light as a page needs it
	ProductThumbnail Picture = "thumbnail.jpg"   // the same, small
	Stage1Picture    Picture = "stage1.png"      // the product in its first scene, without text
	Stage1Page       Picture = "stage1.jpg"      // the same, as light as a page needs it
	Stage1Thumbnail  Picture = "thumbnail1.jpg"  // the same, small
	Stage1Mask       Picture = "stage1-mask.png" // where the product lies in the photo: see SceneMask
	Stage2Picture    Picture = "stage2.png"      // the finished ad: its first rendition
	Stage2Page       Picture = "stage2.jpg"      // the same, as light as a page needs it
	Stage2Thumbnail  Picture = "thumbnail2.jpg"  // the same, small
)

// Pictures are the three files of a scene or a rendition.
type Pictures struct {
	Full      Picture // PNG: what is composed from, scored and downloaded
	Page      Picture // JPEG of at most preview.PageSide px, light: what pages show large
	Thumbnail Picture // JPEG, small: what pages show small
}

// All lists the three.
func (p Pictures) All() []Picture { return []Picture{p.Full, p.Page, p.Thumbnail} }

// ScenePictures gives the files of one of an ad's scenes.
func ScenePictures(adID, sceneID string) Pictures {
	if sceneID == adID {
		return Pictures{Stage1Picture, Stage1Page, Stage1Thumbnail}
	}
	return picturesOf("scene-" + sceneID)
}

// SceneMask is where the product lies in the photo, as it was cut out for a scene: PNG of the
// photo's shape, white, the product opaque and all else clear.
func SceneMask(adID, sceneID string) Picture {
	if sceneID == adID {
		return Stage1Mask
	}
	return Picture("scene-" + sceneID + "-mask.png")
}

// SceneFiles lists all that there may be of a scene.
func SceneFiles(adID, sceneID string) []Picture {
	return append(ScenePictures(adID, sceneID).All(), SceneMask(adID, sceneID))
}

// RenditionPictures gives the files of one of an ad's renditions.
func RenditionPictures(adID, renditionID string) Pictures {
	if renditionID == adID {
		return Pictures{Stage2Picture, Stage2Page, Stage2Thumbnail}
	}
	return picturesOf("rendition-" + renditionID)
}

// LogoPicture is the owner's logo as a rendition shows it: an ad keeps its own, so that it
// stays as it is when the brand changes.
func LogoPicture(renditionID string) Picture {
	return Picture("rendition-" + renditionID + "-logo.png")
}

// RenditionFile is a rendition as an owner saves it, in a format such as "jpeg".
func RenditionFile(renditionID, format string) Picture {
	return Picture("rendition-" + renditionID + "-file." + format)
}

// RenditionFiles lists all that there may be of it.
func RenditionFiles(renditionID string) []Picture {
	return []Picture{RenditionFile(renditionID, "png"), RenditionFile(renditionID, "jpeg")}
}

func picturesOf(name string) Pictures {
	return Pictures{Picture(name + ".png"), Picture(name + ".jpg"), Picture(name + "-small.jpg")}
}

// Upload is where and how a browser posts the original photo: a multipart form of
// Fields with the file as its last part, sent to URL.
type Upload struct {
	URL    string
	Fields map[string]string
}
