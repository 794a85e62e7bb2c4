import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";

type One = { id?: string; value?: string; onChange: (id: string | undefined) => void; placeholder?: string; width?: number };

/** Picks a welcome message of the library. */
export function WelcomePicker({ id, value, onChange }: One) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["welcomes"], queryFn: async () => ok(await api.GET("/welcomes")).items });
  return (
    <Select
      id={id}
      allowClear
      loading={query.isPending}
      style={{ width: "100%" }}
      placeholder={t("common.pick_welcome")}
      value={value || undefined}
      onChange={onChange}
      options={(query.data ?? []).filter((w) => !w.archived || w.id === value).map((w) => ({ value: w.id, label: w.name }))}
    />
  );
}

/** Picks tags, in their groups. */
export function TagPicker({ id, value, onChange }: { id?: string; value: string[]; onChange: (ids: string[]) => void }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["tags"], queryFn: async () => ok(await api.GET("/tags")).items });
  return (
    <Select
      id={id}
      mode="multiple"
      allowClear
      loading={query.isPending}
      style={{ width: "100%" }}
      placeholder={t("common.pick_tags")}
      showSearch={{ optionFilterProp: "label" }}
      value={value}
      onChange={onChange}
      options={(query.data ?? []).map((group) => ({
        label: group.name,
        options: (group.tags ?? []).map((tag) => ({ value: tag.id, label: tag.name })),
      }))}
    />
  );
}

/** Picks one tag to filter by. */
export function OneTag({ value, onChange, width }: One) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["tags"], queryFn: async () => ok(await api.GET("/tags")).items });
  return (
    <Select
      aria-label={t("common.tag")}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      style={{ width }}
      placeholder={t("common.tag")}
      value={value || undefined}
      onChange={onChange}
      options={(query.data ?? []).map((group) => ({
        label: group.name,
        options: (group.tags ?? []).map((tag) => ({ value: tag.id, label: tag.name })),
      }))}
    />
  );
}

/** Picks a live code by searching on the server. */
export function CodePicker({ id, value, onChange, placeholder, width, except }: One & { except?: string }) {
  const [words, setWords] = useState("");
  const query = useQuery({
    queryKey: ["picker", "live-codes", words],
    queryFn: async () => ok(await api.GET("/live-codes", { params: { query: { q: words || undefined, limit: 20 } } })).items,
    placeholderData: (old) => old,
  });
  const chosen = useQuery({
    queryKey: ["picker", "live-code", value],
    enabled: !!value,
    queryFn: async () => ok(await api.GET("/live-codes/{id}", { params: { path: { id: value! } } })),
  });
  const found = (query.data ?? []).filter((code) => code.id !== except);
  const options = found.map((code) => ({ value: code.id, label: code.name }));
  if (chosen.data && !found.some((code) => code.id === value)) {
    options.unshift({ value: chosen.data.id, label: chosen.data.name });
  }
  return (
    <Select
      id={id}
      aria-label={id ? undefined : placeholder}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      style={{ width: width ?? "100%" }}
      loading={query.isFetching}
      placeholder={placeholder}
      value={value || undefined}
      onChange={onChange}
      options={options}
    />
  );
}

/** Picks a staff member by searching on the server. */
export function StaffPicker({ id, value, onChange, placeholder, width }: One) {
  const [words, setWords] = useState("");
  const query = useQuery({
    queryKey: ["picker", "staff", words],
    queryFn: async () => ok(await api.GET("/staff", { params: { query: { q: words || undefined, limit: 100 } } })).items,
    placeholderData: (old) => old,
  });
  return (
    <Select
      id={id}
      aria-label={id ? undefined : placeholder}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      style={{ width: width ?? "100%" }}
      loading={query.isFetching}
      placeholder={placeholder}
      value={value || undefined}
      onChange={onChange}
      options={(query.data ?? []).map((person) => ({ value: person.id, label: person.name }))}
    />
  );
}
