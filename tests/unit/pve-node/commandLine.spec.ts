import assert from "node:assert/strict";
import { pveshCall, pveumCall } from "../../../pve-node/pvesh/commandLine";

const text = ({ method, path, params }: ReturnType<typeof pveshCall>) =>
  `${method} ${path}${params.map(([name, value]) => ` ${name}=${value}`).join("")}`;

describe("pvesh", () => {
  it("asks what its words say", () => {
    assert.equal(text(pveshCall(["get", "/nodes"])), "GET /nodes");
    assert.equal(
      text(pveshCall(["create", "/access/roles", "--roleid", "r", "--privs=VM.Audit VM.Allocate"])),
      "POST /access/roles roleid=r privs=VM.Audit VM.Allocate",
    );
    assert.equal(pveshCall(["get", "/nodes", "--output-format", "json"]).json, true);
  });

  it("refuses what it does not know", () => {
    assert.throws(() => pveshCall(["frob", "/nodes"]), /unknown command 'pvesh frob'/);
    assert.throws(() => pveshCall(["set", "/x", "--name"]), /Option name requires an argument/);
  });
});

describe("pveum", () => {
  it("knows roles, users, tokens and ACLs", () => {
    for (const [words, call] of [
      ["role add R --privs VM.Audit", "POST /access/roles roleid=R privs=VM.Audit"],
      ["role delete R", "DELETE /access/roles/R"],
      ["user add a@pve --comment x", "POST /access/users userid=a@pve comment=x"],
      ["user token add a@pve t --privsep 0", "POST /access/users/a@pve/token/t privsep=0"],
      ["user token remove a@pve t", "DELETE /access/users/a@pve/token/t"],
      ["acl modify / --users a@pve --roles R", "PUT /access/acl path=/ users=a@pve roles=R"],
      ["aclmod / -user a@pve", "PUT /access/acl path=/ user=a@pve"],
    ] as const) {
      assert.equal(text(pveumCall(words.split(" "))), call);
    }
    assert.throws(() => pveumCall(["pool", "add"]), /unknown command 'pveum pool add'/);
  });
});
