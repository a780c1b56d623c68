package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

var loggingModes = []string{"stdout", "stderr", "stdoutAndStderr", "none"}

// check judges inputs against the contract. Unknown values pass: they are judged once known.
func check(m member, inputs resource.PropertyMap) []*pulumirpc.CheckFailure {
	failures := checkAll(m.inputs, inputs, "")
	if mode, ok := fieldsOf(inputs).text("logging"); ok && !isOneOf(mode, loggingModes) {
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: "logging",
			Reason:   fmt.Sprintf("logging: unknown mode, got %q; one of %s", mode, strings.Join(loggingModes, ", ")),
		})
	}
	return failures
}

func checkAll(wanted []property, got resource.PropertyMap, path string) []*pulumirpc.CheckFailure {
	var failures []*pulumirpc.CheckFailure
	for _, p := range wanted {
		at := path + p.name
		value := bare(got[resource.PropertyKey(p.name)])
		switch {
		case value.IsComputed() || value.IsOutput():
		case value.IsNull():
			if p.required {
				failures = append(failures, &pulumirpc.CheckFailure{
					Property: at, Reason: at + ": missing; it is required",
				})
			}
		case p.shape == connection && value.IsObject():
			endpoint := value.ObjectValue()
			failures = append(failures, checkAll(endpointInputs, endpoint, at+".")...)
			if proxy := bare(endpoint["proxy"]); proxy.IsObject() {
				failures = append(failures, checkAll(endpointInputs, proxy.ObjectValue(), at+".proxy.")...)
			}
		case !fits(p.shape, value):
			failures = append(failures, &pulumirpc.CheckFailure{
				Property: at,
				Reason:   fmt.Sprintf("%s: wrong type, got %s; must be %s", at, value.TypeString(), p.shape),
			})
		}
	}
	return failures
}

func fits(s shape, v resource.PropertyValue) bool {
	switch s {
	case text:
		return v.IsString()
	case number:
		return v.IsNumber()
	case flag:
		return v.IsBool()
	case anyList:
		return v.IsArray()
	case textList:
		return v.IsArray() && all(v.ArrayValue(), func(e resource.PropertyValue) bool { return fitsText(e) })
	case textMap:
		if !v.IsObject() {
			return false
		}
		for _, e := range v.ObjectValue() {
			if !fitsText(e) {
				return false
			}
		}
		return true
	case source:
		return v.IsAsset() || v.IsArchive()
	case connection, sourceMap:
		return v.IsObject()
	}
	return false
}

func fitsText(v resource.PropertyValue) bool {
	v = bare(v)
	return v.IsString() || v.IsComputed() || v.IsOutput()
}

func all[T any](list []T, good func(T) bool) bool {
	for _, e := range list {
		if !good(e) {
			return false
		}
	}
	return true
}

func isOneOf(s string, list []string) bool { return !all(list, func(e string) bool { return e != s }) }

// protect marks inputs that are always secret, whatever the program said.
func protect(m member, inputs resource.PropertyMap) {
	for _, p := range m.inputs {
		key := resource.PropertyKey(p.name)
		if v, ok := inputs[key]; ok && p.secret && !v.IsSecret() && !v.IsComputed() {
			inputs[key] = resource.MakeSecret(v)
		}
	}
}

func (s shape) String() string {
	return [...]string{
		"a string", "a number", "a boolean", "a list of strings", "a map of strings", "a list",
		"an asset or an archive", "a map of assets", "an object",
	}[s]
}
