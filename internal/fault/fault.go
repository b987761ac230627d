// Package fault is the one error vocabulary of nanoCocoa. Every failure an
// owner, an operator or the state machine can see is a Code with a fixed HTTP
// status, a retry rule and a Korean sentence that says what to do next.
//
// Clients of other systems (OpenAI, the GPU server, AWS) translate the errors they
// get into a *Fault; what lies between wraps it with %w; one place in each process
// logs it. The code is also the errorType that Step
// Functions matches in Retry and Catch, so codes are part of the contract with
// statemachine/ad.asl.json (kept by internal/contract).
package fault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Code names one kind of failure, as Subject.Problem.
type Code string

// The codes, by subject.
const (
	RequestInvalid     Code = "Request.Invalid"     // one or more fields are wrong; Fields says which
	RequestMalformed   Code = "Request.Malformed"   // the body cannot be parsed as what it claims to be
	RequestTooLarge    Code = "Request.TooLarge"    // the body exceeds what this call takes
	RequestUnsupported Code = "Request.Unsupported" // unknown path, method or media type
	RequestConflict    Code = "Request.Conflict"    // an Idempotency-Key was used with another body
	RequestNotFound    Code = "Request.NotFound"    // no such route; the gateway answers this one itself
	RequestThrottled   Code = "Request.Throttled"   // more requests than the gateway takes; it answers this one itself
	RequestCrossOrigin Code = "Request.CrossOrigin" // another site's page made the browser send it
	RequestNotBySite   Code = "Request.NotBySite"   // it went around the site's CloudFront

	RequestNoCookie Code = "Request.NoCookie" // a page's browser keeps no cookie of ours: the ad would be nobody's

	RequestUnauthorized Code = "Request.Unauthorized" // the call needs a token and has none or a wrong one

	AdNotFound     Code = "Ad.NotFound"     // unknown, deleted, or another owner's
	AdNotFailed    Code = "Ad.NotFailed"    // retry of an ad that has not failed
	AdNotRetryable Code = "Ad.NotRetryable" // retry of an ad whose failure a retry cannot mend
	AdGone         Code = "Ad.Gone"         // a step found its ad deleted or superseded; the work is dropped
	AdTimeout      Code = "Ad.Timeout"      // the ad passed its deadline
	AdAborted      Code = "Ad.Aborted"      // the execution was stopped from outside
	AdNoUpload     Code = "Ad.NoUpload"     // the photo never arrived
	AdRefused      Code = "Ad.Refused"      // moderation found what no ad may show

	AdTooManyWaiting Code = "Ad.TooManyWaiting" // as many of the owner's ads wait for the GPU server as may

	LimitReached Code = "Limit.Reached" // a quota is used up; RetryAfter says until when

	AccountRefused     Code = "Account.Refused"     // a person broke off the sign-in, or the issuer refused it
	AccountChanged     Code = "Account.Changed"     // ordered by a guest whom an account has taken over a moment ago
	AccountExpired     Code = "Account.Expired"     // a sign-in that is too old, or was begun in another browser
	AccountUnavailable Code = "Account.Unavailable" // the issuer does not answer as it should
	AccountOff         Code = "Account.Off"         // nobody can sign in here, or not in this way

	AdNotFinished Code = "Ad.NotFinished" // a rendition or scene of an ad that has not succeeded

	ShareNotFound Code = "Share.NotFound" // a public page that is not there, or no longer

	RenditionNotFound Code = "Rendition.NotFound"
	RenditionMain     Code = "Rendition.Main"    // the main rendition cannot be deleted
	RenditionTooMany  Code = "Rendition.TooMany" // the ad has ad.MaxRenditions
	RenditionRefused  Code = "Rendition.Refused" // moderation found what no ad may say
	SceneNotFound     Code = "Scene.NotFound"
	SceneInUse        Code = "Scene.InUse"   // a rendition shows it, or it is being made
	SceneTooMany      Code = "Scene.TooMany" // the ad has ad.MaxScenes

	ImageNotFound Code = "Image.NotFound"

	PhotoMissing       Code = "Photo.Missing"       // no file, or an empty one
	PhotoTooLarge      Code = "Photo.TooLarge"      // more bytes than allowed
	PhotoTooManyPixels Code = "Photo.TooManyPixels" // more pixels than allowed
	PhotoTooSmall      Code = "Photo.TooSmall"      // fewer pixels than an ad can be made from
	PhotoTooManyFrames Code = "Photo.TooManyFrames" // an animation with too many frames
	PhotoUnsupported   Code = "Photo.Unsupported"   // not a photo format we read
	PhotoHEIC          Code = "Photo.HEIC"          // HEIC or AVIF where only product photos may be: a logo
	PhotoCorrupt       Code = "Photo.Corrupt"       // truncated or damaged
	PhotoBlank         Code = "Photo.Blank"         // nothing to be seen in it
	PhotoBlurred       Code = "Photo.Blurred"       // too blurred to tell what it shows

	OpenAIRateLimited Code = "OpenAI.RateLimited"
	OpenAIUnavailable Code = "OpenAI.Unavailable" // 5xx, network, deadline
	OpenAIRejected    Code = "OpenAI.Rejected"    // 4xx: our request or key is wrong
	OpenAIRefused     Code = "OpenAI.Refused"     // the model declined
	OpenAIBadAnswer   Code = "OpenAI.BadAnswer"   // empty, cut off or not what the schema asks

	GPUBusy        Code = "GPU.Busy"        // queue full; RetryAfter says when
	GPUUnavailable Code = "GPU.Unavailable" // loading, draining, 5xx, network, deadline
	GPURejected    Code = "GPU.Rejected"    // 4xx: the server will never take this request
	GPUBadAnswer   Code = "GPU.BadAnswer"   // not the contract, or bytes that do not match their digest

	StorageThrottled   Code = "Storage.Throttled"
	StorageUnavailable Code = "Storage.Unavailable"

	Internal Code = "Internal"
)

