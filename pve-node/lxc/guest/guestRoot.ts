import { chown, lstat, mkdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";

/** Symbolic links followed before a path counts as a loop, as in the kernel. */
const maxLinks = 40;

/**
 * The files of a CT that does not run. Every symbolic link is followed inside the CT's root: what is
 * in there belongs to the CT and must not lead to files of the node.
 */
export class GuestRoot {
  constructor(
    readonly directory: string,
    /** The node's uid of the CT's root. */
    private readonly uid: number,
  ) {}

  /** Path on the node of a path in the CT; the last part need not exist. */
  async resolve(path: string): Promise<string> {
    const todo = path.split("/").filter(Boolean);
    let done: string[] = [];
    for (let links = 0; todo.length > 0;) {
      const part = todo.shift()!;
      if (part === ".") continue;
      if (part === "..") {
        done.pop();
        continue;
      }
      const here = join(this.directory, ...done, part);
      const entry = await lstat(here).catch(() => undefined);
      if (!entry?.isSymbolicLink()) {
        done.push(part);
        continue;
      }
      if (++links > maxLinks) throw new Error(`${path}: too many symbolic links in the CT`);
      const target = await readlink(here);
      if (isAbsolute(target)) done = [];
      todo.unshift(...target.split("/").filter(Boolean));
    }
    return join(this.directory, ...done);
  }

  async read(path: string): Promise<string | undefined> {
    try {
      return await readFile(await this.resolve(path), "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  }

  async exists(path: string): Promise<boolean> {
    return lstat(await this.resolve(path)).then(
      () => true,
      () => false,
    );
  }

  /** Path on the node, for tools that write there; the parent is made when it is missing. */
  async place(path: string): Promise<string> {
    const real = await this.resolve(path);
    await this.makeDirectory(dirname(real));
    return real;
  }

  /** Gives a file to the CT's root. */
  async own(real: string): Promise<void> {
    await chown(real, this.uid, this.uid);
  }

  /** Writes a file owned by the CT's root, unless `.pve-ignore.<name>` stands beside it. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    if (await this.ignored(path)) return;
    const real = await this.place(path);
    await writeFile(real, text, { mode });
    await this.own(real);
  }

  /** Users switch parts of the guest setup off by an empty file. */
  async ignored(path: string): Promise<boolean> {
    return this.exists(join(dirname(path), `.pve-ignore.${basename(path)}`));
  }

  async remove(path: string): Promise<void> {
    // The link itself, not what it points to.
    const folder = await this.resolve(dirname(path));
    await rm(join(folder, basename(path)), { force: true });
  }

  /** Target of a symbolic link; undefined when it is none. */
  async linkTarget(path: string): Promise<string | undefined> {
    const folder = await this.resolve(dirname(path));
    return readlink(join(folder, basename(path))).catch(() => undefined);
  }

  private async makeDirectory(real: string): Promise<void> {
    if (real.length <= this.directory.length) return;
    if (await lstat(real).catch(() => undefined)) return;
    await this.makeDirectory(dirname(real));
    await mkdir(real, { mode: real.endsWith("/.ssh") ? 0o700 : 0o755 });
    await this.own(real);
  }
}
