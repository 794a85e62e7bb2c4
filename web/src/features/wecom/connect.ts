import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useAct } from "../../shared/act";

/** How to reach a corp. */
export type Connection = components["schemas"]["PutWeComInBody"];

/** Connects to a corp, or changes how. */
export function useConnect(failed?: (error: unknown) => void) {
  const { t } = useTranslation();
  return useAct({
    run: async (body: Connection) => ok(await api.PUT("/wecom", { body })),
    topics: ["wecom", "home", "session"],
    said: t("wecom.connected"),
    failed,
  });
}
