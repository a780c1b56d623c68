import assert from "node:assert/strict";
import { obtain, type Ways } from "../../../toolchain/obtain";
import type { Part } from "../../../toolchain/parts";

const part = (name: string): Part => ({
  name,
  version: "1.0.0",
  file: `/nowhere/${name}`,
  buildKey: "built",
  officialKey: "official",
});

/** Ways that write down what is asked of them; `gives` is what a download brings before it ends. */
function recordedWays(from: {
  reachable: boolean;
  gives: string[];
  fails?: string;
  unpinned?: string[];
}) {
  const there = new Set<string>();
  const calls: string[] = [];
  const said: string[] = [];
  const all = ["pulumi", "docker", "command"].map(part);
  const names = (parts: Part[]) => parts.map(({ name }) => name).join(" ");
  const ways: Ways = {
    officialReachable: () => {
      calls.push("ask");
      return Promise.resolve(from.reachable);
    },
    isPinned: ({ name }) => !from.unpinned?.includes(name),
    download: (parts) => {
      calls.push(`download ${names(parts)}`);
      for (const name of from.gives) there.add(name);
      return from.fails ? Promise.reject(new Error(from.fails)) : Promise.resolve();
    },
    build: (parts) => {
      calls.push(`build ${names(parts)}`);
      return Promise.resolve();
    },
    missing: () => all.filter(({ name }) => !there.has(name)),
    note: () => undefined,
    warn: (text) => said.push(text),
  };
  return { ways, calls, said, there };
}

describe("what is missing of the toolchain", () => {
  it("is downloaded where the sites answer", async () => {
    const { ways, calls } = recordedWays({ reachable: true, gives: ["pulumi"] });
    await obtain(undefined, ways);
    assert.deepEqual(calls, ["ask", "download pulumi docker command"]);
  });

  it("is built where they do not", async () => {
    const { ways, calls, said } = recordedWays({ reachable: false, gives: [] });
    await obtain(undefined, ways);
    assert.deepEqual(calls, ["ask", "build pulumi docker command"]);
    assert.deepEqual(said, [
      "toolchain: Pulumi's site does not answer; building pulumi, docker, command from sources " +
        "(once, 5 to 15 minutes on two CPUs)",
    ]);
  });

  it("is built where a download could not be checked", async () => {
    const from = { reachable: true, gives: ["pulumi"], unpinned: ["docker", "command"] };
    const { ways, calls, said } = recordedWays(from);
    await obtain(undefined, ways);
    assert.deepEqual(calls, ["ask", "download pulumi", "build docker command"]);
    assert.match(said.join(), /could not be checked; building docker, command from sources/);
  });

  it("is built as far as a download fails, which is said", async () => {
    const from = { reachable: true, gives: ["pulumi"], fails: "plugin docker: answered 404" };
    const { ways, calls, said } = recordedWays(from);
    await obtain(undefined, ways);
    assert.deepEqual(calls, ["ask", "download pulumi docker command", "build docker command"]);
    assert.deepEqual(said, [
      "toolchain: the download failed (plugin docker: answered 404); building docker, command from " +
        "sources (once, 5 to 15 minutes on two CPUs)",
    ]);
  });

  it("comes the way that was asked for, and no other", async () => {
    const built = recordedWays({ reachable: true, gives: [] });
    await obtain("built here", built.ways);
    assert.deepEqual(built.calls, ["build pulumi docker command"]);
    const official = recordedWays({ reachable: true, gives: [], fails: "answered 500" });
    await assert.rejects(obtain("official", official.ways), /answered 500/);
    assert.deepEqual(official.calls, ["download pulumi docker command"]);
  });

  it("is left alone when another lab has made it meanwhile", async () => {
    const { ways, calls, there } = recordedWays({ reachable: true, gives: [] });
    for (const name of ["pulumi", "docker", "command"]) there.add(name);
    await obtain(undefined, ways);
    assert.deepEqual(calls, []);
  });
});
