import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { linesOf, type Section } from "../script/haproxy";

const VERSIONS = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const DEFAULT_VERSION = "TLSv1.2";
type Config = BridgesConfig & { minVersion?: string };

/** A listener's TLS policy, where it speaks TLS. */
export const lbTls: StackValidationPolicy = {
  name: "lb-tls-policy",
  description: "Listeners that speak TLS accept no version older than TLS 1.2.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      privateBridges: PRIVATE_BRIDGES,
      minVersion: {
        type: "string",
        enum: VERSIONS,
        default: DEFAULT_VERSION,
        description: "The oldest version that a listener may accept.",
      },
    },
  },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<Config>();
    const wanted = config.minVersion ?? DEFAULT_VERSION;
    const lab = labOf(args.resources, config);
    for (const { container, sections = [] } of await settingsOf(lab)) {
      const shared = sections
        .flatMap((s) => SHARED.flatMap((word) => linesOf(s, word).map(optionsOf)))
        .flat();
      for (const section of sections) {
        for (const bind of linesOf(section, "bind").filter((words) => words.includes("ssl"))) {
          const words = [...shared, ...bind];
          const weak = words.findLast((_, i) =>
            /^(ciphers|ciphersuites)$/.test(words[i - 1] ?? ""),
          );
          if (weak && WEAK.test(weak)) {
            reportViolation(
              `${container.label}: ${where(section)} accepts weak ciphers, got ${weak} on bind ` +
                `${bind[1]}; leave ciphers out, or name strong ones`,
              container.urn,
            );
          }
          const off = forbidden(words, wanted);
          if (off) {
            reportViolation(
              `${container.label}: ${where(section)} shuts out newer versions of TLS, got ${off} on bind ` +
                `${bind[1]}; take it out`,
              container.urn,
            );
          }
          const version = minVersion(words);
          if (VERSIONS.indexOf(version) >= VERSIONS.indexOf(wanted)) continue;
          reportViolation(
            `${container.label}: ${where(section)} accepts old versions of TLS, got ${version} on ` +
              `bind ${bind[1]}; set ssl-min-ver ${wanted}`,
            container.urn,
          );
        }
      }
    }
  },
};

/** Suites that encrypt badly or not at all, unless they are taken out by a `!` or `-`. */
const WEAK =
  /(^|[:+])(ALL|COMPLEMENTOFALL|[ae]?NULL|LOW|MEDIUM|EXP\w*|RC4|3?DES|MD5|ADH|AECDH|SEED|IDEA)|@SECLEVEL=[01]\b/i;

/** Lines of `global` that hold for every listener. */
const SHARED = [
  "ssl-default-bind-options",
  "ssl-default-bind-ciphers",
  "ssl-default-bind-ciphersuites",
] as const;

/** As they would stand on a bind line. */
function optionsOf([word = "", ...words]: string[]): string[] {
  const own = /^ssl-default-bind-(ciphers|ciphersuites)$/.exec(word)?.[1];
  return own === undefined ? words : [own, ...words];
}

/** A word after which no safe version is left, or the newest is not. */
function forbidden(words: string[], wanted: string): string | undefined {
  const at = words.lastIndexOf("ssl-max-ver");
  const most = at < 0 ? undefined : words[at + 1];
  if (most !== undefined && VERSIONS.indexOf(most) < VERSIONS.indexOf(wanted))
    return `ssl-max-ver ${most}`;
  const isOff = (version: string) => words.includes(`no-${version.toLowerCase().replace(".", "")}`);
  const safe = VERSIONS.slice(VERSIONS.indexOf(wanted));
  return safe.every(isOff) ? safe.map((one) => `no-${one}`).join(" ") : undefined;
}

const where = ({ kind, name }: Section) => `${kind} ${name}`.trim();

/** HAProxy 2.2 and later start at TLS 1.2 by themselves. */
function minVersion(words: string[]): string {
  const forced = /^force-(.+)$/.exec(words.findLast((word) => /^force-(tls|ssl)/.test(word)) ?? "");
  if (forced) {
    const digits = /(\d)(\d)$/.exec(forced[1] ?? "");
    return digits ? `TLSv${digits[1]}.${digits[2]}` : "SSLv3";
  }
  const at = words.lastIndexOf("ssl-min-ver");
  return at < 0 ? DEFAULT_VERSION : (words[at + 1] ?? DEFAULT_VERSION);
}
