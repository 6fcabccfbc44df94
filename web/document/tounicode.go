package document

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf16"
)

var (
	// farMapping is a line of gopdf's ToUnicode table for a character beyond U+FFFF: glyph, glyph, code point.
	farMapping = regexp.MustCompile(`(<[0-9A-F]{4}><[0-9A-F]{4}>)<([0-9A-F]{5,6})>\n`)
	streamHead = regexp.MustCompile(`<<\n/Length (\d+)\n>>\nstream\n/CIDInit `)
	xrefEntry  = regexp.MustCompile(`(?m)^\d{10} 00000 n `)
)

// repairToUnicode rewrites the code points that gopdf 0.33 writes into the ToUnicode table as bare numbers, where PDF
// wants UTF-16. Up to U+FFFF the two are the same; beyond, a rare name such as 𬭸 would print well and copy out as
// another character. The table grows, so its length and the offsets behind it are set anew. A file without such
// characters is returned as it is.
func repairToUnicode(file []byte) ([]byte, error) {
	head := streamHead.FindSubmatchIndex(file)
	if head == nil {
		return nil, errors.New("document: no ToUnicode table in the file")
	}
	tableAt := head[1] - len("/CIDInit ")
	length, err := strconv.Atoi(string(file[head[2]:head[3]]))
	if err != nil || tableAt+length > len(file) {
		return nil, fmt.Errorf("document: ToUnicode table of length %q", file[head[2]:head[3]])
	}
	table := file[tableAt : tableAt+length]
	if !farMapping.Match(table) {
		return file, nil
	}
	fixed := farMapping.ReplaceAllFunc(table, func(line []byte) []byte {
		part := farMapping.FindSubmatch(line)
		code, _ := strconv.ParseUint(string(part[2]), 16, 32) // the pattern lets only hexadecimal through
		high, low := utf16.EncodeRune(rune(code))
		return fmt.Appendf(nil, "%s<%04X%04X>\n", part[1], high, low)
	})
	var out bytes.Buffer
	out.Write(file[:head[2]])
	out.WriteString(strconv.Itoa(len(fixed)))
	out.Write(file[head[3]:tableAt])
	out.Write(fixed)
	grown := out.Len() - (tableAt + length)
	out.Write(file[tableAt+length:])
	return moveOffsets(out.Bytes(), head[0], grown)
}

// moveOffsets adds grown to every offset of the cross-reference table that lies behind at.
func moveOffsets(file []byte, at, grown int) ([]byte, error) {
	table := bytes.LastIndex(file, []byte("\nxref\n")) + 1
	start := bytes.LastIndex(file, []byte("\nstartxref\n"))
	if table == 0 || start < table {
		return nil, errors.New("document: no cross-reference table in the file")
	}
	moved := xrefEntry.ReplaceAllFunc(file[table:start], func(entry []byte) []byte {
		offset, _ := strconv.Atoi(string(entry[:10])) // the pattern lets only digits through
		if offset > at {
			offset += grown
		}
		return fmt.Appendf(nil, "%010d%s", offset, entry[10:])
	})
	out := append([]byte(nil), file[:table]...)
	out = append(out, moved...)
	return fmt.Appendf(out, "\nstartxref\n%d\n%%%%EOF\n", table), nil
}
