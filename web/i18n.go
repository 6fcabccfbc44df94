package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// The languages of the platform. Chinese is the default and the one that binds.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages lists every language that has a locale file.
var Languages = []string{Chinese, English}

// locales reads the embedded texts once: language → key → text.
var locales = sync.OnceValues(func() (map[string]map[string]string, error) {
	all := make(map[string]map[string]string, len(Languages))
	for _, lang := range Languages {
		raw, err := embedded.ReadFile("locales/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("locale %s: %w", lang, err)
		}
		all[lang] = texts
	}
	return all, nil
})

func lookup(lang, key string) (string, bool) {
	all, err := locales()
	if err != nil {
		return "", false
	}
	texts, ok := all[lang]
	if !ok {
		texts = all[Chinese]
	}
	text, ok := texts[key]
	return text, ok
}

// Text gives the text of key in lang (Chinese if lang is unknown), with each {name} placeholder replaced by the value
// that follows name in pairs: Text(lang, "queue.count", "n", 12). An unknown key comes back as it is, so that a gap
// shows on the page instead of hiding.
func Text(lang, key string, pairs ...any) string {
	text, ok := lookup(lang, key)
	if !ok {
		return key
	}
	if len(pairs) < 2 {
		return text
	}
	replace := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replace = append(replace, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(replace...).Replace(text)
}

// Word gives the text of a coded value, such as Word(lang, "state", "filed"). A code without a word (a dictionary entry
// added by an administrator) is shown as it is.
func Word(lang, group, code string) string {
	if text, ok := lookup(lang, group+"."+code); ok {
		return text
	}
	return code
}
