import { useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "../shared/session";
import { NoPermission } from "../shared/states";
import { placeOf } from "./nav";

/** Says who may, instead of a page the person may not see. */
export function Guard({ children }: { children: ReactNode }) {
  const may = useMay();
  const place = placeOf(useLocation().pathname);
  if (place && !may(place.permission)) return <NoPermission permission={place.permission} />;
  return <>{children}</>;
}
