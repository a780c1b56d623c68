import { access, mkdir, open, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execute, run } from "../os/command";
import { ownerOf } from "../codec/volume";
import type { LxcHost } from "./lxcHost";
import { requireRootdirStorage, volumePath } from "./storages";

/** Loop devices beyond the ones in use for which nodes are made ahead of a mount. */
const spareLoopNodes = 8;

const exists = async (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Makes `/dev/loopN` for every loop device of the kernel and a few more: in a Docker container nobody
 * else does, and the kernel may pick any free number.
 */
export async function makeLoopNodes(): Promise<void> {
  if (!(await exists("/dev/loop-control")))
    await execute("mknod", ["/dev/loop-control", "c", "10", "237"]);
  const known = (await readdir("/sys/block"))
    .flatMap((name) => /^loop(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number);
  const highest = Math.max(7, ...known);
  for (let n = 0; n <= highest + spareLoopNodes; n++) {
    // Two starts at once may both make it; the second one's failure means nothing.
    if (!(await exists(`/dev/loop${n}`)))
      await execute("mknod", ["-m", "660", `/dev/loop${n}`, "b", "7", String(n)]);
  }
}

/** Loop devices that are attached to a disk image. */
export async function loopDevicesOf(image: string): Promise<string[]> {
  // Where a loop device has no file in /dev, losetup compares images by path, and other boxes on this
  // machine use the same paths.
  await makeLoopNodes();
  const { stdout } = await execute("losetup", ["--noheadings", "--output", "NAME", "-j", image]);
  return stdout
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}

/**
 * Mounts a disk image. The kernel detaches its loop device at unmount, also when the mount namespace
 * it was made in ends with its last process.
 */
export async function mountImage(image: string, target: string, options: string[]): Promise<void> {
  await mkdir(target, { recursive: true });
  let failed: unknown;
  let wanted = options;
  // The kernel may hand out a number for which another process's device node is not there yet.
  for (let attempt = 0; attempt < 3; attempt++) {
    await makeLoopNodes();
    try {
      await run("mount", ["-t", "ext4", "-o", ["loop", ...wanted].join(","), image, target]);
      return;
    } catch (error) {
      failed = error;
      // Kernels from 6.13 on have ACLs always, and know no option against them.
      wanted = wanted.filter((option) => option !== "noacl");
    }
  }
  throw failed;
}

/** A disk that was just made. */
export interface NewDisk {
  volid: string;
  path: string;
}

/** Makes a sparse image with an empty ext4 file system, owned by the CT's root. */
export async function allocateDisk(
  host: LxcHost,
  request: {
    storage: string;
    vmid: number;
    bytes: number;
    rootUid: number;
    /** An image to copy instead of making an empty file system. */
    copyOf?: string;
    /** Called with the volume id before the image exists, and again when another process took that id first. */
    announce?: (volid: string) => Promise<void>;
  },
  log: (line: string) => void,
): Promise<NewDisk> {
  const { vmid, bytes, rootUid, announce, copyOf } = request;
  const storage = await requireRootdirStorage(host, request.storage);
  const folder = host.paths.at(join(storage.path!, "images", String(vmid)));
  await mkdir(folder, { recursive: true });
  for (let n = 0; ; n++) {
    const name = `vm-${vmid}-disk-${n}.raw`;
    const path = join(folder, name);
    if (await exists(path)) continue;
    await announce?.(`${storage.id}:${vmid}/${name}`);
    let file;
    try {
      file = await open(path, "wx", 0o640);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw error;
    }
    log(`Formatting '${path}', fmt=raw size=${bytes} preallocation=off`);
    try {
      await file.truncate(bytes);
    } finally {
      await file.close();
    }
    const made = { volid: `${storage.id}:${vmid}/${name}`, path };
    if (copyOf !== undefined) {
      await run("cp", ["--sparse=always", "--reflink=auto", "--", copyOf, path]);
      return made;
    }
    // The image is sparse and new: discarding it first would only take time.
    const extended = `nodiscard,root_owner=${rootUid}:${rootUid}`;
    const said = await run("mkfs.ext4", ["-F", "-E", extended, path]);
    for (const line of said.split("\n")) if (/^Creating filesystem/.test(line)) log(line);
    return made;
  }
}

/**
 * Removes a CT's own disk image, and its directory when that was the last one in it. Whatever else a
 * configuration names, another CT's disk or a template, is left alone, as Proxmox does.
 *
 * @returns whether the volume was the CT's own
 */
export async function freeDisk(host: LxcHost, vmid: number, volid: string): Promise<boolean> {
  if (ownerOf(volid) !== vmid) return false;
  const path = await volumePath(host, volid);
  await rm(path, { force: true });
  await rmdir(dirname(path)).catch(() => undefined); // others are still in it
  return true;
}

/**
 * Enlarges a disk image and the file system in it; `monitor` is the pid that has it mounted.
 *
 * @returns false when the file system grows only at the CT's next start: the kernel enlarges a mounted
 * ext4 for CAP_SYS_RESOURCE alone, which some machines do not have to give.
 */
export async function growDisk(image: string, bytes: number, monitor?: number): Promise<boolean> {
  const file = await open(image, "r+");
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
  const [loop] = await loopDevicesOf(image);
  if (loop && monitor) {
    await run("losetup", ["--set-capacity", loop]);
    // Only in the monitor's mount namespace does resize2fs see that the file system is mounted.
    const { code, stderr } = await execute("nsenter", [
      ...["--target", String(monitor), "--mount", "resize2fs", loop],
    ]);
    if (code === 0) return true;
    if (/Permission denied/.test(stderr)) return false;
    throw new Error(`enlarging the file system on '${image}' failed: ${stderr.trim()}`);
  }
  await fillImage(image);
  return true;
}

/** Enlarges the file system of an image that is not mounted to the image's size. */
async function fillImage(image: string): Promise<void> {
  const check = await execute("e2fsck", ["-f", "-p", image]);
  // 1 means that errors were corrected.
  if (check.code > 1) throw new Error(`file system check of '${image}' failed: ${check.stdout}`);
  await run("resize2fs", [image]);
}

/** Smallest difference that is a resize, not the rest behind the last whole block group. */
const slackBytes = 128 * 1024 * 1024;

/** Catches up on an enlargement that a running CT could not have. */
export async function growIfImageGrew(image: string): Promise<void> {
  const file = await open(image, "r");
  const superblock = Buffer.alloc(1024);
  try {
    await file.read(superblock, 0, 1024, 1024);
  } finally {
    await file.close();
  }
  const magic = superblock.readUInt16LE(0x38);
  if (magic !== 0xef53) return; // no ext4: somebody else's image
  const blocks = superblock.readUInt32LE(0x4) + superblock.readUInt32LE(0x150) * 2 ** 32;
  const blockBytes = 1024 * 2 ** superblock.readUInt32LE(0x18);
  if ((await imageBytes(image)) - blocks * blockBytes >= slackBytes) await fillImage(image);
}

export const imageBytes = async (path: string) => (await stat(path)).size;

/** The parent of a process. */
export async function parentPid(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
}
