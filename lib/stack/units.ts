/** systemd units of the services, as Debian 12 names them. */

export const HAPROXY_UNIT = "haproxy.service";
export const DOCKER_UNIT = "docker.service";
/** Debian 12's version of PostgreSQL; its configuration folder and its unit are named after it. */
export const POSTGRES_VERSION = "15";
export const POSTGRES_UNIT = `postgresql@${POSTGRES_VERSION}-main.service`;
