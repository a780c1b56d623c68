import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { allScripts, type NamedScript } from "../../../support/recordedScripts";

describe("every script that the program runs, and every shell file", function () {
  this.timeout("2m");
  let scripts: NamedScript[];
  before(async () => {
    scripts = await allScripts();
  });

  it("are there", () => {
    assert.ok(scripts.length > 15, String(scripts.length));
    for (const name of ["lab", "app1-docker (create)", "site-network-filters (delete)"]) {
      assert.ok(
        scripts.some((script) => script.name === name),
        name,
      );
    }
  });

  it("is understood by bash", () => {
    for (const { name, text } of scripts) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stderr}`);
    }
  });

  it("would be refused with an error in it", () => {
    const { status } = spawnSync("bash", ["-n"], { input: "if true; then\n" });
    assert.notEqual(status, 0);
  });
});
