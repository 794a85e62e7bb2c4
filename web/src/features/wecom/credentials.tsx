import { Alert, Button, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { WeCom } from "../../api/types";
import { useAct } from "../../shared/act";
import { CopyButton } from "../../shared/copy";
import { Field, wrongWith } from "../../shared/field";
import { Facts, Grid, Muted, Row, Section, Stack } from "../../shared/page";
import { FaultView } from "../../shared/states";
import { useConnect } from "./connect";

/** The corp's ids and secret, then the callback that WeCom wants. */
export function Credentials({ connection }: { connection: WeCom }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({
    corp_id: connection.mode === "real" ? connection.corp_id : "",
    agent_id: connection.mode === "real" && connection.agent_id ? connection.agent_id : undefined,
    secret: "",
  });
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const connect = useConnect(() => undefined);
  const fault = connect.error;
  const kept = connection.mode === "real" && connection.secret_set;
  const ready = form.corp_id.trim() && form.agent_id && (form.secret || kept);
  const save = () => connect.mutate({ mode: "real", corp_id: form.corp_id.trim(), agent_id: form.agent_id, secret: form.secret.trim() || undefined });
  return (
    <>
      <Section title={t("wecom.step_credentials")}>
        <Stack>
          {connect.isError && <FaultView error={fault} />}
          <Grid min={240}>
            <Field label={t("wecom.corp_id")} required help={t("wecom.corp_id_help")} wrong={wrongWith(fault, "corp_id")}>
              {(id) => <Input id={id} autoComplete="off" placeholder="ww…" value={form.corp_id} onChange={(e) => set({ corp_id: e.target.value })} />}
            </Field>
            <Field label={t("wecom.agent_id")} required help={t("wecom.agent_id_help")} wrong={wrongWith(fault, "agent_id")}>
              {(id) => <InputNumber id={id} style={{ width: "100%" }} controls={false} placeholder="1000002" value={form.agent_id} onChange={(n) => set({ agent_id: n ?? undefined })} />}
            </Field>
            <Field label={t("wecom.secret")} required={!kept} help={t(kept ? "wecom.secret_kept" : "wecom.secret_help")} wrong={wrongWith(fault, "secret")}>
              {(id) => <Input.Password id={id} autoComplete="off" value={form.secret} onChange={(e) => set({ secret: e.target.value })} />}
            </Field>
          </Grid>
          <div><Button type="primary" disabled={!ready} loading={connect.isPending} onClick={save}>{t("wecom.save")}</Button></div>
        </Stack>
      </Section>
      <Callback connection={connection} />
    </>
  );
}

/** The three things to copy into WeCom's form. Token and key are shown once. */
function Callback({ connection }: { connection: WeCom }) {
  const { t } = useTranslation();
  const make = useAct({
    run: async () => ok(await api.POST("/wecom/callback-secret")),
    topics: ["wecom"],
  });
  const fresh = make.data;
  const set = (yes: boolean) => (yes ? t("wecom.is_set") : <Muted>{t("wecom.not_set")}</Muted>);
  const copied = (text: string) => <Row gap={4}><code style={{ overflowWrap: "anywhere" }}>{text}</code><CopyButton text={text} /></Row>;
  return (
    <Section title={t("wecom.step_callback")} extra={<Button size="small" loading={make.isPending} onClick={() => make.mutate()}>{t(connection.token_set ? "wecom.renew_callback" : "wecom.make_callback")}</Button>}>
      <Stack>
        <Muted>{t("wecom.callback_lead")}</Muted>
        {fresh && <Alert type="warning" showIcon title={t("wecom.callback_once")} />}
        <Facts
          rows={[
            ["URL", copied(connection.callback_url)],
            ["Token", fresh ? copied(fresh.token) : set(connection.token_set)],
            ["EncodingAESKey", fresh ? copied(fresh.aes_key) : set(connection.aes_key_set)],
          ]}
        />
      </Stack>
    </Section>
  );
}