// Kind is what is fixed for a code.
type Kind struct {
	Status    int    // HTTP status when this fault answers a request; a number, as the domain links no net/http
	Retryable bool   // whether trying the very same thing again can help
	Detail    string // Korean, for the owner: what happened and what to do next
}

var kinds = map[Code]Kind{
	RequestInvalid:     {422, false, "입력하신 내용을 확인해 주세요. 표시된 항목을 고치신 뒤 다시 보내 주세요."},
	RequestMalformed:   {400, false, "보내신 내용을 읽지 못했습니다. 다시 보내 주세요. 계속되면 보내는 형식을 확인해 주세요."},
	RequestTooLarge:    {413, false, "보내신 내용이 너무 큽니다. 4MB가 넘는 사진은 먼저 업로드 주소(/api/uploads)를 받아 올려 주세요."},
	RequestUnsupported: {415, false, "지원하지 않는 요청 형식입니다. API 문서(/api/docs)를 확인해 주세요."},
	RequestConflict:    {409, false, "같은 Idempotency-Key로 다른 내용이 이미 접수되었습니다. 새 키로 다시 보내 주세요."},

	RequestNoCookie: {400, false, "이 브라우저의 쿠키가 꺼져 있어 광고를 만드셔도 다시 찾아 드릴 수 없습니다. " +
		"브라우저 설정에서 쿠키를 켜신 뒤 이 페이지를 새로 고침해 주세요. 쓰신 내용은 그대로 있습니다."},

	RequestUnauthorized: {401, false, "이 서버를 쓸 권한을 확인하지 못했습니다. 운영자에게 토큰을 확인해 주세요."},

	RequestNotFound:  {404, false, "없는 주소입니다. API 문서(/api/docs)에서 주소와 방식을 확인해 주세요."},
	RequestThrottled: {429, false, "요청이 잠시 몰렸습니다. 몇 초 뒤 다시 시도해 주세요."},

	RequestCrossOrigin: {403, false, "다른 사이트에서 보낸 요청은 받지 않습니다. 이 사이트에서 다시 시도해 주세요."},
	RequestNotBySite:   {403, false, "이 주소로는 바로 요청하실 수 없습니다. 사이트의 주소로 다시 요청해 주세요."},

	AdNotFound:     {404, false, "광고를 찾을 수 없습니다. 주소가 맞는지, 이미 삭제하지 않으셨는지 확인해 주세요."},
	AdNotFailed:    {409, false, "이미 만들어졌거나 만들고 있는 광고입니다. 화면을 새로 고쳐 지금 상태를 확인해 주세요."},
	AdNotRetryable: {409, false, "이 광고는 다시 시도해도 같은 결과가 나옵니다. 사진이나 내용을 바꿔 새 광고를 만들어 주세요."},
	AdGone:         {410, false, "삭제된 광고입니다. 필요하시면 새 광고를 만들어 주세요."},
	AdTimeout:      {504, true, "광고를 만드는 데 시간이 너무 오래 걸려 멈췄습니다. 입력하신 내용은 그대로 있으니 다시 시도해 주세요."},
	AdAborted:      {503, true, "광고 만들기가 중간에 멈췄습니다. 입력하신 내용은 그대로 있으니 다시 시도해 주세요."},
	AdNoUpload:     {504, false, "사진이 올라오지 않아 광고를 만들지 못했습니다. 사진을 다시 올려 새 광고를 만들어 주세요."},

	AdRefused: {422, false, "보내신 사진이나 글에 광고로 만들 수 없는 내용이 있는 것으로 보입니다. 사진과 글을 바꿔 새 광고를 만들어 주세요. " +
		"잘못된 판단이라면 다른 각도의 사진이나 다른 표현으로 다시 시도하실 수 있습니다."},

	AdTooManyWaiting: {429, false, "차례를 기다리는 광고가 이미 여러 건 있습니다. 그중 하나가 만들어지기 시작한 뒤에 다시 시도해 주세요."},

	LimitReached: {429, false, "쓰실 수 있는 만큼 모두 쓰셨습니다. 잠시 뒤 다시 시도해 주세요."},

	AccountRefused: {403, false, "로그인을 마치지 않으셨습니다. 지금까지 만드신 광고는 그대로 있으니, 원하실 때 다시 로그인해 주세요."},
	AccountChanged: {409, false, "조금 전에 로그인하셔서 이 주문은 아직 받지 않았습니다. 쓰신 내용은 그대로 있으니, 다시 보내 주세요. " +
		"로그인하신 계정으로 만들어 드립니다."},
	AccountExpired: {400, false, "로그인이 너무 오래 걸렸거나 다른 창에서 시작되었습니다. 이 창에서 로그인을 다시 시작해 주세요."},
	AccountUnavailable: {503, false, "로그인 서비스에 잠시 연결할 수 없습니다. 잠시 뒤 다시 시도해 주세요. " +
		"로그인하지 않아도 광고는 만드실 수 있습니다."},
	AccountOff: {404, false, "여기에서는 이 방법으로 로그인할 수 없습니다. 화면에 보이는 로그인 방법을 골라 주세요."},

	AdNotFinished: {409, false, "아직 다 만들어지지 않은 광고입니다. 광고가 완성된 뒤에 다시 시도해 주세요."},
	ShareNotFound: {404, false, "지금은 볼 수 없는 광고입니다. 주인이 공개를 껐거나 광고를 삭제했을 수 있으니 보내 준 분께 확인해 주세요."},

	RenditionNotFound: {404, false, "그림을 찾을 수 없습니다. 이미 삭제하지 않으셨는지 확인해 주세요."},
	RenditionMain:     {409, false, "대표 그림은 지울 수 없습니다. 다른 그림을 대표로 고르신 뒤 지워 주세요."},
	RenditionTooMany:  {409, false, "광고 하나에 그림은 20개까지 만들 수 있습니다. 쓰지 않는 그림을 지우신 뒤 다시 시도해 주세요."},
	RenditionRefused:  {422, false, "쓰신 문구나 배지에 광고에 쓸 수 없는 내용이 있는 것으로 보입니다. 다른 표현으로 바꿔 다시 시도해 주세요."},
	SceneNotFound:     {404, false, "장면을 찾을 수 없습니다. 이미 삭제하지 않으셨는지 확인해 주세요."},
	SceneInUse:        {409, false, "만들고 있거나 그림에서 쓰고 있는 장면은 지울 수 없습니다. 그 그림들을 먼저 지워 주세요."},
	SceneTooMany:      {409, false, "광고 하나에 장면은 6개까지 만들 수 있습니다. 쓰지 않는 장면을 지우신 뒤 다시 시도해 주세요."},

	ImageNotFound: {404, false, "그림을 찾을 수 없습니다. 광고가 삭제되었거나 주소가 잘못되었습니다. 광고 목록에서 다시 열어 주세요."},

	PhotoMissing:       {422, false, "상품 사진이 없거나 빈 파일입니다. 사진을 한 장 골라 주세요."},
	PhotoTooLarge:      {413, false, "사진 파일이 20MB를 넘습니다. 더 작은 사진을 골라 주세요."},
	PhotoTooManyPixels: {422, false, "사진이 5천만 화소를 넘습니다. 크기를 줄인 사진을 골라 주세요."},
	PhotoTooSmall:      {422, false, "사진이 너무 작습니다. 가로와 세로가 각각 128픽셀 이상인 사진을 골라 주세요."},
	PhotoTooManyFrames: {422, false, "움직이는 그림의 장면이 너무 많습니다. 정지된 사진을 골라 주세요."},
	PhotoUnsupported:   {415, false, "사진으로 읽을 수 없는 파일입니다. JPG, PNG, WebP, GIF, HEIC, AVIF 사진을 골라 주세요."},
	PhotoHEIC: {415, false, "여기에는 HEIC(아이폰 사진)나 AVIF 파일을 쓸 수 없습니다. " +
		"사진을 화면에 띄워 캡처하신 뒤 그 캡처를 올려 주세요. " +
		"아이폰에서는 설정 > 카메라 > 포맷에서 '높은 호환성'을 고르신 뒤 다시 찍으셔도 됩니다."},
	PhotoCorrupt: {422, false, "사진 파일이 손상되었거나 끝까지 올라오지 않았습니다. 원본 사진을 다시 골라 주세요."},
	PhotoBlank:   {422, false, "사진에서 상품을 찾을 수 없습니다. 거의 한 가지 색만 보입니다. 상품이 또렷이 보이는 사진을 골라 주세요."},
	PhotoBlurred: {422, false, "사진이 너무 흐려서 상품을 알아볼 수 없습니다. 상품에 초점을 맞추고 흔들리지 않게 다시 찍어 주세요."},

	OpenAIRateLimited: {503, true, "문구를 쓰는 인공지능이 잠시 바쁩니다. 잠시 뒤 다시 시도해 주세요."},
	OpenAIUnavailable: {503, true, "문구를 쓰는 인공지능에 잠시 연결할 수 없습니다. 잠시 뒤 다시 시도해 주세요."},
	OpenAIRejected:    {502, false, "문구를 쓰는 인공지능이 요청을 받지 않았습니다. 문제가 계속되면 운영자에게 알려 주세요."},
	OpenAIRefused:     {422, false, "이 내용으로는 문구를 쓸 수 없습니다. 상품 이름이나 콘셉트를 바꿔 주세요."},
	OpenAIBadAnswer:   {502, true, "문구를 쓰는 인공지능의 답을 읽을 수 없었습니다. 다시 시도해 주세요."},

	GPUBusy:        {503, true, "지금 광고를 만드는 분이 많습니다. 잠시 뒤 다시 시도해 주세요."},
	GPUUnavailable: {503, true, "그림을 만드는 서버에 연결할 수 없었습니다. 입력하신 내용은 그대로 있으니 잠시 뒤 다시 시도해 주세요."},
	GPURejected:    {502, false, "그림을 만드는 서버가 이 사진을 처리하지 못했습니다. 다른 사진으로 새 광고를 만들어 주세요."},
	GPUBadAnswer:   {502, true, "그림이 온전히 만들어지지 않았습니다. 다시 시도해 주세요."},

	StorageThrottled:   {503, true, "요청이 잠시 몰렸습니다. 몇 초 뒤 다시 시도해 주세요."},
	StorageUnavailable: {503, true, "저장소에 잠시 연결할 수 없습니다. 몇 초 뒤 다시 시도해 주세요."},

	Internal: {500, true, "알 수 없는 문제가 생겼습니다. 입력하신 내용은 그대로 있으니 다시 시도해 주세요."},
}

