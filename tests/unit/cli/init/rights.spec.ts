import assert from "node:assert/strict";
import { rightsSteps } from "../../../../cli/init/rights";
import { DEPLOYER_PRIVILEGES } from "../../../../lib/stack/privileges";
import { nodeFacts } from "./nodeFacts";

const commands = (changes: Parameters<typeof nodeFacts>[0] = {}) =>
  rightsSteps(nodeFacts(changes), "home").map(({ command }) => command);

describe("rights that init gives", () => {
  it("are two roles, a user of the stack, and both on / and on the node", () => {
    assert.deepEqual(commands(), [
      `pveum role add HomelabDeployer --privs "${DEPLOYER_PRIVILEGES.join(" ")}"`,
      'pveum role add HomelabDeployerNode --privs "Sys.Modify"',
      'pveum user add homelab-home@pve --comment "homelab stack home"',
      "pveum acl modify / --users homelab-home@pve --roles HomelabDeployer --propagate 1",
      "pveum acl modify / --users homelab-home@pve --roles HomelabDeployerNode --propagate 0",
      "pveum acl modify /nodes/pve1 --users homelab-home@pve --roles HomelabDeployer --propagate 1",
      "pveum acl modify /nodes/pve1 --users homelab-home@pve --roles HomelabDeployerNode --propagate 1",
    ]);
  });

  it("leave roles alone that are there, and are made under another name beside other ones", () => {
    const same = { roleid: "HomelabDeployer", privs: DEPLOYER_PRIVILEGES.join(",") };
    const other = { roleid: "HomelabDeployerNode", privs: "Sys.Modify,Sys.PowerMgmt" };
    const made = commands({ roles: [same, other], users: [{ userid: "homelab-home@pve" }] });
    assert.deepEqual(made.slice(0, 2), [
      'pveum role add HomelabDeployerNode-home --privs "Sys.Modify"',
      "pveum acl modify / --users homelab-home@pve --roles HomelabDeployer --propagate 1",
    ]);
    assert.match(made.at(-1)!, /--roles HomelabDeployerNode-home /);
  });

  it("each name the way back", () => {
    assert.deepEqual(
      rightsSteps(nodeFacts(), "home").map(({ undo }) => undo),
      [
        "pveum role delete HomelabDeployer",
        "pveum role delete HomelabDeployerNode",
        "pveum user delete homelab-home@pve",
        "pveum acl delete / --users homelab-home@pve --roles HomelabDeployer",
        "pveum acl delete / --users homelab-home@pve --roles HomelabDeployerNode",
        "pveum acl delete /nodes/pve1 --users homelab-home@pve --roles HomelabDeployer",
        "pveum acl delete /nodes/pve1 --users homelab-home@pve --roles HomelabDeployerNode",
      ],
    );
  });
});
