/**
 * Writes schema.json and bridge-metadata.json of the bridged plugins anew. To be run by hand after
 * a change of a provider's version: `npx tsx toolchain/generate.ts`.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labPaths } from "../system/labPaths";
import { goFlags, goOptions } from "./build";
import { findGo } from "./goCompiler";
import { placesOf } from "./places";
import { run } from "../system/exec";
import { reduceSchema, type Schema } from "./reduceSchema";
import { plugins } from "./versions";

const bridged = plugins.filter(({ name }) => name !== "command");
const say = (text: string) => void process.stderr.write(`${text}\n`);

async function generate(name: string, version: string): Promise<void> {
  const places = placesOf(labPaths());
  const folder = join(places.goSource, name);
  const metadata = join(folder, "bridge-metadata.json");
  const work = mkdtempSync(join(tmpdir(), "generate-"));
  try {
    // The generator embeds the metadata that it writes.
    if (!existsSync(metadata)) writeFileSync(metadata, "{}");
    const generator = join(work, "generator");
    const flags = ["-tags=tfgen", `-ldflags=-X main.version=${version}`, "-o", generator];
    say(`${name} ${version}: compiling its generator`);
    const go = await findGo(places, say);
    await run(
      go,
      ["build", ...goFlags, "-buildvcs=false", ...flags, `./${name}`],
      goOptions(places),
    );
    await run(generator, ["schema", "--skip-docs", "--skip-examples", "--out", work], {
      cwd: folder,
    });
    const schema = JSON.parse(readFileSync(join(work, "schema.json"), "utf8")) as Schema;
    writeFileSync(join(folder, "schema.json"), reduceSchema(schema));
    copyFileSync(join(work, "bridge-metadata.json"), metadata);
    say(`${name} ${version}: schema.json and bridge-metadata.json written`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  for (const { name, version } of bridged) await generate(name, version);
}

main().catch((error: unknown) => {
  say(String(error));
  process.exitCode = 1;
});
