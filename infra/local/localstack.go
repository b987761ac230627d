package local

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nanococoa/nanococoa/infra/keys"
	"github.com/nanococoa/nanococoa/infra/namespace"
)

// Engine is what answers as AWS. docs/local-engines.md compares them.
type Engine string

const (
	// MiniStack runs the functions as processes.
	MiniStack Engine = ""
	// LocalStack is LocalStack by its Python packages, with a Docker daemon of its own and an image made here, for
	// machines that can fetch no image. The program must be in namespaces of its own (infra/namespace).
	LocalStack Engine = "host"
	// LocalStackInDocker is LocalStack in this machine's Docker, by compose.yaml.
	LocalStackInDocker Engine = "compose"
)

const (
	// localStackPort is LocalStack's own port, on which it is alone in its namespace, or that of compose.yaml.
	localStackPort = 4566
	// bridge is the address of the namespace's host on Docker's bridge, by which its containers know it.
	bridge = "172.17.0.1"
	// registry is where the image is pulled from, in the namespace.
	registry = "127.0.0.1:5000"
	// token is the GPU server's where containers reach it: it wants one beyond the loopback. It guards a stand-in.
	token = "stand-in-of-this-machine" //nolint:gosec // and compose.yaml has it too
	// aiserverHost is how containers call the GPU server; template.yaml allows no other name by http.
	aiserverHost = "aiserver"
	// runtimeName is the functions' runtime, as template.yaml has it.
	runtimeName = "provided.al2023"
	// initVersion is the version of the container's init that LocalStack 4.14.0 looks for.
	initVersion = "v0.1.41-pre"
	// agent stands where LocalStack looks for an agent of its own; see localstack/dynamodb/pom.xml.
	agent = "byte-buddy-agent-1.15.11.jar"
)

// localStackServices are the services the templates need, and `sam deploy`.
const localStackServices = "apigateway,cloudformation,cloudwatch,cognito-idp,dynamodb,events,iam,kms,lambda,logs,s3," +
	"scheduler,sns,sqs,ssm,stepfunctions,sts"

// containers reports whether the functions run in containers.
func (d *Deployment) containers() bool { return d.o.Engine != MiniStack }

// startLocalStack starts LocalStack and what it needs, and waits until it answers.
func (d *Deployment) startLocalStack(ctx context.Context) (err error) {
	log, err := d.logFile("aws.log")
	if err != nil {
		return err
	}
	if d.o.Engine == LocalStackInDocker {
		d.AWSURL = "http://localhost:" + strconv.Itoa(localStackPort)
		if d.running, err = spawn("docker compose", d.compose("up", "--no-color"), log); err != nil {
			return err
		}
	} else {
		d.AWSURL = "http://" + net.JoinHostPort(bridge, strconv.Itoa(localStackPort))
		if err := d.startDocker(ctx); err != nil {
			return err
		}
		cmd, err := d.localStack()
		if err != nil {
			return err
		}
		if d.running, err = spawn("LocalStack", cmd, log); err != nil {
			return err
		}
	}
	// The first time compose fetches two images.
	err = poll(ctx, 4*time.Minute, d.running,
		func(ctx context.Context) error { return get(ctx, d.AWSURL+"/_localstack/health") })
	if err != nil {
		return err
	}
	return keys.Put(ctx, d.ssm(), keys.TokenName(environment), token)
}

// compose is a command of `docker compose` on compose.yaml.
func (d *Deployment) compose(arguments ...string) *exec.Cmd {
	cmd := exec.Command("docker", append([]string{"compose"}, arguments...)...) //nolint:gosec // our own words
	cmd.Dir, cmd.Env = d.o.Root, os.Environ()
	return cmd
}