// Special is a special case of a code, with a sentence of its own: what an owner does about
// it is not what the code's sentence says. Its name begins with the code's, and may go
// where no sentence may, such as through the state machine.
type Special string

// The special cases.
const (
	PhotoTooNarrow Special = "Photo.TooSmall/Narrow"      // too little is left once the longer side fits
	PhotoBlack     Special = "Photo.Blank/Black"          // there is hardly any light in it
	PhotoTooHeavy  Special = "Photo.TooManyPixels/Heavy"  // coded so that decoding takes too much memory
	PhotoVariety   Special = "Photo.Unsupported/Variety"  // a format we read, in a variety that we do not
	PhotoBMP       Special = "Photo.Unsupported/BMP"      // and so on: formats that we know by sight
	PhotoTIFF      Special = "Photo.Unsupported/TIFF"     // and cameras' raw files, which are TIFF inside
	PhotoJXL       Special = "Photo.Unsupported/JXL"      // JPEG XL
	PhotoJPEG2000  Special = "Photo.Unsupported/JPEG2000" // JPEG 2000
	PhotoPSD       Special = "Photo.Unsupported/PSD"      // Photoshop's own
	PhotoSVG       Special = "Photo.Unsupported/SVG"      // a drawing
	PhotoPDF       Special = "Photo.Unsupported/PDF"      // a document
	PhotoVideo     Special = "Photo.Unsupported/Video"    // MP4, MOV, WebM, AVI
)

