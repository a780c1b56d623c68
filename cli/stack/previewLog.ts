/**
 * Pulumi's preview as it is worth having in a log: without the progress, and each error once. Where it
 * has no terminal, Pulumi writes an error in the row of its resource and again under "Diagnostics".
 */
export function previewLog(print: (line: string) => void): (line: string) => void {
  let diagnostics = false;
  return (line) => {
    if (line.startsWith("Diagnostics:")) diagnostics = true;
    if (line.startsWith("@ ")) return;
    print(diagnostics ? line : line.replace(rowError, "$1 error, see below"));
  };
}

/** A row: an operation's sign, type and name, state, and what was said last. */
const rowError = /^( [ +~-]{1,3} +\S+:\S+ .*?) +error: .*$/;
