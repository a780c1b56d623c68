import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { DOCKER_CONTAINER, REMOTE_IMAGE } from "../docker";
import { assetText } from "../haproxy";
import { asList, asProps, asText, propsOf } from "../plain";

const NAME =
  /(pass(word|wd|phrase)?|secret|token|api_?key|private_?key|access_?key|credential|auth)$/i;
const FILE = /_file$|_path$|file$/i;
/** `scheme://user:password@host` */
const URL = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@/i;
/** A password that is written out in a script: an assignment, an option, SQL. */
const IN_SCRIPT: readonly RegExp[] = [
  /\b(PGPASSWORD|MYSQL_PWD|[A-Z_]*(?:PASSWORD|SECRET|TOKEN|API_KEY))=(?!["']?[$<]|["']?\s|["']?$)["']?[^\s"'$;]{3,}/m,
  /\bPASSWORD\s+'(?!\$|\s)[^'$]{3,}'/i,
  /--password[= ](?!["']?[$-])["']?[^\s"'$;]{3,}/,
  /\|\s*chpasswd\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(insecure-)?password\s+(?!\$)[^\s$"']{6,}\s*$/im,
];

/** A password that is told in words. */
const SAID = /\b(password|passwd|passphrase|secret|token|api[ _-]?key)\s*(:|=|is)\s*\S{3,}/i;
/** A header that HAProxy sends, with somebody's key in it. */
const IN_HEADER =
  /\b(?:(?:set|add)-header|hdr)\s+(?:proxy-authorization|authorization|x-api-key|x-auth-token|cookie)\s+"?(?![^\n"]*%\[)[^\n]{6,}/i;

/** What is written out is in the state, in diffs and in `docker inspect`, for everybody who can see one of them. */
export const plainSecrets: StackValidationPolicy = {
  name: "no-plain-secrets",
  description:
    "No password, token or key stands in a container's environment, labels or arguments, or in the text of a " +
    "script; they come by files and standard input.",
  enforcementLevel: "mandatory",
  validateStack: async (args, reportViolation) => {
    for (const resource of args.resources) {
      const where = secretIn(resource) ?? (await secretInFile(resource));
      if (!where) continue;
      reportViolation(
        `${JSON.stringify(resource.name)}: a secret is written out, got ${where}; give it by a file or by ` +
          "standard input",
        resource.urn,
      );
    }
  },
};

/** Where the secret is; never what it is. */
function secretIn({ type, props }: PolicyResource): string | undefined {
  const own = propsOf(props);
  if (type === DOCKER_CONTAINER) {
    const named = asList(own.envs).map((one) => asText(one) ?? "");
    const variable = named.find(isSecret);
    if (variable !== undefined) return `variable ${variable.split("=")[0]}`;
    const words = [...asList(own.command), ...asList(own.entrypoints)].map(
      (one) => asText(one) ?? "",
    );
    if (words.some((one) => URL.test(one) || isSecret(one.replace(/^-+/, ""))))
      return "its arguments";
    const label = asList(own.labels)
      .map(asProps)
      .find((one) => isSecret(`${asText(one.label)}=${asText(one.value)}`));
    return label && `label ${asText(label.label)}`;
  }
  if (type === REMOTE_IMAGE) {
    const given = Object.entries(asProps(asProps(own.build).buildArgs));
    const secret = given.find(([key, value]) => isSecret(`${key}=${asText(value) ?? ""}`));
    return secret && `build argument ${secret[0]}`;
  }
  const shown = asText(own.description) ?? asText(own.comment);
  if (shown !== undefined && SAID.test(shown)) return "its description";
  if (!/^command:/.test(type)) return undefined;
  const variables = Object.entries(asProps(own.environment));
  const secret = variables.find(([key, value]) => isSecret(`${key}=${asText(value) ?? ""}`));
  if (secret) return `variable ${secret[0]}`;
  for (const verb of ["create", "update", "delete"]) {
    const text = asText(own[verb]);
    if (text !== undefined && IN_SCRIPT.some((pattern) => pattern.test(text))) return `its ${verb}`;
  }
  return undefined;
}

/** Where a secret is in a file that is copied. */
async function secretInFile(resource: PolicyResource): Promise<string | undefined> {
  if (!resource.type.startsWith("command:remote:Copy")) return undefined;
  const text = await assetText(resource);
  return text !== undefined && IN_HEADER.test(text) ? "a header in its text" : undefined;
}

function isSecret(assignment: string): boolean {
  const at = assignment.indexOf("=");
  if (at < 0) return false;
  const [name, value] = [assignment.slice(0, at), assignment.slice(at + 1)];
  if (value === "") return false;
  if (URL.test(value)) return true;
  return NAME.test(name) && !FILE.test(name) && !value.startsWith("/");
}
