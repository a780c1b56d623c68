import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { coverageTable, readme } from "../../../pve-node/coverage";
import { createNode } from "../../../pve-node/services";

/** Prettier pads the columns of tables. */
const unpadded = (text: string) => text.replaceAll(/ +\|/g, " |").replaceAll(/-{3,}/g, "---");

describe("the table of endpoints in pve-node/README.md", () => {
  it("is as `npm run pve:coverage` writes it", () => {
    const { routes } = createNode({ node: "pve" });
    const text = unpadded(readFileSync(readme, "utf8"));
    assert.ok(text.includes(unpadded(coverageTable(routes))), "run npm run pve:coverage");
  });
});
