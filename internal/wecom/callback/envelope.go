package callback

import "bytes"

// envelope is what surrounds a sealed message. None of it is signed but encrypt.
type envelope struct {
	toUser, agentID, encrypt string
}

func scanEnvelope(body []byte) (envelope, error) {
	if isJSON(body) {
		root, err := scanJSON(body, maxEnvelope)
		if err != nil {
			return envelope{}, err
		}
		return envelopeOf(root, "tousername", "agentid", "encrypt")
	}
	root, err := scanXML(body, maxEnvelope)
	if err != nil {
		return envelope{}, err
	}
	if root.name != "xml" {
		return envelope{}, reject("root element is not xml")
	}
	return envelopeOf(root, "ToUserName", "AgentID", "Encrypt")
}

func envelopeOf(root element, toUser, agentID, encrypt string) (envelope, error) {
	var env envelope
	seen := map[string]bool{}
	for _, c := range root.children {
		into, known := map[string]*string{
			toUser: &env.toUser, agentID: &env.agentID, encrypt: &env.encrypt,
		}[c.name]
		if !known {
			continue
		}
		if seen[c.name] || len(c.children) > 0 {
			return env, reject("an element of the envelope is repeated or nested")
		}
		seen[c.name] = true
		*into = c.text
	}
	if env.encrypt == "" {
		return env, reject("no Encrypt element")
	}
	return env, nil
}

func isJSON(doc []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(doc, " \t\r\n"), []byte("{"))
}
