import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReport } from "../../../../cli/ci/checkReport";
import { comment } from "../../../../cli/ci/comment";
import { fileOfZip } from "../../../../cli/ci/zip";
import { makeZip } from "../../../support/makeZip";
import { EXAMPLES, example } from "../../../support/previewReports";

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const reportZip = (value: unknown) =>
  makeZip({ "preview.md": json(""), "report.json": json(value) });

describe("a file of a stranger's ZIP", () => {
  it("is read whatever else is beside it", () => {
    const archive = makeZip({ "../../etc/passwd": json("x"), "report.json": json({ a: 1 }) });
    assert.deepEqual(fileOfZip(archive, "report.json", 100), json({ a: 1 }));
  });

  it("is refused when it is too large, damaged or missing", () => {
    const bomb = makeZip({ "report.json": Buffer.alloc(50_000_000) });
    assert.ok(bomb.length < 100_000, "it is packed well");
    assert.throws(() => fileOfZip(bomb, "report.json", 1000), /larger than 1000 bytes/);
    assert.throws(() => fileOfZip(reportZip({}), "other.json", 1000), /has no other\.json/);
    assert.throws(() => fileOfZip(Buffer.from("no zip"), "report.json", 9), /is no ZIP/);
    const damaged = reportZip({ a: "aaaaaaaaaaaaaaaaaaaa" });
    const inside = damaged.indexOf("report.json") + "report.json".length + 5;
    damaged.writeUInt8(damaged[inside]! ^ 255, inside);
    assert.throws(() => fileOfZip(damaged, "report.json", 1000), /damaged/);
  });
});

describe("a stranger's report", () => {
  it("is taken when it is one of ours", () => {
    for (const one of Object.values(EXAMPLES)) {
      assert.deepEqual(readReport(JSON.stringify(one)), JSON.parse(JSON.stringify(one)));
    }
  });

  it("is refused where anything is not as it must be", () => {
    const cases: [object, RegExp][] = [
      [{ ...example(), verdict: "approved" }, /verdict must be one of ok/],
      [{ ...example(), html: "<b>" }, /html must be left out/],
      [{ ...example(), labels: "allow-data-loss" }, /labels must be a list/],
      [{ ...example(), texts: [{ title: "x" }] }, /texts\[0\]\.diff must be a text/],
      [{ ...example(), changes: new Array(20_000).fill({}) }, /changes must be a list/],
      [[], /report must be an object/],
    ];
    for (const [value, message] of cases) {
      assert.throws(() => readReport(JSON.stringify(value)), message);
    }
    assert.throws(() => readReport("{"), /is no JSON/);
  });
});

interface Call {
  method: string;
  path: string;
  body?: { body: string };
}

/** A GitHub with one pull request, which a fork made, and one finished run. */
class FakeGitHub {
  readonly calls: Call[] = [];
  archive = reportZip(example());
  size = 1000;
  comments: { id: number; body: string; user: { type: string } }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const path = request.url!;
        const body = text ? (JSON.parse(text) as { body: string }) : undefined;
        if (request.method !== "GET") this.calls.push({ method: request.method!, path, body });
        const answer = this.answer(path);
        if (answer instanceof Buffer) response.end(answer);
        else response.end(JSON.stringify(answer));
      });
    });
  }

  private answer(path: string): unknown {
    if (path.startsWith("/repos/o/r/pulls?")) {
      assert.ok(path.includes("head=stranger%3Achange"), path);
      return [{ number: 12, head: { sha: "abc" } }];
    }
    if (path.endsWith("/zip")) return this.archive;
    if (path.includes("/artifacts?")) {
      return { artifacts: [{ id: 5, name: "preview-report", size_in_bytes: this.size }] };
    }
    return path.includes("page=1") ? this.comments : {};
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe("the comment on a pull request", () => {
  const folder = mkdtempSync(join(tmpdir(), "event-"));
  let api: FakeGitHub;
  let url: string;

  beforeEach(async () => {
    api = new FakeGitHub();
    url = await api.start();
  });
  afterEach(() => api.stop());
  after(() => rmSync(folder, { recursive: true }));

  const write = (changes: object = {}) => {
    const file = join(folder, "event.json");
    const run = {
      ...{ id: 77, event: "pull_request", head_sha: "abc", head_branch: "change" },
      head_repository: { owner: { login: "stranger" } },
      ...changes,
    };
    writeFileSync(file, JSON.stringify({ workflow_run: run }));
    return comment({
      ...{ GITHUB_EVENT_PATH: file, GITHUB_API_URL: url, GITHUB_TOKEN: "t" },
      ...{ GITHUB_REPOSITORY: "o/r", GITHUB_SERVER_URL: "https://github.example" },
    });
  };

  it("is written once, and then brought up to date", async () => {
    assert.equal(await write(), "pull request 12: a comment is written");
    const [first] = api.calls;
    assert.equal(first?.path, "/repos/o/r/issues/12/comments");
    assert.match(first?.body?.body ?? "", /^<!-- homelab-preview -->[^]*actions\/runs\/77/);
    api.comments = [
      { id: 1, body: "<!-- homelab-preview --> mine", user: { type: "User" } },
      { id: 2, body: first.body!.body, user: { type: "Bot" } },
    ];
    assert.equal(await write(), "pull request 12: the comment is brought up to date");
    assert.equal(api.calls[1]?.method, "PATCH");
    assert.equal(api.calls[1]?.path, "/repos/o/r/issues/comments/2", "somebody else's stays");
  });

  it("goes to no pull request that has other commits by now", async () => {
    assert.match(await write({ head_sha: "older" }), /nothing to do/);
    assert.match(await write({ event: "push" }), /nothing to do/);
    assert.deepEqual(api.calls, []);
  });

  it("shows nothing of a report that is not as ours are", async () => {
    for (const archive of [
      reportZip({ ...example(), verdict: "<h1>approved</h1>" }),
      makeZip({ "report.json": Buffer.alloc(20_000_000) }),
      Buffer.from("<h1>approved</h1>"),
    ]) {
      api.archive = archive;
      await write();
    }
    api.size = 50_000_000;
    await write();
    const bodies = api.calls.map(({ body }) => body?.body ?? "");
    assert.equal(bodies.length, 4);
    for (const body of bodies) {
      assert.doesNotMatch(body, /approved/);
      assert.match(body, /❌ Preview: its report is/);
    }
  });

  it("has hostile names as text only", async () => {
    api.archive = reportZip(
      example({
        consequences: {
          traffic: ["@all <img src=x> ![](https://e.example)"],
          dataLoss: [],
          data: [],
        },
      }),
    );
    await write();
    assert.doesNotMatch(api.calls[0]!.body!.body, /@all|<img|!\[|https:\/\/e\.example/);
  });

  it("is refused outside of such a workflow", async () => {
    await assert.rejects(comment({}), /GITHUB_REPOSITORY: is not set/);
  });
});
