import type { LiveMessage } from "../message";
import { element, type Page } from "./page";

/** Follows the lab over server-sent events, and does what buttons say. */
export function live(page: Page): void {
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const address = (path: string) => `${path}?token=${encodeURIComponent(token)}`;
  element<HTMLAnchorElement>("save").href = address("/replay");
  const source = new EventSource(address("/events"));
  source.onmessage = ({ data }: MessageEvent<string>) => {
    element("connection").textContent = "";
    page.show(JSON.parse(data) as LiveMessage);
  };
  source.onerror = () => {
    element("connection").textContent =
      "./lab dashboard does not answer: what stands here is what was seen last.";
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-action]")) {
    button.addEventListener("click", () => void act(button, token));
  }
}

async function act(button: HTMLButtonElement, token: string): Promise<void> {
  const { action, target } = button.dataset;
  const command = button.querySelector("code")?.textContent ?? "";
  const say = (text: string, bad = false) => {
    element("result").textContent = text;
    element("result").classList.toggle("bad", bad);
  };
  say(`${command} …`);
  button.disabled = true;
  try {
    const answer = await fetch("/action", {
      method: "POST",
      headers: { "content-type": "application/json", "x-lab-token": token },
      body: JSON.stringify({ action, target }),
    });
    const { said = "" } = (await answer.json()) as { said?: string };
    say(`${command}\n${said}`, !answer.ok);
  } catch (error) {
    say(`${command}: ${(error as Error).message}`, true);
  } finally {
    button.disabled = false;
    button.focus();
  }
}
