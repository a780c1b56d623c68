package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// copySource puts the source input at the remotePath input of the connection's host.
//
//	source  | remote path: directory   | absent        | file
//	dir     | into path/dir            | path/dir      | error
//	dir/    | its entries into path    | into path     | error
//	file    | path/file                | path          | overwritten
//	text    | error                    | path          | overwritten
func (s *server) copySource(ctx context.Context, in fields, say reporter) error {
	connection, _ := in.object("connection")
	client, err := s.dialer.connect(ctx, connection, say.status)
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	// Each file is written once from its begin, so writes under way at a time cannot leave gaps.
	files, err := sftp.NewClient(client, sftp.UseConcurrentWrites(true))
	if err != nil {
		return fmt.Errorf("unable to start sftp: %w", err)
	}
	defer func() { _ = files.Close() }()
	to := in.textOr("remotePath", "")
	if err := upload(remoteFiles{files}, in.value("source"), to); err != nil {
		return fmt.Errorf("unable to copy to %q: %w", to, err)
	}
	return nil
}

func upload(r remoteFiles, what resource.PropertyValue, to string) error {
	switch {
	case what.IsAsset() && what.AssetValue().IsText():
		if isDir, err := r.isDir(to); err != nil || isDir {
			return errors.Join(err, whenTrue(isDir, "it is a directory; a text asset needs a file's path"))
		}
		return r.put(strings.NewReader(what.AssetValue().Text), to)
	case what.IsAsset() && what.AssetValue().IsPath():
		return r.putPath(what.AssetValue().Path, to)
	case what.IsArchive() && what.ArchiveValue().IsPath():
		return r.putPath(what.ArchiveValue().Path, to)
	}
	return errors.New("source: kind of asset not supported; use a FileAsset, a StringAsset or a FileArchive")
}

func whenTrue(bad bool, message string) error {
	if bad {
		return errors.New(message)
	}
	return nil
}

// remoteFiles writes files on a host. Modes of new files are the server's choice, as in the npm
// package's contract: a program that needs others sets them by a command.
type remoteFiles struct{ *sftp.Client }

func (r remoteFiles) isDir(name string) (bool, error) {
	info, err := r.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && info.IsDir(), err
}

func (r remoteFiles) put(from io.Reader, to string) error {
	if err := r.MkdirAll(path.Dir(to)); err != nil {
		return fmt.Errorf("%s: %w", path.Dir(to), err)
	}
	file, err := r.Create(to)
	if err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	_, err = file.ReadFrom(from)
	return errors.Join(err, file.Close())
}

func (r remoteFiles) putFile(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return r.put(file, to)
}

func (r remoteFiles) putPath(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	isDir, err := r.isDir(to)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if isDir {
			to = path.Join(to, filepath.Base(from))
		}
		return r.putFile(from, to)
	}
	if !strings.HasSuffix(from, "/") {
		to = path.Join(to, filepath.Base(from))
	}
	return filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		place := path.Join(to, filepath.ToSlash(relative))
		if entry.IsDir() {
			return r.MkdirAll(place)
		}
		return r.putFile(name, place)
	})
}
