import assert from "node:assert/strict";
import { leftoversOf, type StackExport, withoutPending } from "../../../cli/stack/interrupted";

const ctType = "proxmoxve:index/containerLegacy:ContainerLegacy";
const urn = (type: string, name: string) => `urn:pulumi:dev::homelab::${type}::${name}`;
const pending = (kind: string, type: string, name: string, inputs: Record<string, unknown>) => ({
  type: kind,
  resource: { urn: urn(type, name), type, inputs },
});

describe("leftoversOf", () => {
  it("finds CTs, bridges and Docker containers of cut-off creates", () => {
    const docker = "docker:index/container:Container";
    const exported: StackExport = {
      deployment: {
        pending_operations: [
          pending("creating", ctType, "app1-ct", { vmId: 111, nodeName: "pve1" }),
          pending("creating", "proxmoxve:network/linux/bridge:Bridge", "n", { name: "vmbr1" }),
          pending("creating", docker, "app2-web", { name: "web" }),
          pending("creating", "command:remote:Command", "c", {}),
          pending("deleting", ctType, "db-ct", { vmId: 150 }),
        ],
      },
    };
    assert.deepEqual(leftoversOf(exported), [
      { kind: "ct", vmid: 111, nodeName: "pve1" },
      { kind: "bridge", name: "vmbr1", nodeName: "" },
      { kind: "docker", name: "web", guest: "app2" },
    ]);
  });

  it("leaves alone what the state knows", () => {
    const operation = pending("creating", ctType, "app1-ct", { vmId: 111 });
    const resources = [{ urn: operation.resource.urn }];
    assert.deepEqual(
      leftoversOf({ deployment: { pending_operations: [operation], resources } }),
      [],
    );
  });

  it("drops the pending operations and nothing else", () => {
    const exported = { version: 3, deployment: { pending_operations: [], resources: [] } };
    assert.deepEqual(withoutPending(exported), { version: 3, deployment: { resources: [] } });
  });
});
