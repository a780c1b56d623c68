import { KEY_FILE_VARIABLE } from "../../lib/stack/machineFiles";
import type { StackExport } from "../stack/interrupted";
import { resourcesOf } from "../stack/stackState";

/**
 * The key pair with which a stack was brought up, from an export of its state with its secrets.
 *
 * @throws Error where it has none
 */
export function keysOf(
  state: StackExport,
  stack: string,
): { privateKey: string; publicKey: string } {
  const resources = resourcesOf(state);
  const first = <T>(type: RegExp, pick: (inputs: Record<string, unknown>) => T | undefined) =>
    resources
      .filter((one) => type.test(one.type))
      .map(({ inputs = {} }) => pick(inputs))
      .find((one) => one !== undefined);
  const publicKey = first(/^proxmoxve:.*:Container(Legacy)?$/, ({ initialization }) => {
    const { userAccount } = (initialization ?? {}) as { userAccount?: { keys?: string[] } };
    return userAccount?.keys?.[0];
  });
  const privateKey = first(/^command:remote:Command$/, ({ connection }) => {
    const { plaintext } = (connection ?? {}) as { plaintext?: string };
    const opened = plaintext === undefined ? connection : (JSON.parse(plaintext) as unknown);
    const key = ((opened ?? {}) as { privateKey?: unknown }).privateKey;
    return typeof key === "string" ? key : undefined;
  });
  if (publicKey !== undefined && privateKey !== undefined) return { privateKey, publicKey };
  throw new Error(
    `stack "${stack}": its state has no SSH key, so nothing is up; set ${KEY_FILE_VARIABLE} to a private key's path, ` +
      "with the public one beside it",
  );
}
