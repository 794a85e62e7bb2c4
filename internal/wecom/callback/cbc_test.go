package callback

import (
	"crypto/aes"
	"crypto/cipher"
)

func decryptCBC(k cipherKeys, b []byte) {
	block, err := aes.NewCipher(k.aes)
	if err != nil {
		panic(err)
	}
	cipher.NewCBCDecrypter(block, k.aes[:16]).CryptBlocks(b, b)
}
