import { isProfileName, PROFILES } from "../../lib/haproxy/profiles";
import { PROFILE_NAMES } from "../../lib/stack/settings";
import { openPulumi, requireOutputs } from "../lab/session";
import { type Command, UsageError } from "../core/command";
import { withLabLock } from "../../system/labLock";
import { unknownWord } from "../core/suggest";
import { table } from "../core/table";
import { applyProfile } from "../stack/profile";

export const command: Command = {
  usage: `profile [${PROFILE_NAMES.join("|")}]`,
  description:
    "Changes how the load balancer behaves when targets fail, by a reload that loses no request;\n" +
    "it stays until it is changed again. It is an up: other changes that wait are made as well.\n" +
    "Without a name: the profiles, and which one is in force.",
  maxArgs: 1,
  words: PROFILE_NAMES,
  async run(context) {
    const [name] = context.args;
    if (name !== undefined && !isProfileName(name)) {
      throw new UsageError(unknownWord("profile", name, PROFILE_NAMES));
    }
    const before = (await requireOutputs(context)).loadBalancer.profile;
    if (name === undefined) {
      const mark = (profile: string) => (profile === before ? "in force" : "");
      context.print(
        table(
          ["profile", "", "what it does"],
          PROFILE_NAMES.map((profile) => [profile, mark(profile), PROFILES[profile].summary]),
        ),
      );
      return 0;
    }
    return withLabLock(context.paths, "profile", async () => {
      const changes = await applyProfile(context, await openPulumi(context), name);
      context.print(`profile ${before ?? "unknown"} -> ${name}: ${changes}`);
      context.print(PROFILES[name].summary);
      return 0;
    });
  },
};
