import { Collapse, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { LiveCode } from "../../api/types";
import { Chip } from "../../shared/chip";
import { Field, wrongWith } from "../../shared/field";
import { Section, Stack } from "../../shared/page";
import { ChannelPicker } from "../../shared/pickers/channel-picker";
import type { Draft } from "./draft";
import { PageFields, RouteFields, TimeFields, WelcomeFields } from "./form-sections";
import style from "./form.module.css";
import { Targets } from "./target-fields";

export type FormProps = {
  draft: Draft;
  patch: (part: Partial<Draft>) => void;
  /** The fault of the last try, whose fields are marked. */
  fault?: unknown;
  /** The code being edited: it cannot be its own fallback. */
  code?: LiveCode;
};

/** A live code's form: the three things that matter first, everything else already set. */
export function CodeForm(props: FormProps) {
  const { t } = useTranslation();
  const { draft } = props;
  return (
    <Stack>
      <Section title={t("livecode.form.quick")}>
        <Stack>
          {!props.code && <Kinds {...props} />}
          <Basics {...props} />
          <Targets {...props} />
        </Stack>
      </Section>
      <Section title={t("livecode.form.preset")} extra={t("livecode.form.preset_hint")}>
        <Stack>
          <Summary draft={draft} />
          <Collapse
            ghost
            items={[
              { key: "route", label: t("livecode.form.route"), children: <RouteFields {...props} />, forceRender: true },
              { key: "time", label: t("livecode.form.time"), children: <TimeFields {...props} /> },
              { key: "page", label: t("livecode.form.page"), children: <PageFields {...props} /> },
              { key: "welcome", label: t("livecode.form.welcome"), children: <WelcomeFields {...props} /> },
            ]}
          />
        </Stack>
      </Section>
    </Stack>
  );
}

function Kinds({ draft, patch }: FormProps) {
  const { t } = useTranslation();
  return (
    <div className={style.kinds} role="radiogroup" aria-label={t("livecode.field.kind")}>
      {(["group", "staff", "mixed"] as const).map((kind) => (
        <button
          key={kind}
          type="button"
          role="radio"
          aria-checked={draft.kind === kind}
          className={style.kind}
          onClick={() => patch({ kind, members: draft.members.filter((m) => kind === "mixed" || m.kind === kind) })}
        >
          <strong>{t(`livecode.kind.${kind}`)}</strong>
          <small>{t(`livecode.kind_lead.${kind}`)}</small>
        </button>
      ))}
    </div>
  );
}

function Basics({ draft, patch, fault }: FormProps) {
  const { t } = useTranslation();
  return (
    <>
      <Field label={t("livecode.field.name")} required wrong={wrongWith(fault, "name")} help={t("livecode.form.name_help")}>
        {(id) => <Input id={id} maxLength={50} showCount value={draft.name} onChange={(e) => patch({ name: e.target.value })} />}
      </Field>
      <div className={style.two}>
        <Field label={t("livecode.field.channel")} wrong={wrongWith(fault, "channel")}>
          {(id) => <ChannelPicker id={id} value={draft.channel} onChange={(channel) => patch({ channel })} />}
        </Field>
        <Field label={t("livecode.field.purpose")}>
          {(id) => (
            <Select
              id={id}
              value={draft.purpose}
              onChange={(purpose) => patch({ purpose })}
              options={(["promotion", "service", "other"] as const).map((value) => ({ value, label: t(`livecode.purpose.${value}`) }))}
            />
          )}
        </Field>
      </div>
    </>
  );
}

function Summary({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  return (
    <div className={style.defaults}>
      <Chip plain>{t(`livecode.strategy.${draft.strategy}`)}</Chip>
      <Chip plain>{t(draft.sticky ? "livecode.form.sticky_on" : "livecode.form.sticky_off")}</Chip>
      <Chip plain>{draft.endsAt ? t("livecode.form.ends_on", { day: draft.endsAt.slice(0, 10) }) : t("livecode.endless")}</Chip>
      {draft.autoCreate && draft.kind !== "staff" && <Chip plain>{t("livecode.form.auto_create_on")}</Chip>}
      {draft.overflow.length > 0 && <Chip plain>{t("livecode.form.overflow_on", { n: draft.overflow.length })}</Chip>}
      <Chip plain tone={draft.contactText.trim() ? "quiet" : "bad"}>
        {t(draft.contactText.trim() ? "livecode.form.fallback_on" : "livecode.form.fallback_off")}
      </Chip>
    </div>
  );
}
