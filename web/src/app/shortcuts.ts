import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { useHotkeys } from "../shared/hotkeys";
import { useMay } from "../shared/session";

/** Puts the cursor into the page's search field. */
const focusSearch = () => document.querySelector<HTMLInputElement>("[data-search] input, input[data-search]")?.focus();

/** The keys that work on every page. */
export function useShortcuts(openPalette: (open: boolean) => void, openHelp: (open: boolean) => void) {
  const navigate = useNavigate();
  const may = useMay();
  const create = may("code.create");
  const keys = useMemo(
    () => ({
      c: () => create && void navigate({ to: "/codes/new" }),
      "/": focusSearch,
      "?": () => openHelp(true),
      "g h": () => void navigate({ to: "/" }),
      "g c": () => void navigate({ to: "/codes" }),
      "g k": () => void navigate({ to: "/customers" }),
      "g r": () => void navigate({ to: "/trace" }),
    }),
    [navigate, create, openHelp],
  );
  useHotkeys(keys);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette(true);
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [openPalette]);
}
