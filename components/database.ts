import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { CERTIFICATE_FILE, configurePostgres, KEY_FILE } from "../lib/postgres/installPostgres";
import { restoreDatabase } from "../lib/postgres/moveDatabase";
import { identifierProblems } from "../lib/postgres/postgresConfig";
import { firewallRules, type Ingress } from "../lib/security/ctFirewall";
import { databaseClients } from "../lib/security/pgHba";
import { aptInstall } from "../lib/shell/apt";
import { script } from "../lib/shell/quote";
import type { Guest } from "../lib/stack/guest";
import { addressOf } from "../lib/stack/guests";
import { type CtBuild, DATABASE_PORT } from "../lib/stack/settings";
import { POSTGRES_VERSION } from "../lib/stack/units";
import { GeneratedSecret } from "../provider/generatedSecret";
import { nodeConnection } from "./access";
import { Ct } from "./ct";
import { ctCommand } from "./ctCommand";
import { CtFirewall } from "./ctFirewall";
import type { Site } from "./site";

export interface DatabaseArgs {
  site: Site;
  /** Its CT, in the private subnet. A change of its memory restarts it. */
  guest: Guest;
  /** Who may connect; those who may reach PostgreSQL's port also get into pg_hba.conf. Applied in place. */
  ingress: readonly Ingress[];
  /**
   * Name of the database: letters, digits and underscore, 63 at most. A changed name is another database,
   * and the old one stays where it is.
   *
   * @default "app"
   */
  databaseName?: string;
  /**
   * Name of its owner, as which clients log in; the same letters.
   *
   * @default "app"
   */
  role?: string;
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
    const { site, guest, databaseName: database = "app", role = "app" } = args;
    const problems = identifierProblems({ databaseName: database, role });
    if (problems.length > 0) throw new pulumi.ResourceError(problems.join("\n"), this);
    const { aptProxy } = site.args;
    const address = addressOf(guest, "private");
    const password = new GeneratedSecret(`${name}-password`, { length: 32 }, { parent: this });
    const rules = firewallRules(guest, args.ingress);
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
        script: script(aptInstall([`postgresql-${POSTGRES_VERSION}`, "openssl"], aptProxy)),
        dependsOn: [firewall.installed],
      },
      this,
    );
    const configured = ctCommand(
      `${name}-config`,
      {
        ct,
        script: configurePostgres(
          {
            listenAddress: address,
            port: DATABASE_PORT,
            memoryMiB: guest.memoryMiB,
            certificateFile: CERTIFICATE_FILE,
            keyFile: KEY_FILE,
          },
          { database, role, clients: databaseClients(rules, DATABASE_PORT) },
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
    database: string,
    configured: pulumi.CustomResource,
  ): pulumi.CustomResource {
    if (build?.restore === undefined) return configured;
    const script = restoreDatabase(guest.vmid, database, build.restore);
    return new command.remote.Command(
      `${name}-restore`,
      {
        connection: nodeConnection(site.access),
        create: script,
        // Not the CT: one that comes anew for another reason must not get old data.
        triggers: [build.restore],
      },
      { parent: this, dependsOn: [configured] },
    );
  }
}
