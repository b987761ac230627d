package httpapi

import (
	"strconv"
	"strings"
	"time"
)

// A session is who is calling, in a cookie that nobody but us can make:
//
//	2.{key id}.{seconds since 1970, base 36}.{owner}.{signature}            of a guest
//	2.{key id}.{seconds since 1970, base 36}.{owner}.{version}.{signature}  of an account
//
// An account's session opens something while its version is the one in the account's item
// (account.Account.Opens), a guest's while the owner has none. The key's id lets keys be
// replaced while their sessions go on, the time lets a session end here and not only in the
// browser, and the version lets all this change. A cookie that is not one of these is nobody's:
// its bearer is a new guest, never an error.

// sessionVersion is the first part of every session.
const sessionVersion = "2"

// sessionLife is the longest browsers keep a cookie (400 days); a guest's ads are reachable
// by nothing else. It begins anew with any call once it is renewAfter old.
const sessionLife = 400 * 24 * time.Hour

// renewAfter is how old a session gets before a call that makes nothing renews it, which
// costs a write: what a guest has ends some time after that (Callers.GuestLife), so a day is
// as exact as it needs to be.
const renewAfter = 24 * time.Hour

// accountLife is how long an account's session goes on without a call. Whoever comes back
// later signs in again and has lost nothing, so it is no longer than a browser that was left
// open somewhere should be trusted.
const accountLife = 30 * 24 * time.Hour

// probeLife is longer than anybody fills in a form.
const probeLife = 24 * time.Hour

// oldUntil is when sessions of version 1, {owner}.{signature}, are no longer read. They were
// made until version 2 came (November 2026), and browsers have kept none for longer than
// sessionLife by then.
var oldUntil = time.Date(2028, time.February, 1, 0, 0, 0, 0, time.UTC)

// SessionKey signs sessions.
type SessionKey struct {
	ID   string    // of letters, digits and "-"; "" is the first key there was, whose sessions have "0"
	From time.Time // from when on it signs; it verifies always. Functions that run know it before.
	Key  []byte
}

func (k SessionKey) id() string {
	if k.ID == "" {
		return "0"
	}
	return k.ID
}

// current is the key that signs now: the last one whose time has come.
func (s *Signer) current() SessionKey {
	now, out := s.now(), s.sessions[0]
	for _, k := range s.sessions[1:] {
		if begun := !k.From.After(now); begun && (k.From.After(out.From) || out.From.After(now)) {
			out = k
		}
	}
	return out
}

// session is who a cookie says is calling; the zero session is nobody's.
type session struct {
	owner   string
	version int // of an account's sessions; 0: a guest's
	since   time.Time
	renew   bool // whether it is time for a new cookie
	changed bool // nobody's, as its guest has become an account's a moment ago
}

// life is how long a session goes on without a call.
func (s session) life() time.Duration {
	if s.version > 0 {
		return accountLife
	}
	return sessionLife
}

// ends is when a session ends unless there is a call before.
func (s session) ends() time.Time { return s.since.Add(s.life()) }

// cookie makes the cookie of a session, from now.
func (s *Signer) cookie(of session) string {
	key := s.current()
	parts := []string{sessionVersion, key.id(), strconv.FormatInt(s.now().Unix(), 36), of.owner}
	if of.version > 0 {
		parts = append(parts, strconv.Itoa(of.version))
	}
	v := strings.Join(parts, ".")
	return v + "." + signature(key.Key, "session", v)
}

// session reads a cookie: the zero session when it is none of ours, or over.
func (s *Signer) session(cookie string) session {
	v, mac, _ := cutLast(cookie, ".")
	parts := strings.Split(v, ".")
	const guests, accounts = 4, 5 // parts
	if len(parts) == 1 {
		return session{owner: s.oldOwner(v, mac), since: s.now(), renew: true}
	}
	if len(parts) != guests && len(parts) != accounts || parts[0] != sessionVersion {
		return session{}
	}
	for _, key := range s.sessions {
		if key.id() != parts[1] || !genuine(key.Key, "session", v, mac) {
			continue
		}
		seconds, err := strconv.ParseInt(parts[2], 36, 64)
		out := session{owner: parts[3], since: time.Unix(seconds, 0)}
		if len(parts) == accounts && err == nil {
			out.version, err = strconv.Atoi(parts[4])
		}
		age := s.now().Sub(out.since)
		if err != nil || age > out.life() || len(parts) == accounts && out.version < 1 {
			return session{}
		}
		out.renew = age > renewAfter || key.id() != s.current().id()
		return out
	}
	return session{}
}

// oldOwner gives whose session of version 1 this is. It has no key's id, and any may have
// signed it.
func (s *Signer) oldOwner(owner, mac string) string {
	if !s.now().Before(oldUntil) {
		return ""
	}
	for _, key := range s.sessions {
		if genuine(key.Key, "owner", owner, mac) {
			return owner
		}
	}
	return ""
}
