package callback

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// WeCom's layout of a sealed message: random, length, message, receiver,
// padding to a multiple of 32 (not of the cipher's 16).
const (
	randomSize = 16
	lengthSize = 4
	padTo      = 32
)

// ErrKeys is the error of callback settings that cannot work.
var ErrKeys = errors.New("callback keys malformed")

type cipherKeys struct {
	Keys
	aes []byte
}

func (k Keys) open() (cipherKeys, error) {
	if k.Token == "" {
		return cipherKeys{}, fmt.Errorf("%w: token is empty", ErrKeys)
	}
	// Not strict: the last of 43 characters carries two spare bits, which the
	// console's generator leaves at random.
	key, err := base64.StdEncoding.DecodeString(k.AESKey + "=")
	if err != nil || len(k.AESKey) != 43 || len(key) != 32 {
		return cipherKeys{}, fmt.Errorf("%w: EncodingAESKey is not 43 letters or digits", ErrKeys)
	}
	return cipherKeys{k, key}, nil
}

// Valid returns ErrKeys, with the reason, when the keys cannot work.
func (k Keys) Valid() error {
	_, err := k.open()
	return err
}

func (k Keys) sign(timestamp, nonce, sealed string) string {
	parts := []string{k.Token, timestamp, nonce, sealed}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (k cipherKeys) signedBy(p params, sealed string) bool {
	want := k.sign(p.timestamp, p.nonce, sealed)
	return subtle.ConstantTimeCompare([]byte(want), []byte(p.signature)) == 1
}

// decrypt opens one sealed text and checks every bound it declares.
func (k cipherKeys) decrypt(sealed string) ([]byte, error) {
	if strings.ContainsAny(sealed, "\r\n") { // the decoder would skip them
		return nil, reject("ciphertext is not base64")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return nil, reject("ciphertext is not base64")
	}
	if len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return nil, reject("ciphertext is not whole blocks")
	}
	block, err := aes.NewCipher(k.aes)
	if err != nil {
		return nil, reject("key refused")
	}
	cipher.NewCBCDecrypter(block, k.aes[:aes.BlockSize]).CryptBlocks(b, b)
	return k.unpack(b)
}

func (k cipherKeys) unpack(b []byte) ([]byte, error) {
	pad := int(b[len(b)-1])
	if pad < 1 || pad > padTo || pad > len(b) {
		return nil, reject("padding wrong")
	}
	if !bytes.Equal(b[len(b)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, reject("padding wrong")
	}
	b = b[:len(b)-pad]
	if len(b) < randomSize+lengthSize {
		return nil, reject("message too short")
	}
	// As int64: the field may say 0xFFFFFFFF, which must not wrap anywhere.
	n := int64(binary.BigEndian.Uint32(b[randomSize:]))
	rest := b[randomSize+lengthSize:]
	if n > int64(len(rest)) {
		return nil, reject("message length wrong")
	}
	if subtle.ConstantTimeCompare(rest[n:], []byte(k.CorpID)) != 1 {
		return nil, reject("receiver is another corp")
	}
	return bytes.Clone(rest[:n]), nil
}

// encrypt is the inverse of decrypt. The same random gives the same text.
func (k cipherKeys) encrypt(plain, random []byte) (string, error) {
	if len(random) != randomSize {
		return "", fmt.Errorf("cannot seal: %d random bytes, want %d", len(random), randomSize)
	}
	b := bytes.Clone(random)
	b = binary.BigEndian.AppendUint32(b, uint32(len(plain)))
	b = append(append(b, plain...), k.CorpID...)
	pad := padTo - len(b)%padTo
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	return k.cbc(b)
}

func (k cipherKeys) cbc(b []byte) (string, error) {
	block, err := aes.NewCipher(k.aes)
	if err != nil {
		return "", fmt.Errorf("cannot seal: %w", err)
	}
	cipher.NewCBCEncrypter(block, k.aes[:aes.BlockSize]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b), nil
}
