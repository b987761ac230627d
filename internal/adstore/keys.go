// Package adstore keeps ads, their statistics and idempotency keys in one
// DynamoDB table.
//
// # Entities and keys
//
//	entity       PK             SK               holds
//	Ad           OWNER#{owner}  AD#{ad_id}       the ad: what was ordered, how far it is, which rendition is the main one
//	Pointer      AD#{ad_id}     OWNER            whose ad it is; written and deleted with the ad
//	Scene        AD#{ad_id}     SCENE#{id}       a stage 1 picture; while a further one is made, what an Ad holds too
//	Rendition    AD#{ad_id}     RENDITION#{id}   a finished picture: scene, words, size, HTML
//	Share        SHARE#{id}     AD               the ad that a public page shows; as long as the ad says so
//	Idempotency  OWNER#{owner}  IDEM#{sha256}    a claim: what it made, and its fingerprint; gone after a day by TTL
//	Expiry       OWNER#{owner}  EXPIRY           when all an owner has ends: a guest's some time after the last visit
//	Account      OWNER#{owner}  ACCOUNT          the sessions' version of who signed in; or whose a guest's ads are now
//	Identity     IDENTITY#{..}  ACCOUNT          the owner that somebody at an issuer stands for
//	Export       OWNER#{owner}  EXPORT           a copy of all the owner has, and how far it is; gone after a day by TTL
//	Brand        OWNER#{owner}  BRAND            logo, colours and layout that the owner's ads have in common
//	Stats        OWNER#{owner}  STATS            counters over all published ads
//	Month        OWNER#{owner}  STATS#{yyyy-mm}  the same for the ads ordered in one KST month
//	Places       OWNER#{owner}  PLACES           what of an owner's waits in the queue, as last seen; gone by TTL
//	Tally        see tallyKey   LIMIT#{period}   how often what costs money was used in a day or moment; gone by TTL
//	             OWNER#{owner}  USES#{period}    an owner's: the names of the uses
//	Queue        QUEUE          STAGE1           the queue before the GPU server: tickets and moving averages
//	Outage       OUTAGE         OPENAI           failures of the text model in a row, and until when nobody asks it
//	ScanCursor   SWEEP          SCAN_CURSOR      how far the sweeper has come through the bucket
//	Tombstone    AD#{ad_id}     TOMBSTONE        a deleted ad, until its objects were removed once more
//
// Unfinished ads, unfinished scenes, tombstones, expiries and guests whose ads are being
// moved carry due_shard and due_at, the keys of the sparse index "due": whatever is still
// there when its time has passed, the sweeper looks at.
//
// # Access patterns
//
//	one ad of an owner                GetItem Ad
//	whose ad is this (S3 event)       GetItem Pointer, strongly consistent
//	an owner's ads, newest first      Query PK, SK begins_with AD#, backwards (UUIDv7 sorts by time)
//	an ad with all that was made      GetItem Ad, Query PK = AD#{ad_id}; only a finished ad has items
//	an ad's public page               GetItem Share, then the ad with all that was made
//	a rendition or scene is added     TransactWriteItems Ad (its counts and version) + the item
//	statistics                        BatchGetItem Stats and the last twelve Months: 13 small reads, however many ads
//	a step begins or ends             UpdateItem Ad, on condition of attempt and status
//	a public page is switched on, off TransactWriteItems Ad + Share
//	an ad is published or deleted     TransactWriteItems Ad (+ Pointer, Tombstone, items, Share) + Stats + Month
//	an ad's position in the queue     GetItem Queue
//	may the model be asked            GetItem Outage
//	may an owner use this             UpdateItem Tally of the owner, the address and everybody
//	may one more of an owner wait     UpdateItem Places; when they are taken, BatchGetItem of what holds them
//	what should have moved on by now  Query index due, shard by shard
//	objects of unknown ads            BatchGetItem Pointer, 100 a sweep; then Expiry of the known ones' owners
//	who calls, and is it over         GetItem Account, strongly consistent, with each call that has a session
//	somebody signs in                 GetItem Identity; TransactWriteItems Account + Identity + Expiry (guest's Account)
//	an ad changes its owner           TransactWriteItems Ad twice + Pointer, scenes, Share + Stats and Month twice
//	a guest is seen                   UpdateItem Expiry, about once a day
//	an owner's data has ended         Query PK = OWNER#{owner}, piece by piece, and each ad as it is deleted
//
// There is no Scan, and no read whose cost grows with the number of ads.
//
// # Status
//
// Status moves only along ad.Status.CanBecome: every write that moves it has
// the allowed predecessors as its condition. Every write of a step also has the
// attempt as its condition, so a late step of a deleted ad or of an earlier
// attempt changes nothing and learns it: it gets fault.AdGone.
package adstore

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/fault"
	"github.com/nanococoa/nanococoa/internal/limit"
)

