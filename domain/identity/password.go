package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// argon2id at the cost that suits a small machine: 19 MiB and two passes.
const (
	argonMemory  = 19456 // KiB
	argonPasses  = 2
	argonThreads = 1
	saltLength   = 16
	keyLength    = 32
)

// What a stored digest may cost at most: it is data, and must not exhaust the machine.
const (
	maxMemory = 64 * 1024
	maxPasses = 10
)

// slots lets two computations run at once in the process, so that a crowd at the door needs time and not memory.
var slots = make(chan struct{}, 2)

// acquire waits for a slot, or until ctx ends; release gives it back.
func acquire(ctx context.Context) (release func(), err error) {
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var phc = base64.RawStdEncoding

// HashPassword digests a password with argon2id and a fresh salt, as a PHC string. It waits its turn.
func HashPassword(ctx context.Context, password string) (string, error) {
	release, err := acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	return encode(salt, argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, keyLength)), nil
}

// CheckPassword reports whether a password fits a digest. It waits its turn; an unreadable digest is an error.
func CheckPassword(ctx context.Context, digest, password string) (bool, error) {
	release, err := acquire(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	return verify(digest, password)
}

func encode(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		phc.EncodeToString(salt), phc.EncodeToString(key))
}

// dummy is the digest against which the passwords of unknown names are evaluated: the same work, and never a match.
var dummy = encode(make([]byte, saltLength), make([]byte, keyLength))

var errDigest = errors.New("identity: unreadable password digest")

// verify is CheckPassword for who already holds a slot.
func verify(digest, password string) (bool, error) {
	parts := strings.Split(digest, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false, errDigest
	}
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil {
		return false, errDigest
	}
	salt, err1 := phc.DecodeString(parts[4])
	key, err2 := phc.DecodeString(parts[5])
	if errors.Join(err1, err2) != nil || len(key) < 16 || len(salt) < 8 || passes < 1 || threads < 1 || memory > maxMemory || passes > maxPasses {
		return false, errDigest
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1, nil
}
