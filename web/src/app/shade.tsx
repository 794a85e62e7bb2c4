import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { firstShade, type Shade, wear } from "./theme";

const Context = createContext<[Shade, () => void]>(["light", () => undefined]);

/** The shade worn now, and how to put on the other. */
export const useShade = () => useContext(Context);

/** Keeps the shade for everything below. */
export function ShadeKeeper({ children }: { children: (shade: Shade) => ReactNode }) {
  const [shade, setShade] = useState(firstShade);
  useEffect(() => {
    document.documentElement.dataset.theme = shade;
  }, [shade]);
  const flip = () => {
    const next = shade === "dark" ? "light" : "dark";
    wear(next);
    setShade(next);
  };
  return <Context value={[shade, flip]}>{children(shade)}</Context>;
}
