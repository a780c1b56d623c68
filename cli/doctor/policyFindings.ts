import type { CommandContext } from "../core/command";
import { judgeStored, NothingToJudgeError, type StoredJudgement } from "../policy/judgeStored";
import { nameOf } from "../policy/storedStack";
import { type Finding, ok } from "../prerequisites/findings";

const SUBJECT = "policies";

/** What the policy pack says of the stored state. Of a stack that is not up there is nothing to say. */
export async function policyFindings(context: CommandContext): Promise<Finding[]> {
  try {
    return describe(await judgeStored(context));
  } catch (error) {
    if (error instanceof NothingToJudgeError) return [];
    return [{ subject: SUBJECT, level: "error", found: (error as Error).message, remedy: "" }];
  }
}

/** The remedy is the last part of a policy's message: `subject: what is wrong, got value; remedy`. */
export function describe({ findings, resources }: StoredJudgement): Finding[] {
  if (findings.length === 0) return [ok(SUBJECT, `none is violated by ${resources} resources`)];
  return findings.map(({ policy, level, message, urn }) => {
    const at = message.lastIndexOf("; ");
    const found = at < 0 ? message : message.slice(0, at);
    return {
      subject: SUBJECT,
      level,
      found: `${policy} (${nameOf(urn)}): ${found}`,
      remedy: at < 0 ? "" : message.slice(at + 2),
    };
  });
}
