import { certificateFingerprint } from "./answers";
import type { Plan } from "./apply";
import { keyFingerprint } from "./login";
import { tokenCommand } from "./rights";

/** What will be touched, in the order of it, with the way back of each. */
export function describePlan(stack: string, plan: Plan): string[] {
  const { login, facts, ca, answers, rights, ownToken } = plan;
  const { values, download } = answers;
  const trust = ca
    ? `its own CA, SHA-256 ${certificateFingerprint(ca)}`
    : "a CA that this machine knows";
  const onNode = [
    ...rights.map(({ command, undo }) => [command, undo] as const),
    ...(ownToken ? [] : [[tokenCommand(stack, "pulumi"), "goes with the user"] as const]),
    ...(download ? [[download, "stays: other CTs may use it"] as const] : []),
  ];
  return [
    `Proxmox VE ${facts.version}, node ${facts.node} at ${plan.apiUrl}`,
    `  API trusted by  ${trust}`,
    `  SSH host key    ${keyFingerprint(login.hostKey)}`,
    "",
    `Stack ${stack}`,
    ...Object.entries(values).map(([key, value]) => `  ${key.padEnd(17)} ${value}`),
    "",
    `On this machine: Pulumi.${stack}.yaml (its token encrypted), the stack in Pulumi's backend, and`,
    `.lab/stacks/${stack} with its SSH key and the CA. On ${login.host}, as root over SSH:`,
    `  authorized_keys: one line, homelab-${stack}`,
    "    undone by: the line is taken out",
    ...onNode.flatMap(([command, back]) => [`  ${command}`, `    undone by: ${back}`]),
    "",
    `All of it is taken back by: ./lab init ${stack} --undo`,
    "The stack itself is made by `up` and removed by `down`: CTs, one bridge, filters of that bridge.",
  ];
}

export function closingWords(stack: string, { answers }: Plan): string[] {
  const { lbLanAddress } = answers.values;
  return [
    "",
    "Next",
    `  ./lab doctor --stack ${stack}  looks at the node and says what is missing`,
    `  ./lab up --stack ${stack}      builds it; the load balancer will be http://${lbLanAddress}/`,
    `  ./lab use ${stack}             makes it the stack of every command that names none`,
  ];
}
