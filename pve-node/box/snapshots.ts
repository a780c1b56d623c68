import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { findContainer } from "./container";
import { docker, inspect, remove } from "./docker";
import { containerName, labels } from "./names";
import { readState, writeState } from "./boxState";

const copierOf = (paths: LabPaths) => `${containerName(paths)}-copy`;
const volumeOf = (paths: LabPaths, name: string) => `${containerName(paths)}-snapshot-${name}`;

/**
 * Copies all that the node keeps (CTs, disks, configuration, users) into a volume of its own. An earlier copy of the
 * name is replaced; one that was cut off leaves none.
 *
 * @throws when the node runs, for its disks would be copied while they change
 */
export async function copyNode(paths: LabPaths, name: string): Promise<void> {
  await assertIdle(paths);
  const volume = volumeOf(paths, name);
  await remove("volume", volume);
  await docker(["volume", "create", ...labels(paths), volume]);
  try {
    await copy(paths, containerName(paths), volume);
  } catch (error) {
    await remove("volume", volume);
    throw error;
  }
}

/**
 * Puts such a copy in the place of what the node has now. Until it is whole, the node cannot be started.
 *
 * @throws when the node runs, or there is no copy of the name
 */
export async function putBackNode(paths: LabPaths, name: string): Promise<void> {
  await assertIdle(paths);
  const volume = volumeOf(paths, name);
  if (!(await inspect("volume", volume)))
    throw new Error(`snapshot ${name}: its volume ${volume} is gone from Docker`);
  await writeState(paths, { restoring: name });
  await docker(["volume", "create", ...labels(paths), containerName(paths)]);
  await copy(paths, volume, containerName(paths));
  await writeState(paths, { restoring: undefined });
}

export const dropCopy = (paths: LabPaths, name: string): Promise<void> =>
  remove("volume", volumeOf(paths, name));

/** Ends a copy that is still being made. */
export const endCopy = (paths: LabPaths): Promise<void> => remove("container", copierOf(paths));

/** Removes the copies of every name, those that were cut off included. */
export async function dropCopies(paths: LabPaths): Promise<void> {
  const prefix = volumeOf(paths, "");
  const { stdout } = await exec("docker", ["volume", "ls", "-q", "--filter", `name=${prefix}`]);
  for (const volume of stdout.split("\n").filter((one) => one.startsWith(prefix)))
    await remove("volume", volume);
}

/** @throws when the node's data is half of one copy and half of what was there before */
export async function assertWhole(paths: LabPaths): Promise<void> {
  const { restoring } = await readState(paths);
  if (restoring === undefined) return;
  throw new Error(
    `embedded node: putting back snapshot ${restoring} was cut off, and its data is not whole; ` +
      `run ./lab pve snapshot restore ${restoring} again, or ./lab pve reset`,
  );
}

/** Ends an earlier copy whose starter was killed; it may be at work still. @throws when the node runs */
async function assertIdle(paths: LabPaths): Promise<void> {
  if ((await findContainer(paths))?.State.Running)
    throw new Error("embedded node: runs; stop it with ./lab pve stop before its data is copied");
  await endCopy(paths);
}

/** Empties the one volume and fills it with what the other has; holes of disks stay holes. */
async function copy(paths: LabPaths, from: string, to: string): Promise<void> {
  const { image } = await readState(paths);
  if (!image) throw new Error("embedded node: was never made; make it with ./lab pve start");
  const script =
    "set -e; find /to -mindepth 1 -delete; cp -a --sparse=always --reflink=auto /from/. /to/; sync -f /to";
  const volumes = ["--volume", `${from}:/from:ro`, "--volume", `${to}:/to`];
  const call = ["run", "--rm", "--name", copierOf(paths), "--network", "none", ...volumes];
  await docker([...call, "--entrypoint", "sh", image.tag, "-c", script]);
}
