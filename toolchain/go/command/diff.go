package main

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Diff compares inputs only: what a command printed is no reason to run it again.
func (s *server) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	m, err := memberOf(req.Urn)
	if err != nil {
		return nil, err
	}
	news, err := receive(req.News)
	if err != nil {
		return nil, err
	}
	before := req.OldInputs
	if before == nil {
		before = req.Olds
	}
	olds, err := receive(before)
	if err != nil {
		return nil, err
	}
	return diff(m, olds, news), nil
}

func diff(m member, olds, news resource.PropertyMap) *pulumirpc.DiffResponse {
	changes := onlyInputs(m, olds).Diff(onlyInputs(m, news))
	answer := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	if changes == nil {
		return answer
	}
	answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
	for _, key := range changes.ChangedKeys() {
		answer.Diffs = append(answer.Diffs, string(key))
		if string(key) == m.replaceOn {
			answer.Replaces = append(answer.Replaces, string(key))
		}
	}
	for path, change := range plugin.NewDetailedDiffFromObjectDiff(changes, true) {
		kind := change.Kind
		if path == m.replaceOn || strings.HasPrefix(path, m.replaceOn+"[") {
			kind = kind.AsReplace()
		}
		answer.DetailedDiff[path] = &pulumirpc.PropertyDiff{
			Kind: pulumirpc.PropertyDiff_Kind(kind), InputDiff: true,
		}
	}
	return answer
}

func onlyInputs(m member, values resource.PropertyMap) resource.PropertyMap {
	inputs := resource.PropertyMap{}
	for _, p := range m.inputs {
		if v, ok := values[resource.PropertyKey(p.name)]; ok {
			inputs[resource.PropertyKey(p.name)] = withoutSecrets(v)
		}
	}
	return inputs
}

// withoutSecrets removes secret wrappers at any depth, so that marking a value changes nothing.
func withoutSecrets(v resource.PropertyValue) resource.PropertyValue {
	v = bare(v)
	switch {
	case v.IsArray():
		list := make([]resource.PropertyValue, 0, len(v.ArrayValue()))
		for _, e := range v.ArrayValue() {
			list = append(list, withoutSecrets(e))
		}
		return resource.NewArrayProperty(list)
	case v.IsObject():
		object := resource.PropertyMap{}
		for k, e := range v.ObjectValue() {
			object[k] = withoutSecrets(e)
		}
		return resource.NewObjectProperty(object)
	}
	return v
}

func differ(olds, news resource.PropertyMap, names ...resource.PropertyKey) bool {
	for _, name := range names {
		if withoutSecrets(olds[name]).Diff(withoutSecrets(news[name])) != nil {
			return true
		}
	}
	return false
}
