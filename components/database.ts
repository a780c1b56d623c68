import * as pulumi from "@pulumi/pulumi";
import type { CtSettings } from "../lib/config/settings";
import { DATABASE_PORT } from "../lib/config/settings";
import { withPrefix } from "../lib/net/cidr";
import {
  CERTIFICATE_FILE,
  configurePostgres,
  KEY_FILE,
  POSTGRES_UNIT,
  POSTGRES_VERSION,
} from "../lib/postgres/installPostgres";
import type { SecurityGroup } from "../lib/security/securityGroup";
import { databaseClients } from "../lib/security/pgHba";
import { aptInstall } from "../lib/shell/apt";
import { script } from "../lib/shell/quote";
import { GeneratedSecret } from "../provider/generatedSecret";
import type { CtPlacement } from "./ct";
import { Container } from "./ct";
import { ctCommand } from "./ctCommand";
import { firewall } from "./firewall";
import type { Network } from "./network";

export interface DatabaseArgs extends CtSettings {
  placement: CtPlacement;
  network: Network;
  privateGateway: string;
  privateCidr: string;
  /** Who may connect. Applied in place. */
  securityGroup: SecurityGroup;
}

/** What a client needs to connect. */
export interface DatabaseEndpoint {
  address: string;
  port: number;
  database: string;
  role: string;
  /** Secret. */
  password: pulumi.Output<string>;
  /** PEM of the server's own certificate, which clients verify it by. */
  certificate: pulumi.Output<string>;
  /** Changes when the database is made anew. */
  incarnation: pulumi.Output<string>;
}

/** PostgreSQL in an unprivileged CT of the private subnet: the part that RDS plays. */
export class Database extends pulumi.ComponentResource {
  readonly endpoint: DatabaseEndpoint;
  readonly summary: pulumi.Output<{ name: string; vmid: number; address: string; port: number }>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:components:Database", name, {}, opts);
    const password = new GeneratedSecret(`${name}-password`, { length: 32 }, { parent: this });
    const container = new Container(
      name,
      {
        placement: args.placement,
        network: args.network,
        vmid: args.vmid,
        hostname: args.name,
        role: "db",
        description: "PostgreSQL (RDS)",
        securityGroup: args.securityGroup,
        cores: 1,
        memoryMiB: args.memoryMiB,
        diskGiB: args.diskGiB,
        startupOrder: 1,
        address: args.address,
        interfaces: [
          {
            bridge: args.network.privateBridge,
            cidr: withPrefix(args.address, args.privateCidr),
            gateway: args.privateGateway,
          },
        ],
      },
      { parent: this },
    );
    const { securityGroup } = args;
    const { aptProxy } = args.placement;
    const clients = databaseClients(securityGroup, DATABASE_PORT);
    const access = { database: "app", role: "app", clients };
    const rules = firewall(
      name,
      { container, securityGroup, member: args.name, service: POSTGRES_UNIT, aptProxy },
      this,
    );
    const install = ctCommand(
      `${name}-install`,
      {
        container,
        installs: true,
        script: script(aptInstall([`postgresql-${POSTGRES_VERSION}`, "openssl"], aptProxy)),
        dependsOn: [rules],
      },
      this,
    );
    const configured = ctCommand(
      `${name}-config`,
      {
        container,
        script: configurePostgres(
          {
            listenAddress: args.address,
            port: DATABASE_PORT,
            memoryMiB: args.memoryMiB,
            certificateFile: CERTIFICATE_FILE,
            keyFile: KEY_FILE,
          },
          access,
        ),
        stdin: pulumi.interpolate`${password.value}\n`,
        dependsOn: [install],
      },
      this,
    );
    this.endpoint = {
      address: args.address,
      port: DATABASE_PORT,
      database: access.database,
      role: access.role,
      password: password.value,
      // Standard output takes the secrecy of the password that went in; a certificate is public.
      certificate: pulumi.unsecret(configured.stdout),
      incarnation: container.incarnation,
    };
    this.summary = pulumi.output({
      name: args.name,
      vmid: container.vmid,
      address: args.address,
      port: DATABASE_PORT,
    });
    this.registerOutputs({ summary: this.summary });
  }
}
