import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { bar, consoleProgress, elapsed } from "../../../system/progress";
import { stepShare } from "../../../pve-node/box/images";

/** A stream that keeps what is written; no terminal. */
function logStream(): { stream: NodeJS.WriteStream; lines: () => string[] } {
  let text = "";
  const stream = { isTTY: false, write: (chunk: string) => void (text += chunk) };
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    lines: () => text.split("\n").filter((line) => line !== ""),
  };
}

describe("progress", () => {
  it("prints begin and end of a short step in a log", async () => {
    const { stream, lines } = logStream();
    assert.equal(await consoleProgress(stream).step("Short", () => Promise.resolve(7)), 7);
    assert.deepEqual(lines(), ["… Short", "✓ Short (0.0 s)"]);
  });

  it("says in a log what a long step is doing, from time to time", async () => {
    const { stream, lines } = logStream();
    await consoleProgress(stream, 20).step("Long", async (note) => {
      note("compiling the first part");
      await sleep(100);
    });
    assert.match(lines()[1]!, /^… Long \(0\.\d s\) compiling the first part$/);
    assert.match(lines().at(-1)!, /^✓ Long \(0\.\d s\)$/);
  });

  it("stays silent once the last step has ended, and passes errors through", async () => {
    const { stream, lines } = logStream();
    const failing = consoleProgress(stream, 5).step("Bad", () => Promise.reject(new Error("no")));
    await assert.rejects(failing, { message: "no" });
    await sleep(30);
    assert.deepEqual(lines(), ["… Bad", "✗ Bad (0.0 s)"]);
  });

  it("gives minutes where seconds are many", () => {
    assert.equal(elapsed(4900), "4.9 s");
    assert.equal(elapsed(125_000), "2 min 05 s");
  });

  it("draws how much is done as a bar", async () => {
    assert.equal(bar(0), "[--------------------]");
    assert.equal(bar(0.5), "[##########----------]");
    assert.equal(bar(1.2), "[####################]");
    const { stream, lines } = logStream();
    await consoleProgress(stream, 20).step("Build", async (note) => {
      note("compiled 1 of 4", 0.25);
      await sleep(100);
    });
    assert.match(lines()[1]!, /^… Build \(0\.\d s\) \[#####-{15}\] compiled 1 of 4$/);
  });

  it("knows how far a Docker build is by its steps", () => {
    assert.equal(stepShare("Step 3/9 : RUN apt-get update"), 2 / 9);
    assert.equal(stepShare("#7 [3/6] RUN apt-get update"), 2 / 6);
    assert.equal(stepShare("#7 [stage-1 3/6] RUN apt-get update"), 2 / 6);
    assert.equal(stepShare("Get:1 http://example.org bookworm/main 3/9"), undefined);
  });
});
