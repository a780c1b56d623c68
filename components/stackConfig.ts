import * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { RawConfig } from "../lib/config/rawConfig";
import { checkConfig } from "../lib/config/checkConfig";
import type { CtBuild, Settings } from "../lib/stack/settings";
import type { Ingress } from "../lib/security/ctFirewall";
import type { Guest } from "../lib/stack/guest";
import { guestNamed, guestsOf } from "../lib/stack/guests";
import { guestFirewalls } from "../lib/stack/labGroups";
import { CA_FILE_VARIABLE, KEY_FILE_VARIABLE } from "../lib/stack/machineFiles";
import { type NodeAccess, readKeys, THROUGH_LAB } from "./access";

export interface StackConfig extends Settings {
  access: NodeAccess;
  /** Every CT of the stack. */
  guests: readonly Guest[];
  /** The CT with this name. */
  guest(name: string): Guest;
  guestsOfRole(role: string): readonly Guest[];
  /** Who may connect to the CT with this name. */
  ingress(name: string): readonly Ingress[];
  /** The CT's build where it was built anew. */
  build(name: string): CtBuild | undefined;
  /** The only target may be taken out for a change: the environment's HOMELAB_ALLOW_OUTAGE is 1. */
  allowOutage: boolean;
  /** Undefined: the provider reads PROXMOX_VE_API_TOKEN itself, and the token stays out of the state. */
  apiToken?: pulumi.Output<string>;
}

const NAMESPACE = "homelab";

/**
 * Reads and checks the whole configuration; the only place that does.
 *
 * @throws RunError with one line per problem, before any resource exists
 */
export function readStackConfig(): StackConfig {
  const config = new pulumi.Config(NAMESPACE);
  const { settings, problems } = checkConfig(rawConfig());
  const found = [...problems];
  const apiToken = config.getSecret("proxmoxApiToken");
  const givenToken = rawConfig().proxmoxApiToken;
  if (!givenToken && !process.env.PROXMOX_VE_API_TOKEN) {
    found.push(
      "proxmoxApiToken: is missing; set it as a secret or run through ./lab, which sets PROXMOX_VE_API_TOKEN",
    );
  }
  if (!settings) throw refusal(found);
  found.push(...trustProblems(process.env[CA_FILE_VARIABLE]));
  const keys = readKeys(process.env[KEY_FILE_VARIABLE], THROUGH_LAB, found);
  if (found.length > 0) throw refusal(found);
  const guests = guestsOf(settings);
  const firewalls = guestFirewalls(settings);
  const { host, port, user, hostKey } = settings.ssh;
  return {
    ...settings,
    guests,
    guest: (name) => guestNamed(guests, name),
    guestsOfRole: (role) => guests.filter((one) => one.role === role),
    ingress: (name) => firewalls.get(name)?.ingress ?? [],
    build: (name) => settings.builds[name],
    allowOutage: process.env.HOMELAB_ALLOW_OUTAGE === "1",
    apiToken: givenToken ? apiToken : undefined,
    access: {
      endpoint: { host, port, user, hostKey },
      privateKey: pulumi.secret(keys.privateKey),
      publicKey: keys.publicKey,
    },
  };
}

/** All keys of our namespace, known to the schema or not. */
function rawConfig(): RawConfig {
  const prefix = `${NAMESPACE}:`;
  const entries = Object.entries(pulumi.runtime.allConfig());
  return Object.fromEntries(
    entries
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** The Proxmox provider has no option for a CA: it must be where Go looks, or TLS fails obscurely. */
function trustProblems(caFile?: string): string[] {
  if (!caFile) return [];
  if (!existsSync(caFile)) {
    return [`${CA_FILE_VARIABLE}: there is no file ${caFile}; ${THROUGH_LAB}`];
  }
  const folders = (process.env.SSL_CERT_DIR ?? "").split(":");
  if (folders.includes(dirname(caFile)) || process.env.SSL_CERT_FILE === caFile) return [];
  return [
    `${CA_FILE_VARIABLE}: the Proxmox provider does not trust ${caFile}, for SSL_CERT_DIR does not have ` +
      `its folder; ${THROUGH_LAB}`,
  ];
}

function refusal(problems: string[]): Error {
  const list = problems.map((problem) => `  ${problem}`).join("\n");
  return new pulumi.RunError(
    `the configuration of stack "${pulumi.getStack()}" is refused:\n${list}`,
  );
}
