import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";
import type { Account } from "../../api/types";
import { ifMatch, useAct } from "../../shared/act";
import { Field, wrongWith } from "../../shared/field";
import { Stack } from "../../shared/page";
import { StaffPicker } from "../../shared/pickers/option-pickers";
import { FaultView } from "../../shared/states";
import { roles } from "./queries";
import { passwordLength } from "./setup";

type Form = { login: string; name: string; password: string; role: string; scope: Account["scope"]; staff?: string };

const formOf = (account?: Account): Form => ({
  login: account?.login ?? "", name: account?.name ?? "", password: "",
  role: account?.role ?? "operations", scope: account?.scope ?? "all", staff: account?.staff || undefined,
});

/** Opens an account, or changes one. */
export function AccountForm({ account, close }: { account?: Account; close: () => void }) {
  const { t } = useTranslation();
  const known = useQuery(roles).data ?? [];
  const [form, setForm] = useState(() => formOf(account));
  const set = (part: Partial<Form>) => setForm({ ...form, ...part });
  const save = useAct({ run: () => write(form, account), topics: ["accounts"], said: t("common.saved"), done: close, failed: () => undefined });
  const fault = save.error;
  const ready = form.name.trim() && form.login.trim() && (account ? !form.password || form.password.length >= passwordLength : form.password.length >= passwordLength);
  return (
    <Drawer
      open
      size={420}
      title={t(account ? "access.edit_account" : "access.new_account")}
      onClose={close}
      footer={<Button type="primary" block disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>{t("common.save")}</Button>}
    >
      <Stack>
        {save.isError && <FaultView error={fault} />}
        <Field label={t("access.your_name")} required wrong={wrongWith(fault, "name")}>
          {(id) => <Input id={id} maxLength={30} value={form.name} onChange={(e) => set({ name: e.target.value })} />}
        </Field>
        <Field label={t("access.login_name")} required wrong={wrongWith(fault, "login")}>
          {(id) => <Input id={id} maxLength={40} disabled={!!account} autoComplete="off" value={form.login} onChange={(e) => set({ login: e.target.value })} />}
        </Field>
        <Field label={t(account ? "access.new_password_optional" : "access.password")} required={!account} help={t("access.password_help", { n: passwordLength })} wrong={wrongWith(fault, "password")}>
          {(id) => <Input.Password id={id} autoComplete="new-password" value={form.password} onChange={(e) => set({ password: e.target.value })} />}
        </Field>
        <Field label={t("access.role")} wrong={wrongWith(fault, "role")} help={t(`access.role_lead.${form.role}`, { defaultValue: "" })}>
          {(id) => <Select id={id} value={form.role} onChange={(role) => set({ role })} options={known.map(({ role }) => ({ value: role, label: t(`role.${role}`, { defaultValue: role }) }))} />}
        </Field>
        <Field label={t("access.scope")} help={t("access.scope_help")} wrong={wrongWith(fault, "scope")}>
          {(id) => <Select id={id} value={form.scope} onChange={(scope) => set({ scope })} options={(["all", "department", "own"] as const).map((value) => ({ value, label: t(`access.scopes.${value}`) }))} />}
        </Field>
        <Field label={t("access.staff")} help={t("access.staff_help")} wrong={wrongWith(fault, "staff")}>
          {(id) => <StaffPicker id={id} value={form.staff} onChange={(staff) => set({ staff })} />}
        </Field>
      </Stack>
    </Drawer>
  );
}

async function write(form: Form, account?: Account) {
  const { login, password, ...rest } = form;
  const body = { ...rest, name: form.name.trim() };
  if (!account) return ok(await api.POST("/accounts", { body: { ...body, login: login.trim(), password } }));
  const params = { path: { id: account.id }, header: ifMatch(account.version) };
  return ok(await api.PATCH("/accounts/{id}", { params, body: { ...body, password: password || undefined } }));
}