const (
	adPrefix        = "AD#"
	scenePrefix     = "SCENE#"
	renditionPrefix = "RENDITION#"
	statsKey        = "STATS"
	pointerSort     = "OWNER"
	tombstoneSort   = "TOMBSTONE"
	expirySort      = "EXPIRY"
	accountSort     = "ACCOUNT"
)

func ownerKey(owner string) string { return "OWNER#" + owner }

func key(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: pk},
		"SK": &types.AttributeValueMemberS{Value: sk},
	}
}

func adKey(owner, adID string) map[string]types.AttributeValue {
	return key(ownerKey(owner), adPrefix+adID)
}

// recordKey is the key of what an execution works on.
func recordKey(r ad.Ref) map[string]types.AttributeValue {
	if r.FurtherScene != "" {
		return sceneKey(r.AdID, r.FurtherScene)
	}
	return adKey(r.Owner, r.AdID)
}

func sceneKey(adID, sceneID string) map[string]types.AttributeValue {
	return key(adPrefix+adID, scenePrefix+sceneID)
}

func renditionKey(adID, renditionID string) map[string]types.AttributeValue {
	return key(adPrefix+adID, renditionPrefix+renditionID)
}

// keyOf is the key of an item.
func keyOf(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	return key(text(item, "PK"), text(item, "SK"))
}

func pointerKey(adID string) map[string]types.AttributeValue {
	return key(adPrefix+adID, pointerSort)
}

func tombstoneKey(adID string) map[string]types.AttributeValue {
	return key(adPrefix+adID, tombstoneSort)
}

func shareKey(id string) map[string]types.AttributeValue { return key("SHARE#"+id, "AD") }

func brandKey(owner string) map[string]types.AttributeValue { return key(ownerKey(owner), "BRAND") }

func expiryKey(owner string) map[string]types.AttributeValue { return key(ownerKey(owner), expirySort) }

func outageKey() map[string]types.AttributeValue { return key("OUTAGE", "OPENAI") }

func scanCursorKey() map[string]types.AttributeValue { return key("SWEEP", "SCAN_CURSOR") }

func placesKey(owner string) map[string]types.AttributeValue { return key(ownerKey(owner), "PLACES") }

// tallyKey is the key of a tally: an owner's lie with the owner, so that they go with it.
func tallyKey(t limit.Tally) map[string]types.AttributeValue {
	pk := ownerKey(t.ID) // of whatever kind: an owner who gets an account has used what the guest has
	switch t.Who {
	case limit.Address:
		pk = "ADDRESS#" + t.ID
	case limit.Everybody:
		pk = "LIMIT"
	case limit.Guest, limit.Account:
	}
	if t.Once != "" {
		return key(pk, "USES#"+t.Period)
	}
	return key(pk, "LIMIT#"+t.Period)
}

func queueKey() map[string]types.AttributeValue { return key("QUEUE", "STAGE1") }

func idempotencyKey(owner, digest string) map[string]types.AttributeValue {
	return key(ownerKey(owner), "IDEM#"+digest)
}

func totalKey(owner string) map[string]types.AttributeValue {
	return key(ownerKey(owner), statsKey)
}

func monthKey(owner, month string) map[string]types.AttributeValue {
	return key(ownerKey(owner), statsKey+"#"+month)
}

// cursorPrefix versions the cursor, so that its content may change.
const cursorPrefix = "1."

// cursorOf makes the opaque cursor that continues after an ad. It holds no
// owner: whose ads are listed comes from the caller alone.
func cursorOf(adID string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorPrefix + adID))
}

func parseCursor(cursor string) (adID string, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	id, ok := strings.CutPrefix(string(raw), cursorPrefix)
	if err != nil || !ok || !ad.ValidID(id) {
		return "", fault.Invalid(fault.Field{Name: "cursor", Detail: "목록의 위치를 알 수 없습니다. 처음부터 다시 열어 주세요."})
	}
	return id, nil
}
