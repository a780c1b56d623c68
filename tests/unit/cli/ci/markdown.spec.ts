import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeBlock, inlineCode, plainText } from "../../../../cli/ci/escape";
import { MARKER, MOST_CHARACTERS, renderMarkdown } from "../../../../cli/ci/markdown";
import { EXAMPLES, example } from "../../../support/previewReports";

/** Compares with the file; one that is missing is written, and the test fails that once. */
function matchesGolden(name: string, text: string): void {
  const file = join(__dirname, "golden", `${name}.md`);
  const isThere = existsSync(file);
  if (!isThere) writeFileSync(file, text);
  assert.ok(isThere, `${file}: was missing and is written; look at it, and commit it`);
  assert.equal(text, readFileSync(file, "utf8"));
}

describe("the Markdown of a preview", () => {
  for (const [name, report] of Object.entries(EXAMPLES)) {
    it(`is as it was looked at: ${name}`, () => matchesGolden(name, renderMarkdown(report)));
  }

  it("begins with the marker by which its comment is found", () => {
    for (const report of Object.values(EXAMPLES)) {
      assert.ok(renderMarkdown(report).startsWith(`${MARKER}\n`));
    }
  });

  it("lists once what the policies of both sides say", () => {
    const privileged = {
      ...{ policy: "docker-container-confined", mandatory: true, resource: "app1-web" },
      message: "is privileged, got true; take privileged out",
    };
    const stale = { policy: "ct-tagged", mandatory: true, message: "has no tags; add homelab" };
    const soft = { ...stale, mandatory: false };
    const lists = (head: (typeof stale)[], base: (typeof stale)[]) => {
      const text = renderMarkdown(example({ violations: head, baseViolations: base }));
      return [...text.matchAll(/^(By .+|- \S+ `(?:docker|ct)-[a-z-]+`)/gmu)].map(
        ([, line]) => line,
      );
    };
    const own = "By the policies of the change:";
    assert.deepEqual(lists([privileged, stale], [privileged, stale]), [
      ...[own, "- ❌ `docker-container-confined`", "- ❌ `ct-tagged`"],
    ]);
    assert.deepEqual(lists([privileged, soft], [privileged, stale]), [
      ...[own, "- ❌ `docker-container-confined`", "- ⚠️ `ct-tagged`"],
      ...["By the base's policies, besides those above:", "- ❌ `ct-tagged`"],
    ]);
    assert.deepEqual(lists([], [stale]), ["By the base's policies:", "- ❌ `ct-tagged`"]);
  });

  it("says that nobody saw how many targets were in rotation", () => {
    const seen = EXAMPLES.rehearsal!.rehearsal!;
    const text = renderMarkdown(example({ rehearsal: { ...seen, leastHealthy: undefined } }));
    assert.match(text, /how many targets were in rotation could not be seen/);
    assert.doesNotMatch(text, /undefined|Infinity|null/);
  });

  it("stays below what GitHub takes, and keeps what matters", () => {
    const long = "x".repeat(200);
    const much = renderMarkdown({
      ...example(),
      texts: Array.from({ length: 400 }, (_, at) => ({
        title: `file ${at}`,
        diff: `+${`${long}\n`.repeat(500)}`,
      })),
      changes: Array.from({ length: 5000 }, (_, at) => ({
        ...{ change: "created" as const, part: "app1", name: `r${at}`, type: "a:b:C" },
        causes: [long],
      })),
      violations: Array.from({ length: 500 }, () => ({
        policy: "p",
        mandatory: true,
        message: long.repeat(20),
      })),
      verdict: "data-loss",
      consequences: { traffic: [], data: [], dataLoss: ["replaces db: DATA LOSS"] },
    });
    assert.ok(much.length < MOST_CHARACTERS, String(much.length));
    assert.match(much, /replaces db: DATA LOSS/);
    assert.match(much, /<sub>/);
    assert.equal(much.split("<details>").length, much.split("</details>").length);
    assert.equal(much.match(/^`{3,}/gm)?.length ?? 0, (much.match(/^`{3,}$/gm)?.length ?? 0) * 2);
  });
});

describe("text of a change in a comment", () => {
  const hostile = [
    "@everyone look",
    "[click](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "<img src=x onerror=alert(1)><!-- homelab-preview -->",
    "</summary></details><h1>approved</h1>",
    "https://evil.example www.evil.example",
    "fixes #12 | cell | cell",
    "`code` **bold** ~~out~~",
    "```\nend of the block\n```",
    "\u202eright to left",
    "- [x] approved",
  ];

  for (const text of hostile) {
    it(`is no markup: ${JSON.stringify(text)}`, () => {
      const plain = plainText(text);
      assert.doesNotMatch(plain, /@\w|<[a-z/!]|https?:\/\/|www\.|#\d|\u202e|\n/i);
      assert.doesNotMatch(plain, /(^|[^\\])[`*|[\]]/);
      assert.doesNotMatch(plain, /^\s*-/);
      const code = inlineCode(text);
      const [fence = ""] = /^`+/.exec(code) ?? [];
      assert.doesNotMatch(code, /[\n|\u202e]/);
      assert.equal(code.slice(fence.length, -fence.length).includes(fence), false);
      const [open = "", ...body] = codeBlock(text).split("\n");
      assert.equal(body.at(-1), open);
      assert.equal(
        body.slice(0, -1).some((line) => line.trim().startsWith(open)),
        false,
      );
    });
  }
});
