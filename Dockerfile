# syntax=docker/dockerfile:1
FROM golang:1.26-bookworm AS build
WORKDIR /src
ENV GOCACHE=/var/cache/go-build
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/var/cache/go-build \
    CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w" -o /out/qhtz ./cmd/qhtz \
 && mkdir -p /out/data /out/tmp

# The time zones, templates and migrations are inside the binary; only the
# certificate authorities (webhooks, mail, S3 over TLS) come from outside.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/qhtz /qhtz
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
ENV QHTZ_ENV=production QHTZ_ADDR=0.0.0.0:8080 QHTZ_DATA=/data
USER 65532:65532
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["/qhtz", "serve", "--probe", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["/qhtz"]
CMD ["serve"]
