package main

import (
	"encoding/json"
	"strings"
)

// schema renders the contract as a Pulumi package schema. Descriptions are those of the npm package.
func schema() (string, error) {
	doc := map[string]any{
		"name": "command", "version": version, "provider": map[string]any{},
		"types": map[string]any{
			"command:remote:ProxyConnection": object(endpointInputs),
			"command:remote:Connection":      object(append([]property{}, endpointInputs...)),
		},
	}
	resources, functions := map[string]any{}, map[string]any{}
	for token, m := range members {
		if token == localRun {
			functions[token] = map[string]any{
				"inputs": object(m.inputs), "outputs": object(join(m.inputs, m.outputs)),
			}
			continue
		}
		in, out := object(m.inputs), object(join(m.inputs, m.outputs))
		resources[token] = map[string]any{
			"inputProperties": in["properties"], "requiredInputs": in["required"],
			"properties": out["properties"], "required": out["required"],
		}
	}
	types := doc["types"].(map[string]any)
	login := types["command:remote:Connection"].(map[string]any)["properties"].(map[string]any)
	login["proxy"] = map[string]any{"$ref": "#/types/command:remote:ProxyConnection"}
	doc["resources"], doc["functions"] = resources, functions
	data, err := json.Marshal(doc)
	return string(data), err
}

func object(list []property) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, p := range list {
		properties[p.name] = typeSpec(p)
		if p.required {
			required = append(required, p.name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}

func typeSpec(p property) map[string]any {
	any_ := map[string]any{"$ref": "pulumi.json#/Any"}
	str := map[string]any{"type": "string"}
	spec := map[shape]map[string]any{
		text:       str,
		number:     {"type": "number"},
		flag:       {"type": "boolean"},
		textList:   {"type": "array", "items": str},
		textMap:    {"type": "object", "additionalProperties": str},
		anyList:    {"type": "array", "items": any_},
		source:     {"$ref": "pulumi.json#/Asset"},
		sourceMap:  {"type": "object", "additionalProperties": map[string]any{"$ref": "pulumi.json#/Asset"}},
		connection: {"$ref": "#/types/command:remote:Connection"},
	}[p.shape]
	copied := map[string]any{}
	for k, v := range spec {
		copied[k] = v
	}
	if p.secret {
		copied["secret"] = true
	}
	if p.name == "archive" {
		copied["$ref"] = strings.Replace(copied["$ref"].(string), "Asset", "Archive", 1)
	}
	return copied
}
