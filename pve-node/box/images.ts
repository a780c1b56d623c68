import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inPath, type Program } from "../../system/distribution";
import { exec, run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Note } from "../../system/progress";
import { digest, fileDigests, normaliseModes, withContext } from "./buildContext";
import { docker, inspect } from "./docker";
import { ensureNode, findNode, type NodeBinary } from "./nodeBinary";
import { proxiesOf, proxyFlags } from "./proxies";
import { type NodeImage, readState, writeState } from "./boxState";

/** The name Dockerfiles use for Debian: pulled or made here, they need not know. */
const baseTag = "homelab/debian:12";

/**
 * Installs programs of this machine, or says how a person does.
 *
 * @param why what they are needed for, the first half of the message
 * @throws when it does not install them.
 */
export type Bring = (programs: Program[], why: string, note: Note) => Promise<void>;

const imageFolder = (paths: LabPaths) => join(paths.root, "pve-node", "image");

/** Name of the system image, if it was made already. */
export async function findSystemImage(paths: LabPaths): Promise<string | undefined> {
  const node = await findNode(paths);
  const tag = node && (await systemTag(paths, node));
  return tag && (await inspect("image", tag)) ? tag : undefined;
}

async function systemTag(paths: LabPaths, node: NodeBinary): Promise<string> {
  const dockerfile = join(imageFolder(paths), "system.Dockerfile");
  return `homelab/pve-system:${digest([await readFile(dockerfile), node.key])}`;
}

/** The operating system of the node: Debian, LXC, sshd and the Node.js binary. */
export async function ensureSystemImage(
  paths: LabPaths,
  note: Note,
  bring: Bring,
): Promise<string> {
  const node = await ensureNode(paths, note);
  const dockerfile = join(imageFolder(paths), "system.Dockerfile");
  const tag = await systemTag(paths, node);
  if (await inspect("image", tag)) return tag;
  await ensureBaseImage(paths, note, bring);
  await withContext(paths, async (context) => {
    await cp(node.file, join(context, "node"));
    await normaliseModes(context);
    await build(context, dockerfile, tag, { BASE: baseTag }, note);
  });
  return tag;
}

/**
 * The node's image, made from this checkout. Sources are hashed first, and what they compile to
 * second: a change that does not reach the node's programs does not restart it.
 */
export async function ensureNodeImage(paths: LabPaths, note: Note, bring: Bring): Promise<string> {
  const sources = await sourcesDigest(paths, await ensureNode(paths, note));
  const { image: remembered } = await readState(paths);
  if (remembered?.sources === sources && (await inspect("image", remembered.tag))) {
    return remembered.tag;
  }
  const system = await ensureSystemImage(paths, note, bring);
  note("bundling the API server");
  const tag = await withNodeFiles(paths, async (context) => {
    const dockerfile = join(imageFolder(paths), "Dockerfile");
    const contents = await fileDigests(context);
    const made = `homelab/pve-node:${digest([await readFile(dockerfile), system, ...contents])}`;
    if (!(await inspect("image", made))) {
      await build(context, dockerfile, made, { SYSTEM: system }, note);
    }
    return made;
  });
  await writeState(paths, { image: { sources, tag, system } });
  return tag;
}

/** Runs `work` with a folder that holds the node's own files, `rootfs/` and `dist/`, made from this checkout. */
export function withNodeFiles<T>(
  paths: LabPaths,
  work: (context: string) => Promise<T>,
): Promise<T> {
  return withContext(paths, async (context) => {
    const tsx = join(paths.root, "node_modules", "tsx", "dist", "cli.mjs");
    const bundle = join(paths.root, "pve-node", "bundle.ts");
    await run(process.execPath, [tsx, bundle, join(context, "dist")], { cwd: paths.root });
    await cp(join(imageFolder(paths), "rootfs"), join(context, "rootfs"), { recursive: true });
    await normaliseModes(context);
    return work(context);
  });
}

/** Removes the images a newer one replaced; Docker refuses where another lab's container uses them. */
export async function dropOutdated(former: NodeImage, current: NodeImage): Promise<void> {
  for (const part of ["tag", "system"] as const) {
    if (former[part] !== current[part]) await exec("docker", ["image", "rm", former[part]]);
  }
}

async function ensureBaseImage(paths: LabPaths, note: Note, bring: Bring): Promise<void> {
  if (await inspect("image", baseTag)) return;
  note("looking for Debian 12 on the registry");
  const probe = ["manifest", "inspect", "debian:12"];
  const known = await exec("docker", probe, { timeoutMs: 8000 });
  if (known.code === 0) {
    await docker(["pull", "debian:12"], { onLine: note });
    await docker(["tag", "debian:12", baseTag]);
    return;
  }
  // As another user than root, mmdebstrap maps ids with newuidmap.
  const wanted: Program[] = process.getuid?.() === 0 ? ["mmdebstrap"] : ["mmdebstrap", "newuidmap"];
  const missing = wanted.filter((program) => !inPath(program));
  if (missing.length > 0) {
    const said = known.stderr.trim().split("\n").at(-1) || "no answer";
    const why =
      `Debian 12: Docker's registry does not give debian:12 (${said}), and to make it from Debian's ` +
      `packages ${missing.join(" and ")} is missing`;
    await bring(missing, why, note);
  }
  note("making Debian 12 from its packages");
  await withContext(paths, async (folder) => {
    const tar = join(folder, "debian.tar");
    const options = ["--variant=minbase", "--include=ca-certificates", "--format=tar"];
    // Debian's folders get the umask's modes where a package does not say them.
    const call = ["-c", 'umask 022; exec mmdebstrap "$@"', "sh", ...options, "bookworm", tar];
    await run("sh", call, { onLine: note });
    await docker(["import", "--change", 'CMD ["bash"]', tar, baseTag]);
  });
}

async function build(
  context: string,
  dockerfile: string,
  tag: string,
  args: Record<string, string>,
  note: Note,
): Promise<void> {
  const flags = Object.entries(args).flatMap(([name, value]) => [
    "--build-arg",
    `${name}=${value}`,
  ]);
  // Docker passes a proxy that the environment names to the build, without keeping it in the image.
  const proxies = proxiesOf();
  flags.push(...proxyFlags(proxies, "--build-arg"));
  const call = ["build", "--tag", tag, "--file", dockerfile, ...flags, context];
  let share: number | undefined;
  const onLine = (line: string) => note(line, (share = stepShare(line) ?? share));
  await docker(call, { onLine, env: { ...proxies.env, BUILDKIT_PROGRESS: "plain" } });
}

/** How far a build is, from `Step 3/9 : …` of Docker's own builder or `#7 [3/9] …` of BuildKit. */
export function stepShare(line: string): number | undefined {
  const [, step, steps] = /^(?:Step |#\d+ \[(?:\S+ +)?)(\d+)\/(\d+)/.exec(line) ?? [];
  return step === undefined ? undefined : (Number(step) - 1) / Number(steps);
}

async function sourcesDigest(paths: LabPaths, node: NodeBinary): Promise<string> {
  const folders = ["pve-node", "lib"].map((folder) => join(paths.root, folder));
  const files = (await Promise.all(folders.map(fileDigests))).flat();
  // The code that starts the box runs on this machine and is no part of the box's image.
  const inside = files.filter((line) => !line.startsWith("/box/"));
  return digest([node.key, ...inside]);
}
