import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { CopyButton } from "../../shared/copy";
import { Facts, Grid, Muted, Page, Section, Stack } from "../../shared/page";
import { dictionary, sources } from "../../shared/metric";
import { useMe } from "../../shared/session";
import { Loaded } from "../../shared/states";
import { nowIso } from "../../shared/time";

const setup = { queryKey: ["setup"], queryFn: async () => ok(await api.GET("/setup")) };

/** Which Tuma this is, where to read on, and what every number means. */
export function About() {
  const { t } = useTranslation();
  const me = useMe();
  const query = useQuery(setup);
  return (
    <Page title={t("nav.about")}>
      <Grid min={360}>
        <Section title="Tuma">
          <Loaded query={query} rows={3}>
            {({ version, demo }) => (
              <Stack>
                <Facts
                  rows={[
                    [t("about.version"), version],
                    [t("about.mode"), t(demo ? "about.demo" : "about.normal")],
                    [t("about.corp"), me.corp_name || "–"],
                    [t("about.api"), <a key="a" href="/api/docs" target="_blank" rel="noreferrer">/api/docs</a>],
                    [t("about.health"), <a key="h" href="/readyz" target="_blank" rel="noreferrer">/readyz</a>],
                  ]}
                />
                <div><CopyButton label={t("about.copy")} text={`Tuma ${version} | ${navigator.userAgent} | ${nowIso()}`} /></div>
              </Stack>
            )}
          </Loaded>
        </Section>
        <Dictionary />
      </Grid>
    </Page>
  );
}

function Dictionary() {
  const { t } = useTranslation();
  const query = useQuery(dictionary);
  return (
    <Section title={t("about.dictionary")}>
      <Loaded query={query}>
        {(metrics) => (
          <Stack gap={12}>
            {metrics.map((metric) => (
              <div key={metric.id}>
                <strong>{metric.name}</strong> <Muted small>{sources(t, metric.source)}</Muted>
                <br /><Muted>{metric.definition}</Muted>
              </div>
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
