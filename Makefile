# 青海投资项目协同监管平台。常用：make run 启动；make test 检查与测试。
# The usual ones: `make run` starts everything, `make test` checks everything.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO ?= go
LINT_VERSION := v2.15.0
LINT := bin/tools/golangci-lint-$(LINT_VERSION)
# -buildvcs=false: a checkout owned by another account must still build.
BUILD_FLAGS := -trimpath -buildvcs=false

.PHONY: help setup setup-test build run test full check fmt lint unit race pictures bench clean

help: ## 列出可用目标 / list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## 安装运行所缺的软件 / install what running lacks
	@.ci/setup run

setup-test: ## 另装测试所需的软件 / install what the tests lack as well
	@.ci/setup run test

build: ## 编译 bin/qhtz / build bin/qhtz
	CGO_ENABLED=0 $(GO) build $(BUILD_FLAGS) -o bin/qhtz ./cmd/qhtz

run: setup build ## 启动平台（自带数据库）/ start the platform with its own stores
	@exec bin/qhtz dev

test: setup-test ## 格式、静态检查和全部测试 / format, lint and every test
	@status=0; $(MAKE) --no-print-directory check || status=1; .ci/test || status=1; exit $$status

full: setup-test ## 同 test，用完整规模 / the same at full size (up to an hour)
	@status=0; $(MAKE) --no-print-directory check || status=1; \
	QHTZ_FULL=1 QHTZ_TEST_TIMEOUT=60m .ci/test || status=1; exit $$status

check: fmt lint

fmt: ## 检查代码格式 / fail on files that gofmt would change
	@files=$$(gofmt -l $$(find . -name '*.go' -not -path './.git/*' -not -path './bin/*')); \
	if [ -n "$$files" ]; then printf 'gofmt -w %s\n' $$files; exit 1; fi

lint: $(LINT)/golangci-lint ## 静态检查 / golangci-lint
	$(LINT)/golangci-lint run --timeout 10m ./...

$(LINT)/golangci-lint:
	@echo '首次编译 golangci-lint，约一分半钟 / building golangci-lint once, about 90 s'
	@mkdir -p $(LINT)
	@GOBIN=$(CURDIR)/$(LINT) GOFLAGS=-buildvcs=false $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

unit: ## 只测规则（不需要数据库）/ the rules alone, without stores
	@.ci/test ./domain/...

race: ## 全部测试加竞态检测 / every test under the race detector
	@QHTZ_RACE=all .ci/test

pictures: setup-test ## 重拍文档里的截图 / take the pictures of the documentation again
	QHTZ_PICTURES=docs/pictures $(GO) test -count=1 -tags pictures -run '^TestPictures$$' ./cmd/qhtz

bench: setup ## 与同类方案的对比测量 / benchmarks against peers
	cd cmd/bench && $(GO) run .

clean: ## 删除编译产物（不动 .qhtz 数据）/ remove what was built; .qhtz stays
	rm -rf bin coverage coverage.out
