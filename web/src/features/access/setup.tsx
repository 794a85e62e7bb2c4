import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate, useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useAct } from "../../shared/act";
import { Field, wrongWith } from "../../shared/field";
import { me } from "../../shared/session";
import { FaultView } from "../../shared/states";
import { spoken } from "../../shared/text";
import { Door } from "./door";
import style from "./door.module.css";
import { setup } from "./queries";

/** The shortest password the server takes. */
export const passwordLength = 12;

/** The first account, opened with the token that the server printed when it started. */
export function Setup() {
  const { t } = useTranslation();
  const first = useQuery(setup);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState({ token: "", login: "", name: "", password: "" });
  const make = useAct({
    run: async () => ok(await api.POST("/setup", { body: { ...form, token: form.token.trim(), locale: spoken() } })),
    topics: [],
    done: (person) => {
      queries.clear();
      queries.setQueryData(me.queryKey, person);
      void navigate({ to: "/settings/wecom" });
    },
    failed: () => undefined,
  });
  if (first.data && !first.data.needed) return <Navigate to="/login" />;
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const ready = form.token.trim() && form.login.trim() && form.name.trim() && form.password.length >= passwordLength;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  const fault = make.error;
  return (
    <Door title={t("access.setup")} lead={t("access.setup_lead")} foot={first.data && `Tuma ${first.data.version}`}>
      {make.isError && <FaultView error={fault} />}
      <form className={style.form} onSubmit={submit}>
        <Field label={t("access.token")} required help={t("access.token_help")} wrong={wrongWith(fault, "token")}>
          {(id) => <Input id={id} size="large" autoFocus autoComplete="off" value={form.token} onChange={(e) => set({ token: e.target.value })} />}
        </Field>
        <Field label={t("access.your_name")} required wrong={wrongWith(fault, "name")}>
          {(id) => <Input id={id} size="large" autoComplete="name" maxLength={30} value={form.name} onChange={(e) => set({ name: e.target.value })} />}
        </Field>
        <Field label={t("access.login_name")} required help={t("access.login_name_help")} wrong={wrongWith(fault, "login")}>
          {(id) => <Input id={id} size="large" autoComplete="username" maxLength={40} value={form.login} onChange={(e) => set({ login: e.target.value })} />}
        </Field>
        <Field label={t("access.password")} required help={t("access.password_help", { n: passwordLength })} wrong={wrongWith(fault, "password")}>
          {(id) => <Input.Password id={id} size="large" autoComplete="new-password" value={form.password} onChange={(e) => set({ password: e.target.value })} />}
        </Field>
        <Button type="primary" htmlType="submit" size="large" disabled={!ready} loading={make.isPending}>{t("access.setup_act")}</Button>
      </form>
    </Door>
  );
}
