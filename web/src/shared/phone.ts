import { useSyncExternalStore } from "react";

const narrow = "(max-width: 767px)";

/** Whether the screen is a phone's, where cards stand in for tables. */
export const usePhone = () =>
  useSyncExternalStore(
    (tell) => {
      const query = window.matchMedia(narrow);
      query.addEventListener("change", tell);
      return () => query.removeEventListener("change", tell);
    },
    () => window.matchMedia(narrow).matches,
  );
