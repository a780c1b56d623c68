import assert from "node:assert/strict";
import type { AwsFacts } from "../../../../observer/aws/facts";
import { SERVICES } from "../../../../observer/aws/services";
import type { Input } from "../../../../observer/aws/wire/query";
import { awsFacts, shown } from "../../../support/awsFacts";

const ask = (action: string, input: Input = {}, lab: AwsFacts = awsFacts()) => {
  const { actions } = SERVICES.find((one) => Object.hasOwn(one.actions, action))!;
  return shown(actions[action]!(input, lab));
};
const instances = (input: Input = {}, lab?: AwsFacts) =>
  ask("DescribeInstances", input, lab).reservationSet!.map(({ instancesSet }) => instancesSet[0]);
const filter = (Name: string, ...Value: string[]) => ({ Filter: [{ Name, Value }] });

describe("ec2", () => {
  it("has the app nodes as instances, in the state that Proxmox says", () => {
    const guests = new Map([
      [111, { status: "running", uptimeSeconds: 60 }],
      [112, { status: "stopped" }],
    ]);
    const found = instances({}, awsFacts({ guests }));
    assert.deepEqual(
      found.map(({ instanceId, instanceState }) => [instanceId, instanceState.name]),
      [
        ["i-00000000000000111", "running"],
        ["i-00000000000000112", "stopped"],
        ["i-00000000000000113", "pending"],
      ],
    );
    assert.deepEqual(found[0].launchTime, "2026-01-01T00:09:00.000Z");
    assert.equal(found[1].launchTime, undefined);
  });

  it("filters by value, wildcard and tag; every filter must hold", () => {
    const ids = (input: Input) => instances(input).map(({ privateIpAddress }) => privateIpAddress);
    assert.deepEqual(ids(filter("tag:Name", "app2", "app3")), ["10.10.10.12", "10.10.10.13"]);
    assert.deepEqual(ids(filter("private-ip-address", "10.10.10.1?")).length, 3);
    assert.deepEqual(ids(filter("tag-key", "homelab:*")).length, 3);
    assert.deepEqual(ids(filter("tag:Name", "app.")), []);
    const both = [
      { Name: "tag:Name", Value: ["app2"] },
      { Name: "instance-state-name", Value: ["stopped"] },
    ];
    assert.deepEqual(ids({ Filter: both }), []);
  });

  it("refuses a filter that it does not know, for it would show too much", () => {
    for (const name of ["color", "constructor", "__proto__"]) {
      for (const action of ["DescribeInstances", "DescribeSubnets", "DescribeVpcs"]) {
        const input = filter(name, "x");
        assert.throws(() => ask(action, input), { code: "InvalidParameterValue" }, name);
      }
    }
  });

  it("refuses ids that nothing has, each with AWS's code", () => {
    const cases: [string, Input, string][] = [
      ["DescribeInstances", { InstanceId: ["i-1"] }, "InvalidInstanceID.NotFound"],
      ["DescribeSecurityGroups", { GroupId: ["sg-1"] }, "InvalidGroup.NotFound"],
      ["DescribeSecurityGroups", { GroupName: ["x"] }, "InvalidGroup.NotFound"],
      ["DescribeSubnets", { SubnetId: ["subnet-1"] }, "InvalidSubnetID.NotFound"],
      ["DescribeVpcs", { VpcId: ["vpc-1"] }, "InvalidVpcID.NotFound"],
    ];
    for (const [action, input, code] of cases) assert.throws(() => ask(action, input), { code });
  });

  it("has the security groups of the one model, rules by reference to groups", () => {
    const groups = ask("DescribeSecurityGroups").securityGroupInfo!;
    const named = (name: string) => groups.find(({ groupName }) => groupName === name)!;
    const [service, ssh] = named("app").ipPermissions;
    assert.deepEqual(
      [service.fromPort, service.groups[0].groupId],
      [3000, named("loadBalancer").groupId],
    );
    assert.deepEqual([ssh.fromPort, ssh.groups[0].groupId], [22, named("bastion").groupId]);
    const [listener] = named("loadBalancer").ipPermissions;
    assert.deepEqual(listener.ipRanges[0].cidrIp, "0.0.0.0/0");
    const toDatabase = named("database").ipPermissions[0];
    assert.deepEqual(
      [toDatabase.fromPort, toDatabase.groups[0].groupId],
      [5432, named("app").groupId],
    );
  });

  it("has a public and a private subnet in one VPC", () => {
    const subnets = ask("DescribeSubnets").subnetSet!;
    assert.deepEqual(
      subnets.map(({ cidrBlock, mapPublicIpOnLaunch }) => [cidrBlock, mapPublicIpOnLaunch]),
      [
        ["172.20.0.0/24", true],
        ["10.10.10.0/24", false],
      ],
    );
    const [vpc] = ask("DescribeVpcs").vpcSet!;
    assert.ok(subnets.every(({ vpcId }) => vpcId === vpc.vpcId));
  });
});

describe("rds", () => {
  const database = (lab?: AwsFacts) => ask("DescribeDBInstances", {}, lab).DBInstances.values[0];

  it("says whether PostgreSQL takes connections, and when its CT is stopped", () => {
    assert.equal(database().DBInstanceStatus, "available");
    assert.deepEqual(database().Endpoint, { Address: "10.10.10.50", Port: 5432 });
    assert.equal(database(awsFacts({ databaseAnswers: false })).DBInstanceStatus, "failed");
    const { vmid } = awsFacts().settings.database;
    const guests = new Map([[vmid, { status: "stopped" }]]);
    assert.equal(database(awsFacts({ guests })).DBInstanceStatus, "stopped");
  });

  it("finds by name and filter, and refuses what there is not", () => {
    const of = (input: Input) => ask("DescribeDBInstances", input).DBInstances.values.length;
    assert.equal(of({ DBInstanceIdentifier: "db" }), 1);
    assert.equal(of({ Filters: [{ Name: "engine", Values: ["mysql"] }] }), 0);
    const missing = { DBInstanceIdentifier: "x" };
    assert.throws(() => ask("DescribeDBInstances", missing), {
      code: "DBInstanceNotFound",
      status: 404,
    });
    const filters = { Filters: [{ Name: "x", Values: ["y"] }] };
    assert.throws(() => ask("DescribeDBInstances", filters), { code: "InvalidParameterValue" });
  });
});
