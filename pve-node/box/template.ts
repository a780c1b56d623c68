import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { hostAccess } from "./capabilities";
import { docker } from "./docker";
import { proxiesOf, proxyFlags } from "./proxies";
import { type Bring, ensureSystemImage } from "./images";

/** Proxmox's name for the Debian 12 template of this machine's architecture. */
export function templateFile(arch: string = process.arch): string {
  return `debian-12-standard_12.12-1_${arch === "x64" ? "amd64" : arch}.tar.zst`;
}

/** Volume id of the template, as the program names it. */
export const templateVolume = (): string => `local:vztmpl/${templateFile()}`;

/** Where templates are kept; the node copies them from here. */
export const templateFolder = (paths: LabPaths): string => join(paths.cache, "template");

/**
 * Makes the CT template, once for all labs and again when its recipe changed. It is built inside the system image, so that the machine
 * needs Docker only; it replaces its file when it is whole.
 */
export async function ensureTemplate(
  paths: LabPaths,
  note: (text: string) => void,
  bring: Bring,
): Promise<void> {
  const folder = templateFolder(paths);
  await mkdir(folder, { recursive: true });
  const recipe = join(paths.root, "pve-node", "image", "template", "build");
  const digest = createHash("sha256")
    .update(await readFile(recipe))
    .digest("hex");
  const stamp = join(folder, `.${templateFile()}.recipe`);
  if (await stat(join(folder, templateFile())).catch(() => undefined)) {
    const made = await readFile(stamp, "utf8").catch(() => undefined);
    // Without a stamp somebody put the file there, Proxmox's own for example: it is taken as it is.
    if (made === undefined || made === digest) return;
  }
  for (const left of await readdir(folder)) {
    if (left.includes(".part.")) await rm(join(folder, left), { force: true });
  }
  const system = await ensureSystemImage(paths, note, bring);
  const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const proxies = proxiesOf();
  const call = [
    ...["run", "--rm", "--log-driver", "none", ...hostAccess(), ...proxyFlags(proxies, "--env")],
    ...["--volume", `${folder}:/out`],
    ...["--volume", `${join(paths.root, "pve-node", "image", "template")}:/template:ro`],
    ...["--entrypoint", "/template/build", system, `/out/${templateFile()}`, owner],
  ];
  await docker(call, { env: proxies.env, onLine: (line) => note(line.replace(/^I: /, "")) });
  await writeFile(stamp, digest);
}
