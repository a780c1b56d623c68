package main

// shape says what kind of value a property holds.
type shape int

const (
	text shape = iota
	number
	flag
	textList
	textMap
	anyList
	source // an asset or an archive
	sourceMap
	connection
)

// property describes one input or output.
type property struct {
	name     string
	shape    shape
	required bool
	// secret inputs stay secret even if the program did not mark them.
	secret bool
}

// member is one resource type or function of the package.
type member struct {
	inputs  []property
	outputs []property
	// replaceOn is the input whose change replaces the resource.
	replaceOn string
}

const (
	localCommand  = "command:local:Command"
	localRun      = "command:local:run"
	remoteCommand = "command:remote:Command"
	copyToRemote  = "command:remote:CopyToRemote"
)

var endpointInputs = []property{
	{name: "agentSocketPath"}, {name: "dialErrorLimit", shape: number},
	{name: "host", required: true}, {name: "hostKey"}, {name: "password"},
	{name: "perDialTimeout", shape: number}, {name: "port", shape: number},
	{name: "privateKey"}, {name: "privateKeyPassword"}, {name: "user"},
}

var process = []property{
	{name: "addPreviousOutputInEnv", shape: flag}, {name: "environment", shape: textMap},
	{name: "logging"}, {name: "stdin"},
}

var lifecycle = []property{
	{name: "create"}, {name: "update"}, {name: "delete"}, {name: "triggers", shape: anyList},
}

var localProcess = append([]property{
	{name: "archivePaths", shape: textList}, {name: "assetPaths", shape: textList},
	{name: "dir"}, {name: "interpreter", shape: textList},
}, process...)

var streams = []property{{name: "stdout", required: true}, {name: "stderr", required: true}}

var collected = append([]property{
	{name: "archive", shape: source}, {name: "assets", shape: sourceMap},
}, streams...)

var login = property{name: "connection", shape: connection, required: true, secret: true}

// members is the whole contract; it must follow the type declarations of @pulumi/command 1.2.1.
var members = map[string]member{
	localCommand: {
		inputs: join(lifecycle, localProcess), outputs: collected, replaceOn: "triggers",
	},
	localRun: {
		inputs: join(localProcess, []property{{name: "command", required: true}}), outputs: collected,
	},
	remoteCommand: {
		inputs: join(lifecycle, process, []property{login}), outputs: streams, replaceOn: "triggers",
	},
	copyToRemote: {
		inputs: []property{
			login, {name: "remotePath", required: true}, {name: "source", shape: source, required: true},
			{name: "triggers", shape: anyList},
		},
		replaceOn: "triggers",
	},
}

func join(lists ...[]property) []property {
	var all []property
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
