import { useQuery } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useAct } from "../../shared/act";
import { Chip } from "../../shared/chip";
import { Field, wrongWith } from "../../shared/field";
import { Grid, Muted, Row, Section, Stack } from "../../shared/page";
import { useMe } from "../../shared/session";
import { FaultView, Loaded } from "../../shared/states";
import { ago } from "../../shared/time";
import { sessions } from "./queries";
import { passwordLength } from "./setup";

/** What everybody may change about themselves. */
export function MyAccount() {
  return (
    <Grid min={320}>
      <Stack><MyName /><MyPassword /></Stack>
      <MySessions />
    </Grid>
  );
}

function MyName() {
  const { t } = useTranslation();
  const me = useMe();
  const [name, setName] = useState(me.name);
  const save = useAct({
    run: async () => ok(await api.PATCH("/session", { body: { name: name.trim() } })),
    topics: ["session"],
    said: t("common.saved"),
  });
  return (
    <Section title={t("access.my_name")}>
      <Row>
        <Input style={{ maxWidth: 260 }} maxLength={30} aria-label={t("access.my_name")} value={name} onChange={(e) => setName(e.target.value)} />
        <Button disabled={!name.trim() || name.trim() === me.name} loading={save.isPending} onClick={() => save.mutate()}>{t("common.save")}</Button>
      </Row>
    </Section>
  );
}

function MyPassword() {
  const { t } = useTranslation();
  const [form, setForm] = useState({ old: "", new: "" });
  const save = useAct({
    run: async () => ok(await api.PATCH("/session", { body: { password: form } })),
    topics: ["sessions"],
    said: t("access.password_changed"),
    done: () => setForm({ old: "", new: "" }),
    failed: () => undefined,
  });
  return (
    <Section title={t("access.change_password")}>
      <Stack>
        {save.isError && <FaultView error={save.error} />}
        <Field label={t("access.old_password")} wrong={wrongWith(save.error, "old")}>
          {(id) => <Input.Password id={id} autoComplete="current-password" value={form.old} onChange={(e) => setForm({ ...form, old: e.target.value })} />}
        </Field>
        <Field label={t("access.new_password")} help={t("access.password_help", { n: passwordLength })} wrong={wrongWith(save.error, "new")}>
          {(id) => <Input.Password id={id} autoComplete="new-password" value={form.new} onChange={(e) => setForm({ ...form, new: e.target.value })} />}
        </Field>
        <div><Button disabled={!form.old || form.new.length < passwordLength} loading={save.isPending} onClick={() => save.mutate()}>{t("access.change_password")}</Button></div>
      </Stack>
    </Section>
  );
}

function MySessions() {
  const { t } = useTranslation();
  const query = useQuery(sessions);
  const end = useAct({
    run: async (id: string) => ok(await api.DELETE("/sessions/{id}", { params: { path: { id } } })),
    topics: ["sessions"],
    said: t("access.session_ended"),
  });
  return (
    <Section title={t("access.sessions")} extra={t("access.sessions_lead")}>
      <Loaded query={query} rows={3}>
        {(list) => (
          <Stack gap={12}>
            {list.map((session) => (
              <Row key={session.id} between>
                <span>
                  {session.address || "–"} {session.current && <Chip tone="good">{t("access.this_device")}</Chip>}
                  <br /><Muted small>{session.agent.slice(0, 60)} · {ago(session.seen_at)}</Muted>
                </span>
                {!session.current && <Button size="small" onClick={() => end.mutate(session.id)}>{t("access.end_session")}</Button>}
              </Row>
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
