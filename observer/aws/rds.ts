import { DATABASE_PORT } from "../../lib/stack/settings";
import { POSTGRES_VERSION } from "../../lib/stack/units";
import type { AwsFacts } from "./facts";
import { databaseArn, securityGroupId, subnetId, tagsOf, vpcId, ZONE } from "./names";
import { type Document, Items } from "./wire/document";
import { integerOf, structuresOf, textOf, textsOf } from "./wire/input";
import { pageOf } from "./wire/paging";
import { Problem } from "./wire/problem";
import type { Input } from "./wire/query";

export function describeDbInstances(input: Input, lab: AwsFacts): Document {
  const wanted = textOf(input, "DBInstanceIdentifier");
  const own = [lab.settings.database.name, databaseArn(lab)];
  if (wanted !== undefined && wanted !== "" && !own.includes(wanted)) {
    throw new Problem("DBInstanceNotFound", `DBInstance ${wanted} not found.`, 404);
  }
  const fits = structuresOf(input, "Filters").every((filter) => passes(lab, filter));
  const size = integerOf(input, "MaxRecords", { min: 20, max: 100 }) ?? 100;
  const marker = textOf(input, "Marker");
  const { items, next } = pageOf(fits ? [instance(lab)] : [], { marker, size });
  return { DBInstances: new Items("DBInstance", items), Marker: next };
}

function passes(lab: AwsFacts, filter: Input): boolean {
  const name = textOf(filter, "Name") ?? "";
  const values: Record<string, string[]> = {
    "db-instance-id": [lab.settings.database.name, databaseArn(lab)],
    engine: ["postgres"],
  };
  if (!Object.hasOwn(values, name)) {
    throw new Problem("InvalidParameterValue", `Unrecognized filter name: ${name}`);
  }
  return (textsOf(filter, "Values") ?? []).some((one) => values[name]!.includes(one));
}

function instance(lab: AwsFacts): Document {
  const { database, databaseDeletionProtection } = lab.settings;
  const group = { VpcSecurityGroupId: securityGroupId(lab, "database"), Status: "active" };
  const subnet = {
    SubnetIdentifier: subnetId(lab, "private"),
    SubnetAvailabilityZone: { Name: ZONE },
    SubnetStatus: "Active",
  };
  return {
    DBInstanceIdentifier: database.name,
    DBInstanceClass: `db.lxc.${database.memoryMiB}mib`,
    Engine: "postgres",
    EngineVersion: POSTGRES_VERSION,
    DBInstanceStatus: statusOf(lab),
    DBName: "app",
    MasterUsername: "postgres",
    Endpoint: { Address: database.address, Port: DATABASE_PORT },
    AllocatedStorage: database.diskGiB,
    VpcSecurityGroups: new Items("VpcSecurityGroupMembership", [group]),
    AvailabilityZone: ZONE,
    DBSubnetGroup: {
      DBSubnetGroupName: "private",
      DBSubnetGroupDescription: "the private subnet",
      VpcId: vpcId(lab),
      SubnetGroupStatus: "Complete",
      Subnets: new Items("Subnet", [subnet]),
    },
    BackupRetentionPeriod: 0,
    MultiAZ: false,
    PubliclyAccessible: false,
    // CTs' disks are files of the node's storage; whether that is encrypted is not known here.
    StorageEncrypted: false,
    DeletionProtection: databaseDeletionProtection,
    DBInstanceArn: databaseArn(lab),
    TagList: new Items(
      "Tag",
      tagsOf(lab, database.name, { "homelab:vmid": String(database.vmid) }),
    ),
  };
}

/** `failed`: its CT runs, but PostgreSQL takes no connection. */
function statusOf({ settings, guests, databaseAnswers }: AwsFacts): string {
  const status = guests.get(settings.database.vmid)?.status;
  if (status !== undefined && status !== "running") return "stopped";
  if (databaseAnswers === undefined) return status === undefined ? "creating" : "available";
  return databaseAnswers ? "available" : "failed";
}
