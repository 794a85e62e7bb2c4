import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Navigate, useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import { useAct } from "../../shared/act";
import { Field } from "../../shared/field";
import { me } from "../../shared/session";
import { FaultView } from "../../shared/states";
import { useUrl } from "../../shared/url";
import { Door } from "./door";
import style from "./door.module.css";
import { setup } from "./queries";

/** Only addresses of our own are places to go back to. */
export const safeNext = (next: string | undefined) => (next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : "/");

/** The login. A system nobody has set up yet leads to the set-up first. */
export function Login() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [url] = useUrl();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const first = useQuery(setup);
  const enter = useAct({
    run: async () => ok(await api.POST("/session", { body: { login: login.trim(), password } })),
    topics: [],
    done: (person) => {
      queries.clear();
      queries.setQueryData(me.queryKey, person);
      void navigate({ href: safeNext(url.next) });
    },
    failed: () => setPassword(""),
  });
  if (first.data?.needed) return <Navigate to="/setup" />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Door title={t("access.login")} lead={t("access.login_lead")} foot={first.data && `Tuma ${first.data.version}`}>
      {first.data?.demo && <p className={style.lead}>{t("access.demo_hint")}</p>}
      {enter.isError && <FaultView error={enter.error} />}
      <form className={style.form} onSubmit={submit}>
        <Field label={t("access.login_name")}>
          {(id) => <Input id={id} size="large" autoFocus autoComplete="username" value={login} onChange={(e) => setLogin(e.target.value)} />}
        </Field>
        <Field label={t("access.password")}>
          {(id) => <Input.Password id={id} size="large" autoComplete="current-password" value={password} onChange={(e) => setPassword(e.target.value)} />}
        </Field>
        <Button type="primary" htmlType="submit" size="large" disabled={!login.trim() || !password} loading={enter.isPending}>{t("access.login")}</Button>
      </form>
    </Door>
  );
}
