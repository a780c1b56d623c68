import assert from "node:assert/strict";
import { explainError, groupFailures } from "../../../../cli/stack/explainError";
import { installDocker } from "../../../../lib/docker/installDocker";

/** As the command plugin quotes a script, in Go's way. */
const quoted = (script: string) => JSON.stringify(script);
const fetching =
  "E: Failed to fetch http://mirror/dists/bookworm/InRelease  Could not connect to 10.10.10.1:3142\n";
const sentence =
  "app1: package lists cannot be read after 15 tries; check nameserver, NAT and aptProxy";

describe("the cause of a failure", () => {
  it("of a command is what it said last, and not its script", () => {
    const script = installDocker("overlay2");
    const message =
      `Process exited with status 1: running ${quoted(script)}:\n` +
      `${fetching.repeat(75)}${sentence}\n`;
    const shown = explainError(message);
    assert.ok(shown.length < 400, shown);
    assert.deepEqual(shown.split("\n"), [fetching.trim(), sentence]);
  });

  it("of a command that said nothing is its exit status", () => {
    assert.equal(
      explainError('Process exited with status 3: running "exit \\"3\\"":\n'),
      "Process exited with status 3",
    );
  });

  for (const ending of ["Process exited with status 100", "exit status 1", "signal: killed"]) {
    it(`of a command that ended with "${ending}" is the same from the plugin that quotes no script`, () => {
      assert.equal(explainError(`${ending}:\n${fetching}${sentence}\n`), `${fetching}${sentence}`);
      const quoting = `error: ${ending}: running ${quoted("a \u0000 \\ \"b\" 'c'\nd")}:\n${sentence}`;
      assert.equal(explainError(quoting), sentence);
      assert.equal(explainError(`${ending}:\n`), ending);
    });
  }

  it("of a command within another error has no script either", () => {
    const script = installDocker("overlay2");
    const message = `unable to delete app1: Process exited with status 1: running ${quoted(script)}: no route`;
    assert.equal(
      explainError(message),
      "unable to delete app1: Process exited with status 1: no route",
    );
  });

  it("of a plugin that panicked is its panic, without the trace", () => {
    const message =
      "panic: nil map\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:12 +0x1d";
    assert.equal(explainError(message), "panic: nil map");
  });

  it("keeps beginning and end of a line that nobody reads whole", () => {
    const shown = explainError(`unable to pull: ${"x".repeat(5000)}: no space left`);
    assert.ok(shown.length < 420, `${shown.length} characters`);
    assert.match(shown, /^unable to pull: x.* … x*: no space left$/);
  });

  it("of Docker's connection is what ssh said, and to whom", () => {
    const message =
      'error during connect: Get "http://docker.example.com/v1.41/info": command [ssh -F none -o ' +
      "BatchMode=yes -o ProxyCommand=ssh -F none -W %h:%p -p 12222 root@127.0.0.1 -l root -p 22 -- " +
      "10.10.10.12 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, " +
      "and Docker 18.09 or later is installed on the remote host: " +
      "stderr=Connection timed out during banner exchange\nConnection to UNKNOWN port 65535 timed out";
    assert.equal(
      explainError(message),
      "ssh to 10.10.10.12 ended with exit status 255: Connection timed out during banner exchange",
    );
  });

  it("of a dynamic provider is its message without the stack", () => {
    const message =
      "Error: unable to start CT 111: exit status 1: startup failed\n" +
      "    at mustRun (/a/provider/ssh.ts:60:11)\n    at async Object.create (/a/x.ts:1:2)";
    assert.equal(explainError(message), "unable to start CT 111: exit status 1: startup failed");
  });

  it("of a Terraform provider is without the frame around it", () => {
    assert.equal(explainError("1 error occurred:\n\t* no space\n\n"), "no space");
  });
});

describe("failures with one cause", () => {
  it("are one line with all that it stopped", () => {
    const failures = ["app1", "app2", "db"].map((ct) => ({
      subject: `${ct}-firewall`,
      text: `${ct}: package lists cannot be read`,
    }));
    assert.deepEqual(groupFailures([...failures, { subject: "lb-ct", text: "no space" }]), [
      "app1-firewall, app2-firewall, db-firewall: package lists cannot be read",
      "lb-ct: no space",
    ]);
  });

  it("may be of no resource", () => {
    assert.deepEqual(groupFailures([{ text: "x" }, { text: "x" }]), ["x"]);
  });
});
