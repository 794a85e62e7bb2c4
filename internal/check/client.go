package check

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// phone is the browser the harness pretends to be: WeChat on an iPhone.
const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)" +
	" Mobile/15E148 MicroMessenger/8.0.54(0x18003631) NetType/WIFI Language/zh_CN"

// errUnsent is wrapped by errors of requests that never reached the server.
var errUnsent = errors.New("not sent")

// conn is one keep-alive connection to a server on this machine. It does as
// little as a client can, so that what is measured is the server. It is not
// safe for concurrent use.
type conn struct {
	addr    string
	timeout time.Duration // of one request; 0: none
	header  string        // more lines of every request, each with its end
	c       net.Conn
	r       *bufio.Reader
	out     []byte
	body    []byte
}

// answer is what the server said. Its bytes are valid until the next request.
type answer struct {
	status int
	cookie []byte // "name=value" of the last Set-Cookie
	body   []byte
}

func newConn(addr string) *conn { return &conn{addr: addr, timeout: 10 * time.Second} }

// get asks for path, with a cookie ("name=value") or without.
func (c *conn) get(path, cookie string) (answer, error) {
	return c.do("GET", path, cookie, "", nil)
}

// post sends body to path.
func (c *conn) post(path, cookie, mime string, body []byte) (answer, error) {
	return c.do("POST", path, cookie, mime, body)
}

// do sends one request and reads the whole answer. An error that is errUnsent
// means that nothing has happened; any other, that it may have.
func (c *conn) do(method, path, cookie, mime string, body []byte) (answer, error) {
	if c.c == nil {
		if err := c.dial(); err != nil {
			return answer{}, fmt.Errorf("%w: %w", errUnsent, err)
		}
	}
	if c.timeout > 0 {
		c.c.SetDeadline(time.Now().Add(c.timeout)) //nolint:errcheck // the write says
	}
	c.write(method, path, cookie, mime, body)
	if _, err := c.c.Write(c.out); err != nil {
		c.close()
		return answer{}, err
	}
	a, again, err := c.read()
	if err != nil || !again {
		c.close()
	}
	return a, err
}

func (c *conn) dial() error {
	d := net.Dialer{Timeout: 2 * time.Second}
	n, err := d.Dial("tcp", c.addr)
	if err != nil {
		return err
	}
	c.c = n
	if c.r == nil {
		c.r = bufio.NewReaderSize(n, 16<<10)
	}
	c.r.Reset(n)
	return nil
}

func (c *conn) close() {
	if c.c != nil {
		c.c.Close()
		c.c = nil
	}
}

// write puts the request together in c.out.
func (c *conn) write(method, path, cookie, mime string, body []byte) {
	b := append(c.out[:0], method...)
	b = append(b, ' ')
	b = append(b, path...)
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, c.addr...)
	b = append(b, "\r\nUser-Agent: "+phone+"\r\nAccept-Language: zh-CN\r\n"...)
	b = append(b, c.header...)
	if cookie != "" {
		b = append(b, "Cookie: "...)
		b = append(b, cookie...)
		b = append(b, '\r', '\n')
	}
	if method != "GET" {
		b = append(b, "Sec-Fetch-Site: same-origin\r\nContent-Type: "...)
		b = append(b, mime...)
		b = append(b, "\r\nContent-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, '\r', '\n')
	}
	b = append(b, '\r', '\n')
	c.out = append(b, body...)
}

// read reads an answer and whether the connection may be used again.
func (c *conn) read() (a answer, again bool, err error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return a, false, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, false, fmt.Errorf("not an HTTP answer: %.60q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, false, err
	}
	length, chunked, again := -1, false, true
	for {
		line, err = c.r.ReadSlice('\n')
		if err != nil {
			return a, false, err
		}
		name, value, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		if !ok {
			break
		}
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return a, false, err
			}
		case bytes.EqualFold(name, []byte("Set-Cookie")):
			pair, _, _ := bytes.Cut(value, []byte(";"))
			a.cookie = append(a.cookie[:0], pair...)
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("Connection")):
			again = !bytes.EqualFold(value, []byte("close"))
		}
	}
	switch {
	case chunked:
		err = c.readChunks()
	case length >= 0:
		err = c.readBody(length)
	case a.status == 204 || a.status == 304:
		c.body = c.body[:0]
	default:
		return a, false, errors.New("an answer without a length")
	}
	a.body = c.body
	return a, again, err
}

func (c *conn) readBody(n int) error {
	if cap(c.body) < n {
		c.body = make([]byte, n)
	}
	c.body = c.body[:n]
	_, err := io.ReadFull(c.r, c.body)
	return err
}

func (c *conn) readChunks() error {
	c.body = c.body[:0]
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 31)
		if err != nil {
			return err
		}
		start := len(c.body)
		c.body = append(c.body, make([]byte, n+2)...) // and the line end
		if _, err := io.ReadFull(c.r, c.body[start:]); err != nil {
			return err
		}
		c.body = c.body[:start+int(n)]
		if n == 0 {
			return nil
		}
	}
}
