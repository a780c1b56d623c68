/**
 * Prints the SHA-256 of every official archive of the versions in use, for versions.ts. To be run by
 * hand, on a machine that reaches the sites, after a change of a version: `npx tsx toolchain/pin.ts`.
 * Compare what it prints with what the publishers list before it is committed.
 */
import { createHash } from "node:crypto";
import { plugins, pulumiVersion } from "./versions";

const site = "https://get.pulumi.com/releases";

/** Where an archive of a plugin is: Pulumi's own place, or a release on GitHub. */
function pluginUrl(
  name: string,
  version: string,
  server: string | undefined,
  arch: string,
): string {
  const file = `pulumi-resource-${name}-v${version}-linux-${arch}.tar.gz`;
  const repository = server?.replace("github://api.github.com/", "");
  return repository
    ? `https://github.com/${repository}/releases/download/v${version}/${file}`
    : `${site}/plugins/${file}`;
}

async function sum(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: answered ${answer.status}`);
  return createHash("sha256")
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest("hex");
}

async function main(): Promise<void> {
  for (const [arch, go] of [
    ["x64", "amd64"],
    ["arm64", "arm64"],
  ] as const) {
    const cli = `${site}/sdk/pulumi-v${pulumiVersion}-linux-${arch}.tar.gz`;
    process.stdout.write(`pulumi ${arch}: ${await sum(cli)}\n`);
    for (const { name, version, server } of plugins) {
      const url = pluginUrl(name, version, server, go);
      process.stdout.write(`${name} ${arch}: ${await sum(url)}\n`);
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
