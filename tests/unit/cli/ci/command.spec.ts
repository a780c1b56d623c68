import assert from "node:assert/strict";
import { childEnvironment } from "../../../../cli/ci/children";
import { command } from "../../../../cli/commands/ci";
import { parseCall } from "../../../../cli/core/command";

/** Runs a call that must end before it touches anything. */
async function refusal(...words: string[]): Promise<string> {
  const call = parseCall("ci", command, words);
  const stack = typeof call.options.stack === "string" ? call.options.stack : "dev";
  try {
    await command.run({ ...call, stack } as never);
  } catch (error) {
    return (error as Error).message;
  }
  return "not refused";
}

describe("ci", () => {
  it("refuses a call that it cannot understand", async () => {
    assert.equal(await refusal(), 'unknown action ""; choose preview, comment or clean');
    assert.match(await refusal("preveiw"), /did you mean preview\?/);
    assert.match(await refusal("preview"), /--base is missing; name what the change is for/);
    for (const [words, option] of [
      [["--rehearse"], "--rehearse"],
      [["--keep"], "--keep"],
      [["--head", "x"], "--head"],
      [["--repository", "x"], "--repository"],
    ] as const) {
      const said = await refusal("preview", "--stack", "home", ...words);
      const wanted = `lab ci preview: ${option} is for previews on an embedded node, got --stack home; leave one out`;
      assert.equal(said, wanted);
    }
  });
});

describe("the environment of a change under preview", () => {
  it("has no secrets, and nothing of the lab or job that calls", () => {
    const kept = { PATH: "/bin", HOME: "/home/a", DOCKER_HOST: "unix:///x", CI: "true", LANG: "C" };
    const secret = {
      ...{ GITHUB_TOKEN: "1", GH_TOKEN: "1", ACTIONS_RUNTIME_TOKEN: "1", GITHUB_OUTPUT: "/f" },
      ...{ PULUMI_CONFIG_PASSPHRASE: "1", PULUMI_BACKEND_URL: "1", PROXMOX_VE_API_TOKEN: "1" },
      ...{ AWS_SECRET_ACCESS_KEY: "1", npm_config_password: "1", SSH_PRIVATE_KEY: "1" },
      ...{ HOMELAB_LAN: "10.0.0.0/24", HOMELAB_SSH_KEY_FILE: "/f", RUNNER_TEMP: "/t" },
    };
    assert.deepEqual(childEnvironment({ ...kept, ...secret }), kept);
    const cache = { HOMELAB_CACHE: "/cache" };
    assert.deepEqual(childEnvironment(cache), cache);
  });
});
