// Package main is a provider plugin with the contract of @pulumi/command: commands on this machine
// and over SSH, and copies over SFTP. The official plugin's source is on no Go module proxy.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// version is set by -ldflags "-X main.version=1.2.1".
var version string

func main() {
	err := provider.Main("command", func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		s := newServer(host)
		go s.endWithParent()
		return s, nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// endWithParent ends the commands under way, then the plugin, when the engine is killed: it can
// not cancel then, and the library's own look at it comes only every five minutes.
func (s *server) endWithParent() {
	parent := os.Getppid()
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	s.cancel()
	time.Sleep(endPatience)
	os.Exit(1)
}
