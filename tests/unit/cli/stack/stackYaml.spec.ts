import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseStackYaml } from "../../../../cli/stack/stackYaml";
import { labPaths } from "../../../../system/labPaths";

describe("parseStackYaml", () => {
  const read = (text: string) => parseStackYaml("f.yaml", text);

  it("reads plain and quoted values, lists in both forms, and comments", () => {
    const text = [
      "# about",
      "encryptionsalt: v1:abc",
      "config:",
      "  homelab:appNodeCount: 3 # three",
      '  homelab:node: "pve 1"',
      "  homelab:drivers: [overlay2, 'fuse-overlayfs']",
      "  homelab:others:",
      "    - a",
      "    - b",
    ].join("\n");
    assert.deepEqual(read(text), {
      "homelab:appNodeCount": "3",
      "homelab:node": "pve 1",
      "homelab:drivers": ["overlay2", "fuse-overlayfs"],
      "homelab:others": ["a", "b"],
    });
  });

  it("reads what Pulumi encrypted, and objects with their types", () => {
    const text = [
      "config:",
      "  homelab:token:",
      "    secure: v1:iv:text==",
      "  homelab:rule: { port: 80, on: true }",
    ].join("\n");
    assert.deepEqual(read(text), {
      "homelab:token": { secure: "v1:iv:text==" },
      "homelab:rule": { port: 80, on: true },
    });
  });

  it("reads JSON", () => {
    const config = { "homelab:a": "1", "homelab:b": ["x", "y"], "homelab:c": "a: b # c" };
    assert.deepEqual(read(JSON.stringify({ config })), config);
  });

  it("keeps plain values as they are written", () => {
    const text = "config:\n  a:b: 010\n  a:c: 1e3\n  a:d: yes\n  a:e: 0x1F\n  a:f: 1_000\n  a:g:\n";
    assert.deepEqual(read(text), {
      "a:b": "010",
      "a:c": "1e3",
      "a:d": "yes",
      "a:e": "0x1F",
      "a:f": "1_000",
      "a:g": "",
    });
  });

  it("reads a byte order mark, CRLF, text over lines, and a # that is no comment", () => {
    const text =
      '\uFEFFconfig:\r\n  a:a: "x # y" # z\r\n  a:b: c#d\r\n# e\r\n  a:c: |\r\n    k\r\n';
    assert.deepEqual(read(text), { "a:a": "x # y", "a:b": "c#d", "a:c": "k\n" });
  });

  for (const empty of ["", "# nothing\n", "config:\n", "config: {}\n", "encryptionsalt: x\n"]) {
    it(`finds nothing in ${JSON.stringify(empty)}`, () => assert.deepEqual(read(empty), {}));
  }

  for (const [what, text, message] of [
    ["an open bracket", "config:\n  a:b: [x\n", /^f\.yaml: line \d is not understood: .*; write/],
    ["a tab", "config:\n\ta:b: x\n", /^f\.yaml: line 2 is not understood/],
    ["a key that is there twice", "config:\n  a:b: 1\n  a:b: 2\n", /^f\.yaml: line 3 .*unique/],
    ["a key without a project", "config:\n  b: 1\n", /line 2 .* no "project:name", got "b"/],
    ["a list", "- a\n", /line 1 is not understood: it is no list of keys/],
    ["a list below config", "config:\n  - a\n", /line 2 .*"config" is no list of keys/],
    ["two documents", "config: {}\n---\nconfig: {}\n", /line 2 is not understood/],
    ["an unknown tag", "config:\n  a:b: !x 1\n", /line 2 is not understood/],
  ] as const) {
    it(`refuses ${what}, with the line`, () => assert.throws(() => read(text), { message }));
  }

  it("understands the committed file of the dev stack", () => {
    const file = join(labPaths().root, "Pulumi.dev.yaml");
    assert.notDeepEqual(parseStackYaml(file, readFileSync(file, "utf8")), {});
  });
});