// startDocker starts a Docker daemon in the namespace, and has it pull the one image there is.
func (d *Deployment) startDocker(ctx context.Context) error {
	rie, err := filepath.Glob(filepath.Join(d.o.Root, ".venv", "lib", "python3*", "site-packages", "samcli", "local",
		"rapid", "aws-lambda-rie-"+architecture()))
	if err != nil || len(rie) != 1 {
		return fmt.Errorf("SAM's package has no emulator for %s (%w)", architecture(), err)
	}
	made, err := newImage(rie[0])
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", registry)
	if err != nil {
		return fmt.Errorf("serve the image: %w", err)
	}
	d.images = &http.Server{Handler: made, ReadHeaderTimeout: time.Second}
	go d.images.Serve(l) //nolint:errcheck // until Down
	log, err := d.logFile("docker.log")
	if err != nil {
		return err
	}
	settings := filepath.Join(d.dir, "docker.json") // and not what a Docker of this machine has
	if err := os.WriteFile(settings, []byte("{}"), 0o600); err != nil {
		return fmt.Errorf("configure Docker: %w", err)
	}
	cmd := exec.Command("dockerd", //nolint:gosec // its folder is ours
		// A network of its own has nobody to keep rules against.
		"--iptables=false", "--ip6tables=false", "--ip-forward=false", "--bip="+bridge+"/16",
		"--shutdown-timeout=1", // a function that runs still is nobody's
		"--config-file="+settings, "--data-root="+filepath.Join(d.dir, "docker"), "--cgroup-parent=/"+namespace.Cgroup)
	cmd.Env = d.environ()
	if d.docker, err = spawn("dockerd", cmd, log); err != nil {
		return fmt.Errorf("%w; on Debian: apt-get install docker.io", err)
	}
	err = poll(ctx, 30*time.Second, d.docker, func(ctx context.Context) error { return d.dockerDo(ctx, "version") })
	if err != nil {
		return err
	}
	name := registry + "/lambda:" + runtimeName
	if err := d.dockerDo(ctx, "pull", "--quiet", name); err != nil {
		return err
	}
	// By this name `sam local` knows an image that it need not build.
	return d.dockerDo(ctx, "tag", name, "public.ecr.aws/lambda/provided:al2023-rapid-"+architecture())
}

// dockerDo runs Docker's client.
func (d *Deployment) dockerDo(ctx context.Context, arguments ...string) error {
	cmd := exec.CommandContext(ctx, "docker", arguments...) //nolint:gosec // our own words
	cmd.Env = d.environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("docker %s: %w: %s", strings.Join(arguments, " "), err, out)
	}
	return nil
}

// localStack is the command of LocalStack, with what it would fetch from the internet laid where it looks for it.
func (d *Deployment) localStack() (*exec.Cmd, error) {
	built, root := filepath.Join(d.o.Root, "build", "localstack"), filepath.Join(d.dir, "localstack")
	lib := filepath.Join(root, "var", "lib", "localstack", "lib")
	runtimeInit := filepath.Join(lib, "lambda-runtime", initVersion, architecture(), "var", "rapid")
	java, err := exec.LookPath("java")
	if err == nil {
		java, err = filepath.EvalSymlinks(java)
	}
	if err != nil {
		return nil, fmt.Errorf("find Java: %w", err)
	}
	dynamo := filepath.Join(lib, "dynamodb-local", "2")
	for _, l := range []struct{ from, to string }{
		{filepath.Dir(filepath.Dir(java)), filepath.Join(lib, "java", "21")}, // it is content with 17
		{filepath.Join(built, "java", "jsonata"), filepath.Join(lib, "jsonata", "0.9.7")},
		{filepath.Join(built, "java", "dynamodb"), filepath.Join(dynamo, "DynamoDBLocal_lib")},
		{filepath.Join(built, "java", "dynamodb", agent), filepath.Join(dynamo, "ddb-local-loader-0.1.jar")},
		{filepath.Join(built, "init"), filepath.Join(runtimeInit, "init")},
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(l.to), 0o755), os.RemoveAll(l.to)); err != nil {
			return nil, fmt.Errorf("lay out LocalStack's files: %w", err)
		}
		if filepath.Base(l.to) == "init" { // it is copied into containers, where a link leads nowhere
			err = os.Link(l.from, l.to)
		} else {
			err = os.Symlink(l.from, l.to)
		}
		if err != nil {
			return nil, fmt.Errorf("lay out LocalStack's files: %w", err)
		}
	}
	jars := filepath.Join(built, "java", "dynamodb")
	if err := writeRunner(filepath.Join(dynamo, "DynamoDBLocal.jar"), jars); err != nil {
		return nil, err
	}
	cmd := exec.Command(filepath.Join(built, "venv", "bin", "python"), "-m", "localstack.runtime.main")
	cmd.Dir = d.dir
	cmd.Env = append(d.environ(),
		"OVERRIDE_IN_DOCKER=0", "FILESYSTEM_ROOT="+root, "HOME="+root, "TMPDIR="+filepath.Join(d.dir, "tmp"),
		"GATEWAY_LISTEN=0.0.0.0:"+strconv.Itoa(localStackPort), "DNS_ADDRESS=0",
		"SKIP_SSL_CERT_DOWNLOAD=1", "DISABLE_EVENTS=1", "LOCALSTACK_ACTIVATE_PRO=0",
		"SERVICES="+localStackServices, "AWS_DEFAULT_REGION="+region,
		"HOSTNAME_FROM_LAMBDA="+bridge,
		"LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT=60",
		"LAMBDA_RUNTIME_IMAGE_MAPPING="+registry+"/lambda:<runtime>",
		"LAMBDA_DOCKER_FLAGS=--add-host="+aiserverHost+":"+bridge,
		// By itself it looks into an empty queue every ten seconds, and each ad waits for that.
		"LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC=1",
		"PYTHONUNBUFFERED=1", "PYTHONWARNINGS=ignore",
	)
	return cmd, nil
}

