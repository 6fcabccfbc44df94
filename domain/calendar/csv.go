package calendar

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// LineError says which line of a file cannot be read. Lines count from 1.
type LineError struct {
	Line int
	Err  error
}

// Error names the line and the cause.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// ReadCSV reads the days of notices from a file with the header
// date,kind,name. A byte order mark, which spreadsheets write, is allowed.
// What is wrong in it is a *LineError; whether the days fit together is for New to say.
func ReadCSV(r io.Reader) ([]Entry, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 3
	header, err := rows.Read()
	if err != nil {
		return nil, lineError(err)
	}
	if strings.TrimPrefix(strings.Join(header, ","), "\ufeff") != "date,kind,name" {
		return nil, &LineError{Line: 1, Err: errors.New("header must be date,kind,name")}
	}
	var entries []Entry
	seen := make(map[Date]bool)
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return entries, nil
		}
		if err != nil {
			return nil, lineError(err)
		}
		e, err := readEntry(row)
		if err == nil && seen[e.Date] {
			err = fmt.Errorf("calendar: %s is entered twice", e.Date)
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, &LineError{Line: line, Err: err}
		}
		seen[e.Date] = true
		entries = append(entries, e)
	}
}

func readEntry(row []string) (Entry, error) {
	date, err := ParseDate(row[0])
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Date: date, Kind: DayKind(row[1]), Name: strings.TrimSpace(row[2])}
	return e, e.check()
}

// lineError takes the line from the reader's own error, which also covers
// records that it could not split. Failures of the source have no line.
func lineError(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return &LineError{Line: parse.Line, Err: parse.Err}
	case errors.Is(err, io.EOF):
		return &LineError{Line: 1, Err: errors.New("header must be date,kind,name")}
	default:
		return fmt.Errorf("calendar: read days: %w", err)
	}
}
