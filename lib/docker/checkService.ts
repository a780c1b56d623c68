import { STORAGE_DRIVERS } from "../stack/settings";

/** Checks of what an app node's service is told; each returns its problems as sentences. */

/** Variables that the app node itself gives the service. */
const OWN_VARIABLES = [
  "PORT",
  "NODE_NAME",
  "STORAGE_DRIVER",
  "PGHOST",
  "PGPORT",
  "PGUSER",
  "PGDATABASE",
  "PGPASSWORD_FILE",
  "PGSSLROOTCERT",
];

export function serviceProblems(port: number, environment: Record<string, string>): string[] {
  const problems: string[] = [];
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push(`servicePort is ${port}; give 1 to 65535`);
  }
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      problems.push(
        `environment has the variable ${JSON.stringify(name)}; use letters, digits and underscore, and no digit first`,
      );
    } else if (OWN_VARIABLES.includes(name)) {
      problems.push(`environment has ${name}, which the app node itself sets; take it out`);
    }
  }
  return problems;
}

export function storageDriverProblems(driver: string): string[] {
  if ((STORAGE_DRIVERS as readonly string[]).includes(driver)) return [];
  return [`storageDriver is ${JSON.stringify(driver)}; choose ${STORAGE_DRIVERS.join(" or ")}`];
}
