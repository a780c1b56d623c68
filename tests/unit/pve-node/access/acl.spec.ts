import assert from "node:assert/strict";
import { privileges } from "../../../../pve-node/access/acl";
import { rolesOf } from "../../../../pve-node/access/roles";
import { checkFormat } from "../../../../pve-node/http/formats";
import { formatUserConfig, parseUserConfig } from "../../../../pve-node/access/userConfig";

const text = `user:a@pve:1:0::::colon%3A in comment::
token:a@pve!own:0:1::
token:a@pve!same:0:0::
user:root@pam:1:0::::::

group:team:a@pve::

pool:lab::101:local:

role:Deployer:VM.Allocate,VM.Audit:

acl:0:/nodes:a@pve:PVEAuditor:
acl:1:/:@team:PVEAuditor:
acl:1:/pool/lab:a@pve:PVEVMUser:
acl:1:/storage:a@pve:NoAccess:
acl:1:/vms/100:a@pve!own:Administrator:
acl:1:/vms:a@pve:Deployer:
`;
const config = parseUserConfig(text);
const { builtIn: BUILT_IN_ROLES, privileges: PRIVILEGES } = rolesOf("9.1");
const a = { authId: "a@pve", user: "a@pve" };
const names = (who: Parameters<typeof privileges>[1], path: string) =>
  [...privileges(config, who, path).keys()].sort();

describe("user.cfg", () => {
  it("keeps any comment in its field and its line", () => {
    const comment = "a:b\nuser:root@pam:0\r\u0000 100% n\u00e9w";
    const before = parseUserConfig(text);
    before.users.get("a@pve")!.comment = comment;
    const written = formatUserConfig(before);
    assert.equal(written.split("\n").length, formatUserConfig(config).split("\n").length);
    assert.match(written, /n%C3%A9w/);
    assert.equal(parseUserConfig(written).users.get("a@pve")!.comment, comment);
  });

  it("takes no user whose name would read as several, or as a token", () => {
    for (const name of ["x,root@pam", "x;root@pam", "root@pam!x@pve"])
      assert.notEqual(checkFormat("pve-userid", name), undefined, name);
    assert.equal(checkFormat("pve-userid", "a.b@corp@pve"), undefined);
  });

  it("is written as it was read", () => {
    const round = parseUserConfig(formatUserConfig(config));
    assert.deepEqual(round, { ...config, acl: round.acl });
    assert.equal(round.acl.length, config.acl.length);
    assert.equal(formatUserConfig(round), formatUserConfig(config));
    assert.equal(config.users.get("a@pve")?.comment, "colon: in comment");
  });
});

describe("ACL", () => {
  it("replaces what was collected above at a deeper path", () => {
    assert.deepEqual(names(a, "/vms/200"), ["VM.Allocate", "VM.Audit"]);
    assert(names(a, "/").includes("Sys.Audit"), "the group's entry");
  });

  it("lets only propagating entries reach below", () => {
    assert(names(a, "/nodes").includes("Sys.Audit"));
    // What reaches /nodes/pve1 is the group's entry of /, since the one of /nodes stays there.
    const below = privileges(config, a, "/nodes/pve1");
    assert.equal(below.get("Sys.Audit"), true);
    assert.equal(privileges(config, a, "/nodes").get("Sys.Audit"), false);
  });

  it("removes everything at NoAccess", () => {
    assert.deepEqual(names(a, "/storage/other"), []);
  });

  it("adds a pool's entries to its members", () => {
    assert(names(a, "/vms/101").includes("VM.PowerMgmt"));
    assert(!names(a, "/vms/102").includes("VM.PowerMgmt"));
    assert.deepEqual(names(a, "/storage/local"), [...BUILT_IN_ROLES.get("PVEVMUser")!].sort());
  });

  it("gives a token with privsep what both have, without privsep what the user has", () => {
    const own = { authId: "a@pve!own", user: "a@pve", tokenId: "own" };
    const same = { authId: "a@pve!same", user: "a@pve", tokenId: "same" };
    assert.deepEqual(names(own, "/vms/100"), ["VM.Allocate", "VM.Audit"]);
    assert.deepEqual(names(own, "/vms/200"), []);
    assert.deepEqual(names(same, "/vms/200"), names(a, "/vms/200"));
  });

  it("gives root@pam everything, and strangers nothing", () => {
    const root = { authId: "root@pam", user: "root@pam" };
    assert.deepEqual(names(root, "/any"), [...PRIVILEGES].sort());
    assert.deepEqual(names({ authId: "x@pve", user: "x@pve" }, "/"), []);
  });

  it("keeps root privileges out of PVEAdmin", () => {
    const admin = BUILT_IN_ROLES.get("PVEAdmin")!;
    const missing = [...PRIVILEGES].filter((name) => !admin.has(name)).sort();
    assert.deepEqual(missing, [
      "Mapping.Modify",
      "Realm.Allocate",
      "Sys.AccessNetwork",
      "Sys.Incoming",
      "Sys.Modify",
      "Sys.PowerMgmt",
    ]);
  });
});
