package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// fields reads typed values out of a property map without secret wrappers. Check has judged the
// types before, so a value of another type counts as absent.
type fields resource.PropertyMap

// bare removes secret wrappers from around one value.
func bare(v resource.PropertyValue) resource.PropertyValue {
	for v.IsSecret() {
		v = v.SecretValue().Element
	}
	if v.IsOutput() && v.OutputValue().Known {
		return bare(v.OutputValue().Element)
	}
	return v
}

func fieldsOf(m resource.PropertyMap) fields { return fields(m) }

func (f fields) value(name string) resource.PropertyValue { return bare(f[resource.PropertyKey(name)]) }

func (f fields) text(name string) (string, bool) {
	v := f.value(name)
	if !v.IsString() {
		return "", false
	}
	return v.StringValue(), true
}

func (f fields) textOr(name, fallback string) string {
	if s, ok := f.text(name); ok {
		return s
	}
	return fallback
}

func (f fields) numberOr(name string, fallback int) int {
	if v := f.value(name); v.IsNumber() {
		return int(v.NumberValue())
	}
	return fallback
}

func (f fields) flagOr(name string, fallback bool) bool {
	if v := f.value(name); v.IsBool() {
		return v.BoolValue()
	}
	return fallback
}

func (f fields) texts(name string) []string {
	v := f.value(name)
	if !v.IsArray() {
		return nil
	}
	var list []string
	for _, e := range v.ArrayValue() {
		if e = bare(e); e.IsString() {
			list = append(list, e.StringValue())
		}
	}
	return list
}

func (f fields) textMap(name string) map[string]string {
	m := map[string]string{}
	if v := f.value(name); v.IsObject() {
		for k, e := range v.ObjectValue() {
			if e = bare(e); e.IsString() {
				m[string(k)] = e.StringValue()
			}
		}
	}
	return m
}

func (f fields) object(name string) (fields, bool) {
	v := f.value(name)
	if !v.IsObject() {
		return nil, false
	}
	return fields(v.ObjectValue()), true
}
