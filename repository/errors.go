package repository

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"qhtz/domain"
)

// translate turns what PostgreSQL says into what users are told; everything else stays internal.
func translate(ctx context.Context, err error) error {
	if _, told := domain.AsError(err); told {
		return err
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return domain.NotFoundError()
	case pq.As(err, pqerror.LockNotAvailable) != nil:
		return &domain.Error{Kind: domain.Conflict, Code: "busy", Detail: "另一个请求正在处理同一事项，请稍后重试。", Err: err}
	case pq.As(err, pqerror.QueryCanceled) != nil || ctx.Err() != nil:
		return &domain.Error{Kind: domain.Unavailable, Code: "timeout", Detail: "处理时间过长，已停止，没有任何改动。请稍后重试。", Err: err}
	case isDown(err):
		return &domain.Error{Kind: domain.Unavailable, Code: "database", Detail: "数据库暂时不可用，请稍后重试。", Err: err}
	}
	return err
}

// isDown reports a database that cannot be reached, is starting, or is going away.
func isDown(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		pq.As(err, pqerror.CannotConnectNow, pqerror.AdminShutdown, pqerror.CrashShutdown, pqerror.TooManyConnections) != nil
}

// retryable reports a transaction that PostgreSQL gave up for the sake of others.
func retryable(err error) bool {
	return errors.Is(err, errKeyGone) || pq.As(err, pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected) != nil || isForked(err)
}

// isForked reports two transactions that added to one subject's audit chain or ledger at once.
func isForked(err error) bool {
	e := pq.As(err, pqerror.UniqueViolation)
	return e != nil && (e.Constraint == "audit_events_order" || e.Constraint == "events_order")
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
