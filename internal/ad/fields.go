package ad

import "github.com/nanococoa/nanococoa/internal/category"

// Fields is what an owner says about an ad, beside the photo. What a field is,
// OwnerFields says; this struct only holds the values. Names and limits of the
// first five are those of the original system.
type Fields struct {
	ProductName     string `json:"product_name" dynamodbav:"product_name"`
	ProductCategory string `json:"product_category" dynamodbav:"product_category"`
	TargetAge       string `json:"target_age" dynamodbav:"target_age"`
	TargetGender    string `json:"target_gender" dynamodbav:"target_gender"`
	AdConcept       string `json:"ad_concept" dynamodbav:"ad_concept"`
	AIMark          bool   `json:"ai_mark" dynamodbav:"ai_mark"`
}

// TargetAges and TargetGenders are the only values those fields take.
var (
	TargetAges    = []string{"10대", "20대", "30대", "40대", "50대", "60대이상"}
	TargetGenders = []string{"남성", "여성", "전체"}
)

// OwnerFields is the table of an owner's fields: the one place that says what a
// field is. Checks, both doors, the OpenAPI, what a model is told and the site's
// form are made from it. A new field is a value in Fields and an entry here, then
//
//	go test ./internal/httpapi -run Generated -update && npm --prefix web run api
//
// for the checked-in files that are made from both.
func OwnerFields() Table {
	return Table{
		{
			Name: "product_name", Label: "상품 이름", Limit: 100, Example: "울 더플백", SeenBy: Model | Public,
			Text: func(f *Fields) *string { return &f.ProductName },
		},
		{
			Name: "product_category", Label: "상품 종류", Limit: 50, Example: "의류", SeenBy: Model | Public,
			Suggested: category.Labels(),
			Text:      func(f *Fields) *string { return &f.ProductCategory },
		},
		{
			Name: "target_age", Label: "연령대", Choices: TargetAges, SeenBy: Model,
			Text: func(f *Fields) *string { return &f.TargetAge },
		},
		{
			Name: "target_gender", Label: "성별", Choices: TargetGenders, SeenBy: Model,
			Text: func(f *Fields) *string { return &f.TargetGender },
		},
		{
			Name: "ad_concept", Label: "광고 콘셉트", Limit: 500, Example: "주말 여행을 떠나는 설레는 아침", SeenBy: Model,
			Text: func(f *Fields) *string { return &f.AdConcept },
		},
		{
			Name: "ai_mark", Label: "AI 생성 표시", Default: true, SeenBy: Public,
			Doc:  `Whether the finished picture and html_code show the mark "AI 생성"; the file's metadata says it either way`,
			Flag: func(f *Fields) *bool { return &f.AIMark },
		},
	}
}

// Copy lengths in characters (see Length), from the original system's brief to
// its copywriter.
const (
	MainCopyMin, MainCopyMax = 5, 10
	SubCopyMin, SubCopyMax   = 10, 20
)