const saveAs = "사진 편집 앱에서 JPG나 PNG로 저장해 다시 골라 주세요."

var specials = map[Special]string{
	PhotoTooNarrow: "사진이 너무 길쭉합니다. 긴 쪽이 짧은 쪽의 24배를 넘지 않는 사진을 골라 주세요.",
	PhotoBlack:     "사진이 거의 까맣습니다. 밝은 곳에서 상품이 잘 보이게 다시 찍은 사진을 골라 주세요.",
	PhotoTooHeavy:  "사진을 여는 데 메모리가 너무 많이 듭니다. 크기를 줄이거나 일반 JPG로 다시 저장한 사진을 골라 주세요.",
	PhotoVariety:   "이 사진은 읽지 못하는 특수한 방식으로 저장되어 있습니다. 사진 편집 앱에서 일반 JPG나 PNG로 다시 저장해 주세요.",
	PhotoBMP:       "BMP 파일은 읽지 못합니다. " + saveAs,
	PhotoTIFF:      "TIFF 파일과 카메라 원본(RAW) 파일은 읽지 못합니다. " + saveAs,
	PhotoJXL:       "JPEG XL(JXL) 파일은 아직 읽지 못합니다. " + saveAs,
	PhotoJPEG2000:  "JPEG 2000(JP2) 파일은 읽지 못합니다. " + saveAs,
	PhotoPSD:       "포토샵(PSD) 파일은 읽지 못합니다. 포토샵에서 JPG나 PNG로 내보내 다시 골라 주세요.",
	PhotoSVG:       "SVG는 사진이 아니라 그림 파일이라 읽지 못합니다. JPG나 PNG로 내보내 다시 골라 주세요.",
	PhotoPDF:       "PDF는 사진이 아니라 문서입니다. 상품 사진 파일을 고르시거나, 문서의 사진을 화면 캡처해 올려 주세요.",
	PhotoVideo:     "동영상은 읽지 못합니다. 상품이 잘 보이는 장면을 화면 캡처해 올리시거나 사진을 골라 주세요.",
}

