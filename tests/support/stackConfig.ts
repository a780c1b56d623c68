import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The YAML reader that Pulumi's SDK brings; it has no types. */
const { load } = createRequire(__filename)("js-yaml") as { load: (text: string) => unknown };

interface Schema {
  config: Record<string, { type: string; description?: string; default?: unknown }>;
}

/** The schema of the stack's configuration, from Pulumi.yaml. */
export function configSchema(): Schema["config"] {
  const file = join(resolve(__dirname, "..", ".."), "Pulumi.yaml");
  return (load(readFileSync(file, "utf8")) as Schema).config;
}

/** A complete configuration: the schema's defaults and values for what has none. */
export function completeConfig(changes: Record<string, string> = {}): Record<string, string> {
  const defaults = Object.entries(configSchema())
    .filter(([, item]) => item.default !== undefined)
    .map(([key, { default: value }]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
  return {
    ...(Object.fromEntries(defaults) as Record<string, string>),
    proxmoxEndpoint: "https://127.0.0.1:8006/",
    sshHost: "127.0.0.1",
    sshPort: "2222",
    sshHostKey: `ssh-ed25519 ${"A".repeat(68)}`,
    lanCidr: "172.20.0.0/24",
    lanGateway: "172.20.0.1",
    lbLanAddress: "172.20.0.10",
    ...changes,
  };
}
