/** Numeric, since an image that starts from nothing has no tool to add users with. */
export const SERVICE_UID = 10001;

export const PASSWD = [
  "root:x:0:0:root:/:/nonexistent",
  `app:x:${SERVICE_UID}:${SERVICE_UID}:service:/app:/nonexistent`,
  "",
].join("\n");

export const GROUP = ["root:x:0:", `app:x:${SERVICE_UID}:`, ""].join("\n");

/** The recipe; `libraryFolders` are where the loader must look for the copied libraries. */
export function renderDockerfile(libraryFolders: string[]): string {
  const environment = ["NODE_ENV=production", "PORT=3000"];
  if (libraryFolders.length) environment.push(`LD_LIBRARY_PATH=${libraryFolders.join(":")}`);
  return [
    "FROM scratch",
    "COPY rootfs/ /",
    `ENV ${environment.join(" ")}`,
    "WORKDIR /app",
    `USER ${SERVICE_UID}:${SERVICE_UID}`,
    "EXPOSE 3000",
    'ENTRYPOINT ["/usr/local/bin/node", "/app/server.cjs"]',
    "",
  ].join("\n");
}
