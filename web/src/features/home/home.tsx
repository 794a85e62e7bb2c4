import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Home } from "../../api/types";
import { Page, Stack } from "../../shared/page";
import { useMe } from "../../shared/session";
import { Loaded, Stale } from "../../shared/states";
import { Fresh } from "../../shared/table";
import { usePhone } from "../../shared/phone";
import { Capacity, Changes, Channels, Health } from "./blocks";
import style from "./home.module.css";
import { Kpis } from "./kpis";
import { Onboarding } from "./onboarding";
import { Todos } from "./todos";

const home = queryOptions({
  queryKey: ["home"],
  queryFn: async () => ok(await api.GET("/home")),
  refetchInterval: 60_000,
});

/** Does anything need me now, and is today normal? */
export function HomePage() {
  const { t } = useTranslation();
  const query = useQuery(home);
  const me = useMe();
  return (
    <Page title={t("home.hello", { name: me.name })} tab={t("nav.home")} acts={<Fresh at={query.dataUpdatedAt} />}>
      <Loaded query={query} rows={12}>{(today) => <Today today={today} />}</Loaded>
    </Page>
  );
}

/** Getting started is over when a code has been made and scanned. */
const begun = ({ onboarding, channels }: Home) =>
  channels.length > 0 || onboarding.every((step) => step.done || step.step === "invite");

function Today({ today }: { today: Home }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const todos = <Todos todos={today.todos} />;
  return (
    <Stack>
      {today.health.wecom === "down" && <Stale>{t("home.wecom_down")}</Stale>}
      {phone && begun(today) && today.todos.length > 0 && todos}
      <Kpis kpis={today.kpis} weak={today.weak_share} />
      {begun(today) ? (
          <div className={style.two}>
            <Stack>
              {(!phone || today.todos.length === 0) && todos}
              <Channels channels={today.channels} />
            </Stack>
            <Stack>
              <Capacity capacity={today.capacity} />
              <Changes changes={today.changes} />
            </Stack>
          </div>
      ) : (
        <Onboarding steps={today.onboarding} />
      )}
      <Health health={today.health} />
    </Stack>
  );
}
