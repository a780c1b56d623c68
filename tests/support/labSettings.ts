import { checkConfig } from "../../lib/config/checkConfig";
import type { Settings } from "../../lib/stack/settings";
import { completeConfig } from "./stackConfig";

/** The settings of a complete configuration with these changes. */
export function labSettings(changes: Record<string, string> = {}): Settings {
  const { settings, problems } = checkConfig(completeConfig(changes));
  if (!settings) throw new Error(problems.join("\n"));
  return settings;
}
