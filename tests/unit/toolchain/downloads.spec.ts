import assert from "node:assert/strict";
import { compileNotes } from "../../../toolchain/build";
import { compareVersions, parseGoVersion } from "../../../toolchain/goCompiler";
import { checksumOf, officialReachable } from "../../../toolchain/official";

const answer = (status: number) => () => Promise.resolve(new Response(null, { status }));

describe("official downloads", () => {
  it("are used when all sites answer", async () => {
    assert.equal(await officialReachable(answer(200)), true);
  });

  it("are not used when a site refuses", async () => {
    assert.equal(await officialReachable(answer(403)), false);
  });

  it("are not used when one site does not answer", async () => {
    const fetcher = (url: string | URL | Request) =>
      (url as string).includes("github") ? Promise.reject(new Error("no route")) : answer(200)();
    assert.equal(await officialReachable(fetcher), false);
  });

  const digest = "a".repeat(64);
  it("are checked against the published list", () => {
    assert.equal(
      checksumOf(`${"b".repeat(64)}  other\n${digest}  file.tar.gz\n`, "file.tar.gz"),
      digest,
    );
    assert.equal(checksumOf(`${digest} *file.tar.gz`, "file.tar.gz"), digest);
  });

  it("have no checksum when the list does not name them", () => {
    assert.equal(checksumOf(`${digest}  file.tar.gz.sig`, "file.tar.gz"), undefined);
  });
});

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
