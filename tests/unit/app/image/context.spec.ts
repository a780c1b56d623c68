import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillContext } from "../../../../app/image/context";

describe("the image's build context", function () {
  // `/bin/true` stands in for node: a Linux program with libraries, and quick to copy.
  const program = "/bin/true";
  let folder: string;

  before(function () {
    if (process.platform !== "linux") this.skip();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "app-image-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("holds the program, its loader, the service and a non-root user", async () => {
    await fillContext(join(folder, "a"), program);
    const recipe = await readFile(join(folder, "a", "Dockerfile"), "utf8");
    assert.match(recipe, /^FROM scratch\nCOPY rootfs\/ \/\n/);
    assert.match(recipe, /^USER 10001:10001$/m);
    assert.match(await readFile(join(folder, "a/rootfs/etc/passwd"), "utf8"), /^app:x:10001:/m);
    const node = await stat(join(folder, "a/rootfs/usr/local/bin/node"));
    assert.equal(node.mode & 0o777, 0o755);
    assert.equal(node.mtime.toISOString(), "2020-01-01T00:00:00.000Z");
    const bundle = await readFile(join(folder, "a/rootfs/app/server.cjs"), "utf8");
    assert.doesNotMatch(bundle, /require\("pg"\)/);
  });

  it("is the same when made again elsewhere, and left alone when nothing changed", async () => {
    const first = await fillContext(join(folder, "a"), program);
    const second = await fillContext(join(folder, "b"), program);
    assert.equal(first.digest, second.digest);
    const again = await fillContext(join(folder, "a"), program);
    assert.deepEqual(again, { digest: first.digest, changed: false });
  });

  it("is made again when a file of it is gone", async () => {
    await fillContext(join(folder, "a"), program);
    await rm(join(folder, "a", "Dockerfile"));
    assert.equal((await fillContext(join(folder, "a"), program)).changed, true);
  });

  it("refuses a program that Linux cannot run", async () => {
    const file = join(folder, "node.exe");
    await writeFile(file, "MZ not for Linux");
    await assert.rejects(fillContext(join(folder, "a"), file), {
      message: `${file}: not a Linux program; run the command with a Linux build of node`,
    });
  });
});