// Specials lists the special cases, sorted.
func Specials() []Special { return slices.Sorted(maps.Keys(specials)) }

// Code is the code a special case belongs to.
func (s Special) Code() Code {
	code, _, _ := strings.Cut(string(s), "/")
	return Code(code)
}

// Warning is what an owner should hear of an ad that is made all the same.
type Warning string

// The warnings, by subject.
const (
	PhotoSmall      Warning = "Photo.Small"      // larger would be sharper
	PhotoSoft       Warning = "Photo.Soft"       // somewhat out of focus, or enlarged
	PhotoText       Warning = "Photo.Text"       // nothing but text: a label, a document
	PhotoScreenshot Warning = "Photo.Screenshot" // of a phone or a desktop
)

var warnings = map[Warning]string{
	PhotoSmall: "사진이 작아서 상품이 흐려 보일 수 있습니다. 가로와 세로가 각각 500픽셀 이상인 사진이면 더 또렷해집니다.",
	PhotoSoft:  "사진이 조금 흐립니다. 상품에 초점을 맞춰 찍은 사진이면 광고가 더 또렷해집니다.",
	PhotoText:  "사진에 글자만 보입니다. 라벨이나 문서 대신 상품 전체가 보이는 사진이면 광고가 더 좋아집니다.",
	PhotoScreenshot: "화면을 캡처한 그림으로 보입니다. 버튼이나 글자가 광고에 함께 나올 수 있으니, " +
		"상품 사진만 잘라 내거나 원본 사진으로 다시 만들어 보세요.",
}

