import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { talkWith } from "../../../cli/live/asker";
import { looking } from "../../../cli/live/balancer";
import { Outdated, poll } from "../../../cli/live/poll";

const shell = (script: string) => spawn("sh", ["-c", script], { stdio: "pipe" });
const echo = 'while read -r line; do echo "said $line"; printf "\\n> "; done';

describe("a program that is asked", () => {
  it("gives each question its own answer, whoever asks at once", async () => {
    const asker = talkWith(shell(echo), { mark: "\n> " });
    const answers = await Promise.all([asker.ask("one"), asker.ask("two")]);
    asker.close();
    assert.deepEqual(
      answers.map((text) => text.trim()),
      ["said one", "said two"],
    );
  });

  it("fails with the program's last words when it ends, and ever after", async () => {
    const asker = talkWith(shell("read -r _; echo no such CT >&2; exit 2"), { mark: "\n> " });
    await assert.rejects(asker.ask("one"), { message: "no such CT" });
    await assert.rejects(asker.ask("two"), { message: "no such CT" });
  });

  it("does not wait for ever", async () => {
    const asker = talkWith(shell("exec sleep 60"), { mark: "\n> ", timeoutMs: 50 });
    await assert.rejects(asker.ask("one"), { message: "no answer within 0.05 s" });
  });
});

describe("a source", () => {
  it("is opened again when it went away, and says both", async () => {
    const abort = new AbortController();
    const said: (string | undefined)[] = [];
    let opened = 0;
    const ended = poll(
      {
        ...{ name: "x", everyMs: 1, retryMs: 1 },
        open: () => Promise.resolve({ ask: () => Promise.resolve(""), close: () => undefined }),
        look() {
          if (++opened === 1) return Promise.reject(new Error("gone"));
          return Promise.resolve();
        },
        trouble(error) {
          said.push(error);
          if (error === undefined) abort.abort();
        },
      },
      abort.signal,
    );
    await ended;
    assert.deepEqual(said, ["gone", undefined]);
  });

  it("is opened anew at once, and without a word, when what it talked with is outdated", async () => {
    const abort = new AbortController();
    let opened = 0;
    await poll(
      {
        ...{ name: "x", everyMs: 1, retryMs: 3_600_000 },
        open() {
          if (++opened === 3) abort.abort();
          return Promise.resolve({ ask: () => Promise.resolve(""), close: () => undefined });
        },
        look: () => Promise.reject(new Outdated("reloaded")),
        trouble: (error) => assert.fail(error),
      },
      abort.signal,
    );
    assert.equal(opened, 3);
  });
});

describe("a look at the load balancer", () => {
  const asker = (stopping: string) => ({
    ask: (line: string) =>
      Promise.resolve(
        line === "show info"
          ? `Name: HAProxy\nStopping: ${stopping}\nJobs: 4\n`
          : "# pxname,svname,\na,b,\n",
      ),
    close: () => undefined,
  });

  it("is not taken from a process that a reload has replaced", async () => {
    const taken: unknown[] = [];
    const look = looking({ question: "show stat", take: (rows) => void taken.push(...rows) });
    await look(asker("0"));
    assert.deepEqual(taken, [{ pxname: "a", svname: "b", "": "" }]);
    await assert.rejects(
      looking({ question: "show stat", take: () => assert.fail("taken") })(asker("1")),
      Outdated,
    );
  });
});
