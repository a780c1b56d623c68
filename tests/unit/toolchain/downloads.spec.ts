import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileNotes } from "../../../toolchain/build";
import { compareVersions, parseGoVersion } from "../../../toolchain/goCompiler";
import { fetchFile } from "../../../toolchain/fetchFile";
import { downloadParts, officialReachable } from "../../../toolchain/official";
import { originOf, partsOf } from "../../../toolchain/parts";
import { placesOf } from "../../../toolchain/places";
import { pulumiSums, pulumiVersion } from "../../../toolchain/versions";
import { labPaths } from "../../../system/labPaths";

/** Serves files over HTTP on loopback, as Pulumi's site or a mirror does. */
async function mirror(files: Record<string, Buffer>) {
  const server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.writeHead(file ? 200 : 404);
    response.end(request.method === "HEAD" ? undefined : file);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  // As a proxy it takes every tunnel to itself.
  server.on("connect", (_, socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const inner = connect(port, "127.0.0.1");
    inner.pipe(socket).pipe(inner);
  });
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("official downloads", function () {
  this.timeout("20s");
  let folder: string;
  let archive: Buffer;
  const name = `pulumi-v${pulumiVersion}-linux-${process.arch}.tar.gz`;
  const path = `/releases/sdk/${name}`;
  const programs = ["pulumi", "pulumi-language-nodejs"];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-downloads-"));
    mkdirSync(join(folder, "pulumi"));
    for (const program of programs)
      writeFileSync(join(folder, "pulumi", program), "#!/bin/sh\n", { mode: 0o755 });
    execFileSync("tar", ["-czf", join(folder, name), "-C", folder, "pulumi"]);
    archive = readFileSync(join(folder, name));
  });
  after(() => rmSync(folder, { recursive: true }));

  const sum = () => createHash("sha256").update(archive).digest("hex");
  const at = (url: string, sha256: string) => ({ url, sums: { [process.arch]: sha256 } });
  const placesIn = (cache: string) => placesOf({ ...labPaths(), cache: join(folder, cache) });

  it("are used when the site answers, and not when it has no such file or is not there", async () => {
    using site = await mirror({ [path]: archive });
    assert.equal(await officialReachable(at(site.url, sum())), true);
    using empty = await mirror({});
    assert.equal(await officialReachable(at(empty.url, sum())), false);
    assert.equal(await officialReachable(at("http://127.0.0.1:9", sum())), false);
  });

  it("are unpacked when they are what the repository says, under a stamp for both programs", async () => {
    using site = await mirror({ [path]: archive });
    const places = placesIn("good");
    const parts = partsOf(places).filter((part) => part.name === "pulumi");
    await downloadParts(places, parts, () => undefined, at(site.url, sum()));
    for (const program of programs) {
      assert.equal(statSync(join(places.bin, program)).mode & 0o111, 0o111);
      const part = partsOf(places).find((one) => one.name === program)!;
      assert.equal(originOf(places, part), "official");
    }
  });

  it("are refused when they are not, and nothing of them is left", async () => {
    using site = await mirror({ [path]: archive });
    const places = placesIn("bad");
    const parts = partsOf(places).filter((part) => part.name === "pulumi");
    await assert.rejects(
      downloadParts(places, parts, () => undefined, at(site.url, "0".repeat(64))),
      new RegExp(`${name}: SHA-256 differs, got ${sum()}; expected 0{64}`),
    );
    assert.equal(existsSync(places.pulumi), false);
    assert.equal(existsSync(places.work), false);
  });

  it("are refused where no sum is pinned, before anything is asked for", async () => {
    const places = placesIn("none");
    const parts = partsOf(places);
    await assert.rejects(
      downloadParts(places, parts, () => undefined, { url: "http://127.0.0.1:9", sums: {} }),
      /no SHA-256 of pulumi 3\.\S+ for linux-\S+ is pinned/,
    );
  });

  it("have a sum of the CLI for each architecture", () => {
    for (const arch of ["x64", "arm64"]) assert.match(pulumiSums[arch] ?? "", /^[0-9a-f]{64}$/);
  });

  it("go through the proxy that the environment names", async () => {
    const url = "http://pulumi.example/releases/x";
    using site = await mirror({ [url]: archive, "/releases/x": archive });
    const { http_proxy, no_proxy } = process.env;
    try {
      process.env.http_proxy = site.url;
      delete process.env.no_proxy;
      await fetchFile(url, join(folder, "proxied"), sum());
    } finally {
      restore("http_proxy", http_proxy);
      restore("no_proxy", no_proxy);
    }
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

describe("the Go compiler", () => {
  it("has its version read from what it prints", () => {
    assert.equal(parseGoVersion("go version go1.26.8 linux/amd64"), "1.26.8");
    assert.equal(parseGoVersion("go version go1.19 linux/amd64"), "1.19");
    assert.equal(parseGoVersion("no such thing"), undefined);
  });

  it("is compared by number, not by text", () => {
    assert.ok(compareVersions("1.9", "1.26.0") < 0);
    assert.ok(compareVersions("1.26.8", "1.26.0") > 0);
    assert.equal(compareVersions("1.26", "1.26.0"), 0);
  });
});

describe("progress of a build", () => {
  it("counts compiled packages and nothing else", () => {
    const notes: string[] = [];
    const line = compileNotes(10, (text) => notes.push(text));
    for (const text of ["go: downloading x v1", "fmt", "", "# homelab/x", "net/http"]) line(text);
    assert.deepEqual(notes, [
      "compiling up to 10 packages",
      "compiled 1 of up to 10 packages: fmt",
      "compiled 2 of up to 10 packages: net/http",
    ]);
  });
});
