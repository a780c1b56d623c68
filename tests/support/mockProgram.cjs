"use strict";
// Runs the compiled program of the current folder under mocks and prints what it declares, as JSON.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const own = createRequire(join(process.cwd(), "package.json"));
const pulumi = own("@pulumi/pulumi");

const made = [];
const outputs = (type, name) => {
  if (type.endsWith(":ContainerHostConfig"))
    return { hostKey: "ssh-ed25519 AAAA", incarnation: name };
  if (type === "pulumi:pulumi:StackReference") return { outputs: {} };
  if (type.endsWith(":TargetDrain")) return { drains: 0 };
  if (type.endsWith(":GeneratedSecret")) return { value: `secret-${name}` };
  if (type === "command:remote:Command") return { stdout: `stdout of ${name}` };
  return type.endsWith(":RemoteImage") ? { imageId: "sha256:1" } : {};
};

async function main() {
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, inputs }) {
        made.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, ...outputs(type, name) } };
      },
      call: ({ token }) => {
        throw new Error(`unexpected call of ${token}`);
      },
    },
    "two-groups",
    "lab",
    false,
    "organization",
  );
  pulumi.runtime.setAllConfig(JSON.parse(process.argv[2]));
  await own("./out/index.js")();
  for (let before = -1; before !== made.length;) {
    before = made.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const { inputs } of made) {
    delete inputs.__provider;
    if (inputs.source?.text) inputs.source = await inputs.source.text;
  }
  process.stdout.write(JSON.stringify(made));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
