package app

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// greet tells the operator where to look, in both languages.
func (s *Server) greet(ctx context.Context, out io.Writer) error {
	var b strings.Builder
	line := func(zh, en, value string) { fmt.Fprintf(&b, "  %s  %-14s  %s\n", wide(zh, 8), en, value) }
	b.WriteString("\n  途码 Tuma " + Version + "\n\n")
	line("管理后台", "Admin UI", s.cfg.PublicURL+"/")
	token, err := s.access.SetupToken(ctx)
	if err != nil {
		return err
	}
	if token != "" {
		line("首次口令", "Setup token", token+"  (30 min, /setup)")
	}
	if s.demo != nil {
		s.greetDemo(line)
	}
	b.WriteString("\n")
	_, err = io.WriteString(out, b.String())
	return err
}

func (s *Server) greetDemo(line func(zh, en, value string)) {
	if s.demo.password != "" {
		line("登录账号", "Login", s.demo.login+"  /  "+s.demo.password)
	} else {
		line("登录账号", "Login", "admin (password printed at the first start; new one: tuma admin create)")
	}
	line("顾客手机", "Phone", s.demo.phone)
	if codes := s.book.Codes(); len(codes) > 0 {
		line("扫码地址", "A scan", s.localURL()+"/q/"+codes[0].Slug)
	}
}

// wide pads Chinese text, whose characters are two columns wide.
func wide(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-2*len([]rune(s))))
}
