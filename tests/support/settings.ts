import assert from "node:assert/strict";
import { checkConfig } from "../../lib/config/checkConfig";
import type { Settings } from "../../lib/stack/settings";
import { completeConfig } from "./stackConfig";

/** The settings of a complete configuration with some changes. */
export function settingsOf(changes: Record<string, string> = {}): Settings {
  const { settings, problems } = checkConfig(completeConfig(changes));
  assert.ok(settings, problems?.join("\n"));
  return settings;
}
