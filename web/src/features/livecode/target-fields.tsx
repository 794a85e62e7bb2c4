import { CloseOutlined, PlusOutlined, TeamOutlined, UserOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, InputNumber, Select, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { Group, Staff } from "../../api/types";
import { Field, wrongWith } from "../../shared/field";
import { Muted, Stack } from "../../shared/page";
import type { FormProps } from "./code-form";
import type { Chosen } from "./draft";
import style from "./form.module.css";
import { suggestion } from "./queries";
import { type Option, useTargetOptions } from "./target-options";

/** Who takes the customers: what is chosen, what we would choose, and a search. */
export function Targets({ draft, patch, fault }: FormProps) {
  const { t } = useTranslation();
  const wrong = wrongWith(fault, "members") ?? wrongWith(fault, "pool");
  const add = (option: Option) => patch({ members: [...draft.members, chosen(option)] });
  return (
    <Field label={t(`livecode.form.targets_${draft.kind}`)} required wrong={wrong}>
      {(id) => (
        <Stack gap={8}>
          <Members list={draft.members} weighted={draft.strategy === "weighted"} change={(members) => patch({ members })} />
          {draft.members.length === 0 && <Recommended draft={draft} add={add} />}
          <TargetSelect id={id} kind={draft.kind} taken={draft.members} add={add} />
        </Stack>
      )}
    </Field>
  );
}

/** Who steps in when every first choice is full. */
export function Overflow({ draft, patch }: FormProps) {
  const { t } = useTranslation();
  return (
    <Field label={t("livecode.form.overflow")} help={t("livecode.form.overflow_help")}>
      {(id) => (
        <Stack gap={8}>
          <Members list={draft.overflow} change={(overflow) => patch({ overflow })} />
          <TargetSelect
            id={id}
            kind="mixed"
            taken={[...draft.members, ...draft.overflow]}
            add={(option) => patch({ overflow: [...draft.overflow, chosen(option)] })}
          />
        </Stack>
      )}
    </Field>
  );
}

const chosen = (option: Option): Chosen => ({ ...option, weight: 1, backup: false, enabled: true });

type MembersProps = { list: Chosen[]; weighted?: boolean; change: (list: Chosen[]) => void };

function Members({ list, weighted, change }: MembersProps) {
  const { t } = useTranslation();
  const set = (target: string, part: Partial<Chosen>) => change(list.map((m) => (m.target === target ? { ...m, ...part } : m)));
  return (
    <>
      {list.map((member) => (
        <div key={member.target} className={style.target}>
          {member.kind === "group" ? <TeamOutlined /> : <UserOutlined />}
          <span className={style.grow}><strong>{member.name}</strong></span>
          {weighted && (
            <Tooltip title={t("livecode.form.weight_hint")}>
              <InputNumber
                size="small"
                min={0}
                max={100}
                style={{ width: 96 }}
                prefix={t("livecode.form.weight")}
                aria-label={t("livecode.form.weight")}
                value={member.weight}
                onChange={(weight) => set(member.target, { weight: weight ?? 1 })}
              />
            </Tooltip>
          )}
          <Select
            size="small"
            style={{ width: 88 }}
            aria-label={t("livecode.form.rank")}
            value={member.backup}
            onChange={(backup) => set(member.target, { backup })}
            options={[{ value: false, label: t("livecode.form.main") }, { value: true, label: t("livecode.form.backup") }]}
          />
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={t("livecode.form.remove", { name: member.name })}
            onClick={() => change(list.filter((m) => m.target !== member.target))}
          />
        </div>
      ))}
    </>
  );
}

function Recommended({ draft, add }: { draft: FormProps["draft"]; add: (option: Option) => void }) {
  const { t } = useTranslation();
  const query = useQuery(suggestion({ kind: draft.kind, channel: draft.channel, purpose: draft.purpose }));
  const groups = draft.kind === "staff" ? [] : (query.data?.groups ?? []).slice(0, 3);
  const staff = draft.kind === "group" ? [] : (query.data?.staff ?? []).slice(0, 3);
  if (groups.length + staff.length === 0) return null;
  return (
    <>
      <Muted small>{t("livecode.form.recommended")}</Muted>
      {groups.map((group) => <GroupOffer key={group.id} group={group} add={add} />)}
      {staff.map((person) => <StaffOffer key={person.id} person={person} add={add} />)}
    </>
  );
}

function GroupOffer({ group, add }: { group: Group; add: (option: Option) => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className={style.pick} onClick={() => add({ target: group.id, kind: "group", name: group.name })}>
      <TeamOutlined />
      <span className={style.grow}>
        <strong>{group.name}</strong>{" "}
        <Muted small>{t("livecode.form.group_offer", { free: group.free, owner: group.owner?.name ?? "–" })}</Muted>
      </span>
      <PlusOutlined />
    </button>
  );
}

function StaffOffer({ person, add }: { person: Staff; add: (option: Option) => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className={style.pick} onClick={() => add({ target: person.id, kind: "staff", name: person.name })}>
      <UserOutlined />
      <span className={style.grow}>
        <strong>{person.name}</strong>{" "}
        <Muted small>{t("livecode.form.staff_offer", { remaining: person.remaining, dept: person.departments.join(" / ") })}</Muted>
      </span>
      <PlusOutlined />
    </button>
  );
}

type SelectProps = { id: string; kind: FormProps["draft"]["kind"]; taken: Chosen[]; add: (option: Option) => void };

function TargetSelect({ id, kind, taken, add }: SelectProps) {
  const { t } = useTranslation();
  const { options, search, loading } = useTargetOptions(kind);
  const free = options.filter((option) => !taken.some((m) => m.target === option.target));
  return (
    <Select<string>
      id={id}
      showSearch={{ filterOption: false, onSearch: search }}
      loading={loading}
      value={null as unknown as string}
      placeholder={t(`livecode.form.add_${kind}`)}
      notFoundContent={loading ? t("common.still_loading") : t("livecode.form.no_target")}
      onChange={(target) => {
        const option = free.find((o) => o.target === target);
        if (option) add(option);
        search("");
      }}
      options={free.map((option) => ({
        value: option.target,
        label: <span>{option.kind === "group" ? <TeamOutlined /> : <UserOutlined />} {option.name} <Muted small>{option.hint}</Muted></span>,
      }))}
    />
  );
}
