package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gobwas/glob"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// collect finds the files that assetPaths and archivePaths name and adds them to the outputs.
func collect(in fields, outputs resource.PropertyMap) error {
	dir := in.textOr("dir", "")
	if dir == "" {
		var err error
		if dir, err = os.Getwd(); err != nil {
			return err
		}
	}
	if patterns := in.texts("assetPaths"); patterns != nil {
		found, err := matching(dir, patterns)
		if err != nil {
			return err
		}
		assets := resource.PropertyMap{}
		for name, asset := range found {
			assets[resource.PropertyKey(name)] = resource.NewAssetProperty(asset)
		}
		outputs["assets"] = resource.NewObjectProperty(assets)
	}
	if patterns := in.texts("archivePaths"); patterns != nil {
		found, err := matching(dir, patterns)
		if err != nil {
			return err
		}
		members := map[string]any{}
		for name, asset := range found {
			members[name] = asset
		}
		archive, err := resource.NewAssetArchive(members)
		if err != nil {
			return fmt.Errorf("archivePaths: %w", err)
		}
		outputs["archive"] = resource.NewArchiveProperty(archive)
	}
	return nil
}

// matching gives the files below dir that patterns select; the last pattern that fits a file
// decides, and those that begin with "!" leave files out.
func matching(dir string, patterns []string) (map[string]*resource.Asset, error) {
	type rule struct {
		fits glob.Glob
		out  bool
	}
	var rules []rule
	for _, pattern := range patterns {
		plain, out := strings.CutPrefix(pattern, "!")
		fits, err := glob.Compile(plain, '/')
		if err != nil {
			return nil, fmt.Errorf("glob %q: cannot be read: %w", pattern, err)
		}
		rules = append(rules, rule{fits, out})
	}
	found := map[string]*resource.Asset{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		wanted := false
		for _, r := range rules {
			if r.fits.Match(name) {
				wanted = !r.out
			}
		}
		if wanted {
			found[name], err = resource.NewPathAsset(filepath.Join(dir, name))
		}
		return err
	})
	return found, err
}
