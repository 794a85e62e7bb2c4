import { MessageOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Welcome } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Chip } from "../../shared/chip";
import { Grid, Muted, Page, Row, Section, Stack } from "../../shared/page";
import { useMay } from "../../shared/session";
import { FirstUse, Loaded } from "../../shared/states";
import { ago } from "../../shared/time";
import { Bubble } from "./bubble";
import { WelcomeForm } from "./welcome-form";

/** The messages a customer gets within seconds of the add. */
export function WelcomeLibrary() {
  const { t } = useTranslation();
  const may = useMay();
  const [form, setForm] = useState<Welcome | "new">();
  const query = useQuery({ queryKey: ["welcomes"], queryFn: async () => ok(await api.GET("/welcomes")).items });
  const add = may("welcome.edit") && <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm("new")}>{t("welcome.new")}</Button>;
  return (
    <Page title={t("welcome.title")} lead={t("welcome.lead")} acts={add}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <Section><FirstUse icon={<MessageOutlined />} title={t("welcome.none")} lead={t("welcome.none_lead")} act={add} /></Section>
          ) : (
            <Grid min={360}>{all.map((welcome) => <WelcomeCard key={welcome.id} welcome={welcome} edit={() => setForm(welcome)} />)}</Grid>
          )
        }
      </Loaded>
      {form && <WelcomeForm welcome={form === "new" ? undefined : form} close={() => setForm(undefined)} />}
    </Page>
  );
}

function WelcomeCard({ welcome, edit }: { welcome: Welcome; edit: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const archive = useAct({
    run: async () =>
      ok(await api.PATCH("/welcomes/{id}", { params: { path: { id: welcome.id }, header: ifMatch(welcome.version) }, body: { archived: !welcome.archived } })),
    topics: ["welcomes"],
    said: t("common.done"),
  });
  return (
    <Section
      title={welcome.name}
      extra={
        may("welcome.edit") && (
          <>
            <Button size="small" type="text" loading={archive.isPending} onClick={() => archive.mutate()}>{t(welcome.archived ? "welcome.restore" : "welcome.archive")}</Button>
            <Button size="small" onClick={edit}>{t("common.edit")}</Button>
          </>
        )
      }
    >
      <Stack gap={12}>
        <Bubble text={welcome.text} attachments={welcome.attachments ?? []} />
        <Row between>
          <Row gap={6}>
            <Chip plain tone={welcome.used_by > 0 ? "info" : "quiet"}>{t("welcome.used_by", { count: welcome.used_by })}</Chip>
            {welcome.archived && <Chip>{t("welcome.archived")}</Chip>}
          </Row>
          <Muted small>{t("welcome.updated", { when: ago(welcome.updated_at) })}</Muted>
        </Row>
      </Stack>
    </Section>
  );
}
