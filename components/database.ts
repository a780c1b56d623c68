import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { CERTIFICATE_FILE, configurePostgres, KEY_FILE } from "../lib/postgres/installPostgres";
import { restoreDatabase } from "../lib/postgres/moveDatabase";
import { identifierProblems } from "../lib/postgres/postgresConfig";
import { databaseClients } from "../lib/security/pgHba";
import { aptInstall } from "../lib/shell/apt";
import { script } from "../lib/shell/quote";
import { type CtBuild, DATABASE_PORT } from "../lib/stack/settings";
import { POSTGRES_VERSION } from "../lib/stack/units";
import { databaseWay } from "../lib/stack/ways";
import { GeneratedSecret } from "../provider/generatedSecret";
import { nodeConnection } from "./access";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import { guestAddress, type GuestArgs } from "./guest";
import { ctRules, groupOf, type IngressArgs } from "./ingress";
import type { Site } from "./site";

export interface DatabaseArgs {
  site: Site;
  /** Its CT, in the private subnet. A change of its memory restarts it. */
  guest: GuestArgs;
  /**
   * The CTs whose services use the database. Applied in place, without a restart.
   *
   * @default - none
   */
  clients?: readonly GuestArgs[];
  /**
   * Who may connect; those who may reach PostgreSQL's port also get into pg_hba.conf. Applied in place.
   *
   * @default - PostgreSQL the `clients`, SSH the Proxmox node
   */
  ingress?: IngressArgs;
  /**
   * Name of the database: letters, digits and underscore, 63 at most. A changed name is another database,
   * and the old one stays where it is.
   *
   * @default "app"
   */
  databaseName?: pulumi.Input<string>;
  /**
   * Name of its owner, as which clients log in; the same letters.
   *
   * @default "app"
   */
  role?: pulumi.Input<string>;
  /**
   * Keeps the CT, and the data in it, from being deleted or replaced.
   *
   * @default false
   */
  deletionProtection?: boolean;
  /**
   * Another build than the one that the CT was first made from. The data comes back from the dump that the
   * build names, before any client can connect.
   *
   * @default - it keeps what it has
   */
  build?: CtBuild;
}

/** What a client needs to connect. */
export interface DatabaseEndpoint {
  address: pulumi.Input<string>;
  port: pulumi.Input<number>;
  database: pulumi.Input<string>;
  role: pulumi.Input<string>;
  /** Secret. */
  password: pulumi.Input<string>;
  /** PEM of the server's own certificate, which clients verify it by. Another one when it is made anew. */
  certificate: pulumi.Input<string>;
}

/** PostgreSQL in an unprivileged CT of the private subnet: the part that RDS plays. */
export class Database extends pulumi.ComponentResource {
  readonly endpoint: DatabaseEndpoint;
  readonly summary: pulumi.Output<{ name: string; vmid: number; address: string; port: number }>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Database", name, {}, args.site.options(opts));
    const { site, guest } = args;
    const { database, role } = names(args, this);
    const address = guestAddress(guest, "private");
    const password = new GeneratedSecret(`${name}-password`, { length: 32 }, { parent: this });
    const clients = groupOf("app", args.clients ?? []);
    const ways = clients.apply((group) => [databaseWay(group, DATABASE_PORT)]);
    const rules = ctRules(site, guest, args.ingress, ways);
    const ct = new Ct(
      name,
      {
        ...{ site, guest, firewall: rules, build: args.build },
        description: "PostgreSQL (RDS)",
        cores: 1,
        deletionProtection: args.deletionProtection,
      },
      { parent: this },
    );
    const firewall = new CtFirewall(name, { ct, rules }, { parent: this });
    const install = ctCommand(
      `${name}-install`,
      {
        ct,
        installs: true,
        script: site.known.apply(({ aptProxy }) =>
          script(aptInstall([`postgresql-${POSTGRES_VERSION}`, "openssl"], aptProxy)),
        ),
        dependsOn: [firewall.installed],
      },
      this,
    );
    const configured = ctCommand(
      `${name}-config`,
      {
        ct,
        script: pulumi
          .all([address, guest.memoryMiB, database, role, rules])
          .apply(([listenAddress, memoryMiB, databaseName, owner, known]) =>
            configurePostgres(
              {
                ...{ listenAddress, memoryMiB },
                port: DATABASE_PORT,
                certificateFile: CERTIFICATE_FILE,
                keyFile: KEY_FILE,
              },
              {
                ...{ database: databaseName, role: owner },
                clients: databaseClients(known, DATABASE_PORT),
              },
            ),
          ),
        stdin: pulumi.interpolate`${password.value}\n`,
        dependsOn: [install],
      },
      this,
    );
    const restored = this.restore(name, args, database, configured);
    firewall.seal([configured]);
    this.endpoint = {
      ...{ address, database, role },
      port: DATABASE_PORT,
      password: password.value,
      // Standard output takes the secrecy of the password that went in; a certificate is public.
      certificate: pulumi
        .all([pulumi.unsecret(configured.stdout), restored.id])
        .apply(([certificate]) => certificate),
    };
    this.summary = pulumi.output({
      ...{ name: guest.name, vmid: ct.vmid, address },
      port: DATABASE_PORT,
    });
    this.registerOutputs({ endpoint: this.endpoint, summary: this.summary });
  }

  /**
   * Puts the saved data into a CT that was built anew. Clients connect once they have the new server's
   * certificate, and they get that afterwards.
   */
  private restore(
    name: string,
    { site, guest, build }: DatabaseArgs,
    database: pulumi.Input<string>,
    configured: pulumi.CustomResource,
  ): pulumi.CustomResource {
    if (build?.restore === undefined) return configured;
    const { restore } = build;
    const script = pulumi
      .all([guest.vmid, database])
      .apply(([vmid, saved]) => restoreDatabase(vmid, saved, restore));
    return new command.remote.Command(
      `${name}-restore`,
      {
        connection: nodeConnection(site.access),
        create: script,
        // Not the CT: one that comes anew for another reason must not get old data.
        triggers: [restore],
      },
      { parent: this, dependsOn: [configured] },
    );
  }
}

/** The names of database and owner; they stand in SQL, so odd ones are refused. */
function names(args: DatabaseArgs, resource: pulumi.Resource) {
  return pulumi.all([args.databaseName ?? "app", args.role ?? "app"]).apply(([database, role]) => {
    const problems = identifierProblems({ databaseName: database, role });
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), resource);
    return { database, role };
  });
}
