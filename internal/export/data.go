package export

import (
	"time"

	"github.com/nanococoa/nanococoa/internal/account"
	"github.com/nanococoa/nanococoa/internal/ad"
)

// owner is data.json.
type owner struct {
	Email     string    `json:"email,omitempty"`
	Name      string    `json:"name,omitempty"`
	Provider  string    `json:"provider,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	Brand     brand     `json:"brand"`
	Ads       int       `json:"ads"`
}

type brand struct {
	Logo      string   `json:"logo,omitempty"`
	Colors    []string `json:"colors"`
	Layout    string   `json:"layout,omitempty"`
	ByDefault bool     `json:"by_default"`
}

func ownerData(a account.Account, b ad.Brand, ads int) owner {
	out := owner{
		Email: a.Email, Name: a.Name, Provider: a.Provider, CreatedAt: a.CreatedAt, Ads: ads,
		Brand: brand{Colors: append([]string{}, b.Colors...), Layout: b.Layout, ByDefault: b.ByDefault},
	}
	if b.LogoID != "" {
		out.Brand.Logo = "logo.png"
	}
	return out
}

// adData is ads/{ad_id}/ad.json. Names are those of the API.
type adData struct {
	ID         string      `json:"ad_id"`
	Fields     ad.Fields   `json:"fields"`
	Status     ad.Status   `json:"status"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
	Prompt     string      `json:"prompt,omitempty"`
	MainCopy   string      `json:"main_copy,omitempty"`
	SubCopy    string      `json:"sub_copy,omitempty"`
	CopySource string      `json:"copy_source,omitempty"`
	Failure    *failure    `json:"error,omitempty"`
	Shared     bool        `json:"shared"`
	Main       string      `json:"main,omitempty"`
	Scenes     []scene     `json:"scenes"`
	Renditions []rendition `json:"renditions"`
	Pictures   []string    `json:"pictures"` // the files beside this one
}

type failure struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

type scene struct {
	ID        string    `json:"scene_id"`
	Status    ad.Status `json:"status"`
	AdConcept string    `json:"ad_concept"`
	Seed      *uint64   `json:"seed,omitempty"`
	File      string    `json:"file"`
	CreatedAt time.Time `json:"created_at"`
}

type rendition struct {
	ID        string    `json:"rendition_id"`
	SceneID   string    `json:"scene_id"`
	MainCopy  string    `json:"main_copy"`
	SubCopy   string    `json:"sub_copy"`
	Channel   string    `json:"channel,omitempty"`
	Width     int       `json:"width"`
	Height    int       `json:"height"`
	Layout    string    `json:"layout"`
	Badge     string    `json:"badge,omitempty"`
	HTML      string    `json:"html_code"`
	Score     *score    `json:"score,omitempty"`
	File      string    `json:"file"`
	CreatedAt time.Time `json:"created_at"`
}

type score struct {
	Metric  string  `json:"metric"`
	Model   string  `json:"model,omitempty"`
	Value   float64 `json:"value"`
	StandIn bool    `json:"stand_in"`
}

func dataOf(st ad.Studio) adData {
	out := adData{
		ID: st.AdID, Fields: st.Fields, Status: st.Status, CreatedAt: st.CreatedAt, UpdatedAt: st.UpdatedAt,
		Prompt: st.Prompt, MainCopy: st.MainCopy, SubCopy: st.SubCopy, CopySource: string(st.CopySource),
		Shared: st.Share != "", Main: st.Main, Scenes: []scene{}, Renditions: []rendition{}, Pictures: []string{},
	}
	if st.Failure != nil {
		out.Failure = &failure{st.Failure.Code, st.Failure.Detail}
	}
	for _, s := range st.Scenes {
		out.Scenes = append(out.Scenes, scene{
			s.ID, s.Status, s.AdConcept, s.Seed, string(ad.ScenePictures(st.AdID, s.ID).Full), s.CreatedAt,
		})
	}
	for _, r := range st.Renditions {
		one := rendition{
			ID: r.ID, SceneID: r.SceneID, MainCopy: r.MainCopy, SubCopy: r.SubCopy, Channel: r.Channel, Width: r.Width,
			Height: r.Height, Layout: r.Drawn, Badge: r.Badge, HTML: r.HTML,
			File: string(ad.RenditionPictures(st.AdID, r.ID).Full), CreatedAt: r.CreatedAt,
		}
		if r.Score != nil {
			one.Score = &score{r.Score.Metric, r.Score.Model, r.Score.Value, r.Score.StandIn}
		}
		out.Renditions = append(out.Renditions, one)
	}
	return out
}
