import type { RecordedResource } from "../support/recordingMocks";

/** One bad edit of what the program declares, and the policy that stops it. */
export interface Mutation {
  policy: string;
  name: string;
  edit: (stack: EditedStack) => void;
}

/** What the program declares, to be changed in place. */
export class EditedStack {
  constructor(readonly resources: RecordedResource[]) {}

  resource(name: string): RecordedResource {
    const found = this.resources.find((resource) => resource.name === name);
    if (!found) throw new Error(`no resource ${JSON.stringify(name)}`);
    return found;
  }

  inputs(name: string): RecordedResource["inputs"] {
    return this.resource(name).inputs;
  }

  /** Replaces the first occurrence in a command's script; what is not there is a mistake of the test. */
  script(name: string, from: string | RegExp, to: string): void {
    const inputs = this.inputs(name);
    inputs.create = replaced(name, inputs.create as string, from, to);
  }

  /** Replaces every occurrence in a command's script. */
  everywhereIn(name: string, from: string, to: string): void {
    const inputs = this.inputs(name);
    const text = inputs.create as string;
    replaced(name, text, from, to);
    inputs.create = text.replaceAll(from, () => to);
  }

  append(name: string, line: string): void {
    const inputs = this.inputs(name);
    inputs.create = `${inputs.create as string}\n${line}`;
  }

  /** Replaces the first occurrence in the load balancer's configuration. */
  haproxy(from: string | RegExp, to: string): void {
    const { source } = this.inputs("lb-config") as { source: { assetText: string } };
    source.assetText = replaced("lb-config", source.assetText, from, to);
  }

  /** Replaces a text wherever it stands. */
  everywhere(from: string, to: string): void {
    for (const resource of this.resources) {
      const text = JSON.stringify(resource.inputs).replaceAll(from, to);
      resource.inputs = JSON.parse(text) as RecordedResource["inputs"];
    }
  }

  /** Takes dependencies off a resource. */
  independent(name: string): void {
    this.resource(name).dependencies = [];
  }

  add(type: string, name: string, inputs: RecordedResource["inputs"]): void {
    const urn = `urn:pulumi:dev::homelab::${type}::${name}`;
    this.resources.push({ type, name, inputs, urn, dependencies: [], madeFrom: {} });
  }
}

function replaced(name: string, text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, () => to);
  if (result === text) throw new Error(`${name}: nothing to replace, no ${String(from)} in it`);
  return result;
}