// Warnings lists the warnings, sorted.
func Warnings() []Warning { return slices.Sorted(maps.Keys(warnings)) }

// Detail is the warning's sentence: Korean, for the owner.
func (w Warning) Detail() string { return warnings[w] }

// Field is one wrong field of a request: its wire name and, in Korean, what is
// wrong and what is allowed.
type Field struct {
	Name   string
	Detail string
}

// Fault is a failure with a code. Err is the cause, for logs only: it never
// reaches an owner. Make one with New; the zero value is not useful.
type Fault struct {
	Code       Code
	Special    Special       // of the code, or empty
	Detail     string        // Korean; empty means the sentence of Special or Code
	Fields     []Field       // wrong fields, for RequestInvalid
	RetryAfter time.Duration // when the other side said how long to wait, else 0
	Err        error         // the cause, may be nil
}

// New makes a fault of a known code with an optional cause.
func New(code Code, cause error) *Fault { return &Fault{Code: code, Err: cause} }

// Newf makes a fault whose cause is a formatted English message for the log.
func Newf(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Err: fmt.Errorf(format, args...)}
}

// Specially makes a fault of a special case, with a formatted English message for the log.
func Specially(s Special, format string, args ...any) *Fault {
	return &Fault{Code: s.Code(), Special: s, Err: fmt.Errorf(format, args...)}
}

// Named makes a fault of a code whose special case may have this name, as Name gave it. Any
// other name is nobody's, and leaves the code's own sentence.
func Named(code Code, name string) *Fault {
	f := New(code, nil)
	if s := Special(name); specials[s] != "" && s.Code() == code {
		f.Special = s
	}
	return f
}

// Invalid makes a RequestInvalid fault that names every wrong field at once.
func Invalid(fields ...Field) *Fault { return &Fault{Code: RequestInvalid, Fields: fields} }

// Error is English, for logs: the code and the cause.
func (f *Fault) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Err.Error()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Is reports equality by code, so errors.Is(err, fault.New(code, nil)) works.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// Public gives the Korean sentence for the owner.
func (f *Fault) Public() string {
	return cmp.Or(f.Detail, specials[f.Special], f.Code.Detail())
}

// Name is the name of the special case, or else the code: a word of ours, whatever the
// fault is about.
func (f *Fault) Name() string { return cmp.Or(string(f.Special), string(f.Code)) }

// Known reports whether the code is part of the vocabulary.
func (c Code) Known() bool { _, ok := kinds[c]; return ok }

// Retryable reports whether trying the same thing again can help.
func (c Code) Retryable() bool { return c.kind().Retryable }

// Owners reports whether what an owner sent, or did not send, is the
// reason: nothing of ours has failed.
func (c Code) Owners() bool {
	return c == AdNoUpload || c == AdRefused || strings.HasPrefix(string(c), "Photo.")
}

// Status is the HTTP status of an answer with this code.
func (c Code) Status() int { return c.kind().Status }

// Detail is the Korean sentence of this code.
func (c Code) Detail() string { return c.kind().Detail }

func (c Code) kind() Kind {
	if k, ok := kinds[c]; ok {
		return k
	}
	return kinds[Internal]
}

// Codes lists the whole vocabulary, sorted.
func Codes() []Code {
	out := make([]Code, 0, len(kinds))
	for c := range kinds {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// From finds the fault in an error chain. An error without one becomes
// Internal, except an expired deadline, which becomes Ad.Timeout. From(nil) is
// nil.
func From(err error) *Fault {
	var f *Fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.DeadlineExceeded):
		return New(AdTimeout, err)
	default:
		return New(Internal, err)
	}
}

// Has reports whether the error chain holds a fault of one of the codes.
func Has(err error, codes ...Code) bool {
	var f *Fault
	return errors.As(err, &f) && slices.Contains(codes, f.Code)
}

// FromErrorName turns the Error name of a Step Functions failure into a code:
// our own codes stay, the state machine's timeouts become Ad.Timeout, and
// everything else (a crashed function, a service error) becomes Internal.
func FromErrorName(name string) Code {
	if c := Code(name); c.Known() {
		return c
	}
	switch name {
	case "States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout":
		return AdTimeout
	}
	return Internal
}
