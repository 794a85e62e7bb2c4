import { DatePicker, Input, Radio, Segmented, Select, Switch } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { Field, wrongWith } from "../../shared/field";
import { Row, Stack } from "../../shared/page";
import { CodePicker, StaffPicker, TagPicker, WelcomePicker } from "../../shared/pickers/option-pickers";
import type { FormProps } from "./code-form";
import style from "./form.module.css";
import { Overflow } from "./target-fields";

const strategies = ["round_robin", "weighted", "in_order", "least_loaded"] as const;

/** How targets take turns, and what happens when none is left. */
export function RouteFields(props: FormProps) {
  const { t } = useTranslation();
  const { draft, patch, fault, code } = props;
  return (
    <Stack>
      <Field label={t("livecode.field.strategy")} help={t(`livecode.strategy_lead.${draft.strategy}`)}>
        {(id) => (
          <Select id={id} value={draft.strategy} onChange={(strategy) => patch({ strategy })} options={strategies.map((value) => ({ value, label: t(`livecode.strategy.${value}`) }))} />
        )}
      </Field>
      <Row>
        <Switch id="sticky" checked={draft.sticky} onChange={(sticky) => patch({ sticky })} />
        <label htmlFor="sticky">{t("livecode.form.sticky")}</label>
      </Row>
      {draft.kind !== "staff" && <AutoCreate {...props} />}
      <Overflow {...props} />
      <div className={style.two}>
        <Field label={t("livecode.form.backup_code")} help={t("livecode.form.backup_code_help")} wrong={wrongWith(fault, "ref")}>
          {(id) => <CodePicker id={id} except={code?.id} value={draft.backupCode} onChange={(backupCode) => patch({ backupCode })} placeholder={t("livecode.form.backup_code_none")} />}
        </Field>
        <Field label={t("livecode.form.duty_staff")} help={t("livecode.form.duty_staff_help")}>
          {(id) => <StaffPicker id={id} value={draft.dutyStaff} onChange={(dutyStaff) => patch({ dutyStaff })} placeholder={t("livecode.form.duty_staff_none")} />}
        </Field>
      </div>
      <Field label={t("livecode.form.contact_text")} required help={t("livecode.form.contact_text_help")} wrong={wrongWith(fault, "fallback")}>
        {(id) => <Input id={id} maxLength={200} value={draft.contactText} onChange={(e) => patch({ contactText: e.target.value })} />}
      </Field>
    </Stack>
  );
}

function AutoCreate({ draft, patch }: FormProps) {
  const { t } = useTranslation();
  return (
    <>
      <Row>
        <Switch id="auto-create" checked={draft.autoCreate} onChange={(autoCreate) => patch({ autoCreate })} />
        <label htmlFor="auto-create">{t("livecode.form.auto_create")}</label>
      </Row>
      {draft.autoCreate && (
        <Field label={t("livecode.form.base_name")} required help={t("livecode.form.base_name_help")}>
          {(id) => <Input id={id} maxLength={40} value={draft.baseName} onChange={(e) => patch({ baseName: e.target.value })} />}
        </Field>
      )}
    </>
  );
}

/** How many days each button adds. */
const lengths = [7, 30, 90] as const;

/** From when until when the code works. */
export function TimeFields({ draft, patch, fault }: FormProps) {
  const { t } = useTranslation();
  const until = (days: number) => patch({ endsAt: dayjs().add(days, "day").endOf("day").millisecond(0).toISOString() });
  return (
    <Stack>
      <Field label={t("livecode.form.ends_at")} help={t("livecode.form.ends_at_help")} wrong={wrongWith(fault, "ends_at")}>
        {(id) => (
          <Row>
            <DatePicker
              id={id}
              showTime={{ format: "HH:mm" }}
              format="YYYY-MM-DD HH:mm"
              value={draft.endsAt ? dayjs(draft.endsAt) : null}
              onChange={(at) => patch({ endsAt: at ? at.toISOString() : undefined })}
              placeholder={t("livecode.endless")}
            />
            <Segmented
              value={draft.endsAt ? "" : "none"}
              options={[...lengths.map((days) => ({ value: String(days), label: t("livecode.form.days", { count: days }) })), { value: "none", label: t("livecode.endless") }]}
              onChange={(value) => (value === "none" ? patch({ endsAt: undefined }) : until(Number(value)))}
            />
          </Row>
        )}
      </Field>
      <Field label={t("livecode.form.starts_at")} wrong={wrongWith(fault, "starts_at")}>
        {(id) => (
          <DatePicker
            id={id}
            showTime={{ format: "HH:mm" }}
            format="YYYY-MM-DD HH:mm"
            style={{ maxWidth: 240 }}
            value={draft.startsAt ? dayjs(draft.startsAt) : null}
            onChange={(at) => patch({ startsAt: at ? at.toISOString() : undefined })}
            placeholder={t("livecode.form.starts_now")}
          />
        )}
      </Field>
    </Stack>
  );
}

/** The words of the page that a customer sees. */
export function PageFields({ draft, patch, fault }: FormProps) {
  const { t } = useTranslation();
  const { page } = draft;
  const set = (part: Partial<typeof page>) => patch({ page: { ...page, ...part } });
  const line = (name: "title" | "subtitle" | "guide" | "notice", max: number) => (
    <Field label={t(`livecode.form.page_${name}`)} wrong={wrongWith(fault, name)}>
      {(id) => <Input id={id} maxLength={max} value={page[name]} placeholder={t(`livecode.form.page_${name}_hint`)} onChange={(e) => set({ [name]: e.target.value })} />}
    </Field>
  );
  return (
    <Stack>
      <div className={style.two}>{line("title", 30)}{line("subtitle", 60)}</div>
      <div className={style.two}>{line("guide", 40)}{line("notice", 200)}</div>
      {draft.kind !== "staff" && (
        <Field label={t("livecode.form.show_count")}>
          {() => (
            <Radio.Group value={page.show_count} onChange={(e) => set({ show_count: e.target.value as typeof page.show_count })}>
              {(["exact", "range", "hidden"] as const).map((value) => <Radio key={value} value={value}>{t(`livecode.form.count_${value}`)}</Radio>)}
            </Radio.Group>
          )}
        </Field>
      )}
    </Stack>
  );
}

/** What happens to a customer after the add. */
export function WelcomeFields({ draft, patch, fault }: FormProps) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Field label={t("livecode.field.welcome")} help={t("livecode.form.welcome_help")} wrong={wrongWith(fault, "welcome")}>
        {(id) => <WelcomePicker id={id} value={draft.welcome} onChange={(welcome) => patch({ welcome })} />}
      </Field>
      <Field label={t("livecode.field.tags")} help={t("livecode.form.tags_help")} wrong={wrongWith(fault, "tags")}>
        {(id) => <TagPicker id={id} value={draft.tags} onChange={(tags) => patch({ tags })} />}
      </Field>
      <Field label={t("livecode.field.note")}>
        {(id) => <Input.TextArea id={id} rows={2} maxLength={500} value={draft.note} onChange={(e) => patch({ note: e.target.value })} />}
      </Field>
    </Stack>
  );
}
