import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { BASE_EDITS, PULL_REQUESTS } from "../../trials/pullRequestCases";
import { ON_THREE, ON_TWO } from "../../trials/rehearsals";

const root = resolve(__dirname, "..", "..", "..");

describe("the edits of prepared pull requests", () => {
  const base = { name: "the base", edits: BASE_EDITS };
  for (const { name, edits } of [base, ...PULL_REQUESTS, ...ON_THREE, ...ON_TWO]) {
    it(`fit the sources: ${name}`, () => {
      for (const { file, from } of edits) {
        const isOnTwo = from === "homelab:appNodeCount: 2";
        const wanted = isOnTwo ? "homelab:appNodeCount: 3" : from;
        const text = readFileSync(join(root, file), "utf8");
        assert.equal(
          text.split(wanted).length,
          2,
          `${file}: must have ${JSON.stringify(wanted)} once`,
        );
      }
    });
  }
});
