import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WeCom } from "../../api/types";
import { Chip, type Tone } from "../../shared/chip";
import { Muted, Page, Row, Section, Stack } from "../../shared/page";
import { Loaded } from "../../shared/states";
import { Checks } from "./checks";
import { Credentials } from "./credentials";
import { wecom } from "./queries";
import { Sandbox } from "./sandbox";
import { Syncs } from "./syncs";

const tones: Record<WeCom["mode"], Tone> = { none: "quiet", sandbox: "info", real: "good" };

/** Connects a corp: credentials, callback, machine checks, first sync. */
export function WeComPage() {
  const { t } = useTranslation();
  const query = useQuery(wecom);
  return (
    <Page
      title={t("wecom.title")}
      lead={t("wecom.lead")}
      chips={query.data && <Chip tone={tones[query.data.mode]}>{t(`wecom.mode.${query.data.mode}`)}</Chip>}
    >
      <Loaded query={query} rows={10}>{(connection) => <Steps connection={connection} />}</Loaded>
    </Page>
  );
}

function Steps({ connection }: { connection: WeCom }) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<"sandbox" | "real">(connection.mode === "real" ? "real" : "sandbox");
  return (
    <Stack>
      <Section title={t("wecom.which")}>
        <Stack>
          <Row><Segmented value={mode} onChange={setMode} options={(["sandbox", "real"] as const).map((value) => ({ value, label: t(`wecom.mode.${value}`) }))} /></Row>
          <Muted>{t(`wecom.mode_lead.${mode}`)}</Muted>
          {mode === "sandbox" && <Sandbox connection={connection} />}
        </Stack>
      </Section>
      {mode === "real" && <Credentials connection={connection} />}
      {connection.mode !== "none" && (
        <>
          <Checks last={connection.last_check ?? []} />
          <Syncs />
        </>
      )}
    </Stack>
  );
}
