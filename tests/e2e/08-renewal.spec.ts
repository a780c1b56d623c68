import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boxOf } from "../support/box";
import { labClone } from "../support/labClone";
import { inBox, runLocal } from "../support/nodeApi";
import { underLoad } from "../support/underLoad";

const lab = labClone();
const script = "usr/local/lib/pve-node/guests.sh";
const source = join(lab.root, "pve-node/image/rootfs", script);

describe("another version of the embedded node's own files", function () {
  this.timeout("4m");
  let former: string;
  before(() => void (former = readFileSync(source, "utf8")));
  after(() => writeFileSync(source, former));

  it("is given to the running node by up, which restarts no CT and loses no GET", async () => {
    const box = boxOf(lab.root);
    const container = ["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", box];
    const cts = "for id in $(lxc-ls --running); do echo $id $(lxc-info -pHn $id); done";
    const look = async () => [(await runLocal("docker", container)).stdout, await inBox(box, cts)];
    const before = await look();
    const apiOf = () => inBox(box, "pgrep -f ^/opt/pve-node/bin/node./opt/pve-node/api.cjs");
    const api = await apiOf();
    appendFileSync(source, "# Another version.\n");
    let said = "";
    const { sent, lost } = await underLoad(lab, async () => {
      said = (await lab.ok(["up", "--yes"], { timeoutSeconds: 220 })).stderr;
    });
    assert.doesNotMatch(said, /is restarted/);
    assert.ok(sent > 500, `${sent} sent`);
    assert.deepEqual(lost.slice(0, 20), []);
    assert.deepEqual(await look(), before);
    assert.match(await inBox(box, `tail -1 /${script}`), /Another version/);
    assert.notEqual(await apiOf(), api, "the API was not started anew");
  });
});
