import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ok } from "../../api/client";

export type Option = { target: string; kind: "group" | "staff"; name: string; hint?: string };

/** Groups and staff that can be chosen for a code of this kind, narrowed by words. */
export function useTargetOptions(kind: "group" | "staff" | "mixed") {
  const { t } = useTranslation();
  const [words, search] = useState("");
  const query = { q: words || undefined, limit: 50 };
  const groups = useQuery({
    queryKey: ["picker", "groups", words],
    enabled: kind !== "staff",
    queryFn: async () => ok(await api.GET("/groups", { params: { query } })).items,
    placeholderData: (old) => old,
  });
  const staff = useQuery({
    queryKey: ["picker", "staff-targets", words],
    enabled: kind !== "group",
    queryFn: async () => ok(await api.GET("/staff", { params: { query } })).items,
    placeholderData: (old) => old,
  });
  const options: Option[] = [
    ...(kind === "staff" ? [] : (groups.data ?? [])).map((group) => ({
      target: group.id, kind: "group" as const, name: group.name, hint: t("common.free", { n: group.free }),
    })),
    ...(kind === "group" ? [] : (staff.data ?? [])).filter((person) => person.status === "active").map((person) => ({
      target: person.id, kind: "staff" as const, name: person.name, hint: t("livecode.form.remaining", { n: person.remaining }),
    })),
  ];
  return { options, search, loading: groups.isFetching || staff.isFetching };
}
