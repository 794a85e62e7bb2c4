import { useEffect } from "react";

/** What each key does; "g h" is g and then h within a second. */
export type Hotkeys = Record<string, () => void>;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

/** True while a dialog or drawer is open: its keys are its own. */
const covered = () =>
  document.querySelector(".ant-modal-wrap:not([style*='display: none']), .ant-drawer-open") !== null;

/** Binds keys while mounted; never while the person types or a dialog is open. */
export function useHotkeys(keys: Hotkeys) {
  useEffect(() => {
    let first = "";
    let since = 0;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || covered()) return;
      const pair = Date.now() - since < 1000 ? `${first} ${event.key}` : "";
      const act = keys[pair] ?? keys[event.key];
      [first, since] = [event.key, Date.now()];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [keys]);
}
