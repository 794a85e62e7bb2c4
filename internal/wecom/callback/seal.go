package callback

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
)

// Seal does what WeCom does before a push: it encrypts plaintext for k and
// signs it. random is 16 bytes; the same ones give the same body.
func Seal(k Keys, plaintext []byte, timestamp int64, nonce string, random []byte) (
	body []byte, query url.Values, err error,
) {
	sealed, query, err := seal(k, plaintext, timestamp, nonce, random)
	if err != nil {
		return nil, nil, err
	}
	const layout = "<xml><ToUserName><![CDATA[%s]]></ToUserName>" +
		"<Encrypt><![CDATA[%s]]></Encrypt><AgentID><![CDATA[%s]]></AgentID></xml>"
	return fmt.Appendf(nil, layout, k.CorpID, sealed, k.AgentID), query, nil
}

// SealJSON is Seal for an app whose callbacks are set to JSON.
func SealJSON(k Keys, plaintext []byte, timestamp int64, nonce string, random []byte) (
	body []byte, query url.Values, err error,
) {
	sealed, query, err := seal(k, plaintext, timestamp, nonce, random)
	if err != nil {
		return nil, nil, err
	}
	body, err = json.Marshal(map[string]string{
		"tousername": k.CorpID, "encrypt": sealed, "agentid": k.AgentID,
	})
	return body, query, err
}

// SealEcho makes the query of a URL verification, which VerifyURL answers with echo.
func SealEcho(k Keys, echo []byte, timestamp int64, nonce string, random []byte) (
	url.Values, error,
) {
	sealed, query, err := seal(k, echo, timestamp, nonce, random)
	if err != nil {
		return nil, err
	}
	query.Set("echostr", sealed)
	return query, nil
}

func seal(k Keys, plain []byte, timestamp int64, nonce string, random []byte) (
	string, url.Values, error,
) {
	ck, err := k.open()
	if err != nil {
		return "", nil, err
	}
	sealed, err := ck.encrypt(plain, random)
	if err != nil {
		return "", nil, err
	}
	ts := strconv.FormatInt(timestamp, 10)
	return sealed, url.Values{
		"msg_signature": {k.sign(ts, nonce, sealed)},
		"timestamp":     {ts},
		"nonce":         {nonce},
	}, nil
}