// writeRunner writes a JAR that starts DynamoDB Local with every JAR of a folder beside it, as Maven names them: its
// own looks for the names they have in AWS's archive.
func writeRunner(to, jars string) error {
	found, err := filepath.Glob(filepath.Join(jars, "*.jar"))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("%s holds no JARs; `make localstack-installed` makes them (%w)", jars, err)
	}
	slices.Sort(found)
	path := "Class-Path:"
	for _, jar := range found {
		path += " DynamoDBLocal_lib/" + filepath.Base(jar)
	}
	text := "Manifest-Version: 1.0\nMain-Class: com.amazonaws.services.dynamodbv2.local.main.ServerRunner\n"
	// A line has 72 bytes at most; one that begins with a space goes on with the last (JAR File Specification).
	for len(path) > 72 {
		text, path = text+path[:72]+"\n", " "+path[72:]
	}
	f, err := os.Create(to) //nolint:gosec // in our own folder
	if err != nil {
		return fmt.Errorf("start DynamoDB Local: %w", err)
	}
	z := zip.NewWriter(f)
	w, err := z.Create("META-INF/MANIFEST.MF")
	if err == nil {
		_, err = io.WriteString(w, text+path+"\n")
	}
	return errors.Join(err, z.Close(), f.Close())
}

// stopContainers ends what startLocalStack started beside LocalStack.
func (d *Deployment) stopContainers() error {
	var errs []error
	if d.o.Engine == LocalStackInDocker {
		if out, err := d.compose("down", "--volumes", "--remove-orphans").CombinedOutput(); err != nil {
			errs = append(errs, fmt.Errorf("docker compose down: %w: %s", err, out))
		}
	}
	if d.docker != nil {
		errs = append(errs, d.docker.stop(30*time.Second))
	}
	if d.images != nil {
		errs = append(errs, d.images.Close())
	}
	return errors.Join(errs...)
}

// aiserverAddr is where the GPU server listens: where the functions can reach it.
func (d *Deployment) aiserverAddr(port int) string {
	host := "127.0.0.1"
	if d.containers() {
		host = bridge
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// asFunctionsSay is an address of this machine as a function's environment has it.
func (d *Deployment) asFunctionsSay(url string) string {
	return strings.Replace(url, "//"+bridge+":", "//"+aiserverHost+":", 1)
}
