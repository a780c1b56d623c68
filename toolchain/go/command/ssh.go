package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// endpoint is one host to log in to, with the defaults of the npm package.
type endpoint struct {
	host, user, hostKey                      string
	privateKey, privateKeyPassword, password string
	agentSocket                              string
	port, dialErrorLimit                     int
	perDial                                  time.Duration
}

func endpointOf(f fields) endpoint {
	return endpoint{
		host:               f.textOr("host", ""),
		user:               f.textOr("user", "root"),
		hostKey:            f.textOr("hostKey", ""),
		privateKey:         f.textOr("privateKey", ""),
		privateKeyPassword: f.textOr("privateKeyPassword", ""),
		password:           f.textOr("password", ""),
		agentSocket:        f.textOr("agentSocketPath", os.Getenv("SSH_AUTH_SOCK")),
		port:               f.numberOr("port", 22),
		dialErrorLimit:     f.numberOr("dialErrorLimit", 10),
		perDial:            time.Duration(f.numberOr("perDialTimeout", 15)) * time.Second,
	}
}

func (e endpoint) address() string { return net.JoinHostPort(e.host, strconv.Itoa(e.port)) }

func (e endpoint) String() string { return e.user + "@" + e.address() }

// identity tells logins apart without keeping their secrets.
func (e endpoint) identity() string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(fmt.Sprintf("%q", []string{
		e.host, strconv.Itoa(e.port), e.user, e.hostKey,
		e.privateKey, e.privateKeyPassword, e.password, e.agentSocket,
	}))))
}

// config makes the client's settings; release ends what they hold open.
func (e endpoint) config() (config *ssh.ClientConfig, release func(), err error) {
	config = &ssh.ClientConfig{User: e.user, Timeout: e.perDial}
	release = func() {}
	if err := e.expectHostKey(config); err != nil {
		return nil, release, err
	}
	if e.privateKey != "" {
		signer, err := e.signer()
		if err != nil {
			return nil, release, fmt.Errorf("connection %s: privateKey cannot be read: %w", e, err)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if e.password != "" {
		config.Auth = append(config.Auth, ssh.Password(e.password),
			ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = e.password
				}
				return answers, nil
			}))
	}
	if e.agentSocket != "" {
		socket, err := net.Dial("unix", e.agentSocket)
		if err != nil {
			return nil, release, fmt.Errorf("connection %s: ssh agent does not answer: %w", e, err)
		}
		release = func() { _ = socket.Close() }
		config.Auth = append(config.Auth, ssh.PublicKeysCallback(agent.NewClient(socket).Signers))
	}
	return config, release, nil
}

// expectHostKey sets how the server proves itself. Without hostKey any server is accepted: that is
// the contract of the npm package, and why programs should always give one.
func (e endpoint) expectHostKey(config *ssh.ClientConfig) error {
	if e.hostKey == "" {
		config.HostKeyCallback = ssh.InsecureIgnoreHostKey()
		return nil
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(e.hostKey))
	if err != nil {
		return fmt.Errorf("connection %s: hostKey cannot be read: %w; "+
			`a line such as "ssh-ed25519 AAAA…" is wanted`, e, err)
	}
	// Servers have several keys; without this they may show one that is not the expected one.
	config.HostKeyAlgorithms = []string{key.Type()}
	if key.Type() == ssh.KeyAlgoRSA {
		config.HostKeyAlgorithms = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	expected := ssh.FixedHostKey(key)
	config.HostKeyCallback = func(name string, remote net.Addr, shown ssh.PublicKey) error {
		if err := expected(name, remote, shown); err != nil {
			return fmt.Errorf("host key differs, got %s; expected %s",
				ssh.FingerprintSHA256(shown), ssh.FingerprintSHA256(key))
		}
		return nil
	}
	return nil
}

func (e endpoint) signer() (ssh.Signer, error) {
	if e.privateKeyPassword != "" {
		return ssh.ParsePrivateKeyWithPassphrase([]byte(e.privateKey), []byte(e.privateKeyPassword))
	}
	return ssh.ParsePrivateKey([]byte(e.privateKey))
}

// dialOnce makes one attempt, straight or through a bastion's connection.
func (e endpoint) dialOnce(ctx context.Context, via *ssh.Client) (*ssh.Client, error) {
	config, release, err := e.config()
	if err != nil {
		return nil, permanent{err}
	}
	defer release()
	if e.perDial > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.perDial)
		defer cancel()
	}
	var conn net.Conn
	if via != nil {
		conn, err = via.DialContext(ctx, "tcp", e.address())
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", e.address())
	}
	if err != nil {
		return nil, err
	}
	// Connections through a bastion know no deadlines, so a handshake that hangs is ended this way.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	session, channels, requests, err := ssh.NewClientConn(conn, e.address(), config)
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%w)", ctx.Err(), err)
		}
		return nil, err
	}
	client := ssh.NewClient(session, channels, requests)
	go keepAlive(client)
	return client, nil
}

const (
	keepAliveEvery   = 15 * time.Second
	keepAlivePatient = 45 * time.Second // as ServerAliveInterval 15 and ServerAliveCountMax 3
)

// keepAlive closes a connection whose other side is gone without a word, as a stopped CT is;
// a command on it would else wait for ever.
func keepAlive(client *ssh.Client) {
	for {
		time.Sleep(keepAliveEvery)
		answered := make(chan error, 1)
		go func() {
			_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
			answered <- err
		}()
		select {
		case err := <-answered:
			if err != nil {
				return
			}
		case <-time.After(keepAlivePatient):
			_ = client.Close()
			return
		}
	}
}
