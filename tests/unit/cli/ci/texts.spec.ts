import assert from "node:assert/strict";
import { filesOfScript, scriptAlone } from "../../../../cli/ci/renderedFiles";
import { readEvents } from "../../../../cli/ci/steps";
import { textChanges } from "../../../../cli/ci/textChanges";
import { textDiff } from "../../../../cli/ci/textDiff";
import { script, writeFileCommand } from "../../../../lib/shell/quote";
import { COMPONENTS, eventLog, TYPES } from "../../../support/previewEvents";
import { seededRandom } from "../../../support/random";

const quoted = "it's 'quoted'\nand $has `all`\n";

describe("files in a script", () => {
  it("come out as they went in", () => {
    const files = [
      { path: "/etc/a b/c", text: quoted },
      { path: "/etc/plain", text: "word" },
      { path: "/etc/empty", text: "" },
    ];
    const text = script("echo first", ...files.map(writeFileCommand), "echo last");
    assert.deepEqual(filesOfScript(text), files);
    assert.equal(
      scriptAlone(text),
      "set -euo pipefail\necho first\n(writes /etc/a b/c)\n(writes /etc/plain)\n(writes /etc/empty)\necho last",
    );
  });
});

describe("a diff of two texts", () => {
  it("shows what differs with two lines around it", () => {
    const before = ["1", "2", "3", "4", "5", "6", "7"].join("\n");
    assert.equal(textDiff(before, before.replace("5", "five")), "@@\n 3\n 4\n-5\n+five\n 6\n 7");
    assert.equal(textDiff(before, before), "");
  });

  it("holds both texts, whatever they are", () => {
    const next = seededRandom(7);
    const random = (below: number) => Math.floor(next() * below);
    for (let trial = 0; trial < 200; trial++) {
      const lines = () => Array.from({ length: 1 + random(4) }, () => "abc"[random(3)]!);
      const [before, after] = [lines(), lines()];
      if (before.join() === after.join()) continue;
      const diff = textDiff(before.join("\n"), after.join("\n"), 9).split("\n");
      const side = (signs: string) =>
        diff.filter((line) => signs.includes(line[0]!)).map((line) => line.slice(1));
      assert.deepEqual([side(" -"), side(" +")], [before, after]);
    }
  });
});

describe("texts that a change renders anew", () => {
  const inside = [COMPONENTS.database, "db"] as [string, string];
  const hba = (text: string) => ({
    create: script("true", writeFileCommand({ path: "/etc/pg_hba.conf", text })),
    stdin: `secret ${text}`,
  });

  it("are shown as diffs of files, and standard input never is", () => {
    const text = eventLog([
      {
        ...{ op: "update", type: TYPES.command, name: "db-config", inside },
        ...{ old: hba("host app\n"), new: hba("host all\n") },
      },
    ]);
    assert.deepEqual(textChanges(readEvents(text)), [
      { title: "db: /etc/pg_hba.conf", diff: "-host app\n+host all\n " },
    ]);
  });

  it("are found where the engine has left the text of an asset out", () => {
    const lb = [COMPONENTS.balancer, "lb"] as [string, string];
    const source = { text: "<contents elided>" };
    const copy = { remotePath: "/etc/haproxy/haproxy.cfg.next", source };
    const active = (text: string) => ({ create: "reload", triggers: ["inc", text] });
    const text = eventLog([
      { op: "update", type: TYPES.copy, name: "lb-config", inside: lb, old: copy, new: copy },
      {
        ...{ op: "replace", type: TYPES.command, name: "lb-activate", inside: lb },
        ...{ old: active("global\n  a\n"), new: active("global\n  b\n") },
      },
    ]);
    assert.deepEqual(textChanges(readEvents(text)), [
      { title: "lb: /etc/haproxy/haproxy.cfg", diff: " global\n-  a\n+  b\n " },
    ]);
  });

  it("are left out where a new machine has nothing to compare its script with", () => {
    const text = eventLog([
      { op: "create", type: TYPES.command, name: "db-config", inside, new: hba("host app\n") },
    ]);
    assert.deepEqual(
      textChanges(readEvents(text)).map(({ title }) => title),
      ["db: /etc/pg_hba.conf"],
    );
  });
});
