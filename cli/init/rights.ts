import {
  DEPLOYER_PRIVILEGES,
  grants,
  NODE_PRIVILEGES,
  NODE_ROLE,
  ROLE,
} from "../../lib/stack/privileges";
import type { NodeFacts } from "./facts";

/** A step on the Proxmox node: the command that does it, and the one that takes it back. */
export interface Step {
  /** What it does, for people. */
  title: string;
  command: string;
  undo: string;
}

/** User of a stack's token: one for each stack, so that it can go with it. */
export const userOf = (stack: string) => `homelab-${stack}@pve`;

/**
 * Commands for the least role, a user that has it, and nothing that is there already.
 *
 * @throws when a role of that name has other privileges: it is somebody else's
 */
export function rightsSteps(facts: NodeFacts, stack: string): Step[] {
  const user = userOf(stack);
  const roles = [
    { role: ROLE, privileges: DEPLOYER_PRIVILEGES },
    { role: NODE_ROLE, privileges: NODE_PRIVILEGES },
  ].map((wanted) => {
    const found = facts.roles.find(({ roleid }) => roleid === wanted.role);
    // An earlier version's, or somebody's: left alone, and another one is made beside it.
    const fits = !found || sameSet(found.privs.split(/[\s,]+/), wanted.privileges);
    const role = fits ? wanted.role : `${wanted.role}-${stack}`;
    const exists = facts.roles.some(({ roleid }) => roleid === role);
    return { ...wanted, role, exists };
  });
  const [everywhere, onNode] = roles as [(typeof roles)[0], (typeof roles)[0]];
  const made = roles
    .filter(({ exists }) => !exists)
    .map(({ role, privileges }) => ({
      title: `role ${role} with ${privileges.length} privileges`,
      command: `pveum role add ${role} --privs "${privileges.join(" ")}"`,
      undo: `pveum role delete ${role}`,
    }));
  const userStep = {
    title: `user ${user}, who cannot log in but by token`,
    command: `pveum user add ${user} --comment "homelab stack ${stack}"`,
    undo: `pveum user delete ${user}`,
  };
  const hasUser = facts.users.some(({ userid }) => userid === user);
  const aclSteps = grants(facts.node, everywhere.role, onNode.role).map(
    ({ path, role, propagate }) => {
      const words = `${path} --users ${user} --roles ${role}`;
      return {
        title: `${role} for it on ${path}${propagate ? " and below" : " alone"}`,
        command: `pveum acl modify ${words} --propagate ${propagate ? 1 : 0}`,
        undo: `pveum acl delete ${words}`,
      };
    },
  );
  return [...made, ...(hasUser ? [] : [userStep]), ...aclSteps];
}

/** Makes a token of the user; the answer is JSON with its secret as `value`. */
export const tokenCommand = (stack: string, token: string) =>
  `pveum user token add ${userOf(stack)} ${token} --privsep 0 --output-format json`;

export const removeTokenCommand = (stack: string, token: string) =>
  `pveum user token remove ${userOf(stack)} ${token}`;

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
