import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { faultLine, isConflict } from "./fault";
import { freshen } from "./live";

type Act<In, Out> = {
  run: (input: In) => Promise<Out>;
  /** Topics whose queries are asked again afterwards. */
  topics: string[];
  /** What to say when it worked; nothing says nothing. */
  said?: string;
  done?: (out: Out, input: In, queries: QueryClient) => void;
  /** Take the fault yourself (a form that shows it beside its fields). */
  failed?: (error: unknown) => void;
};

/** A write: says how it went, and asks again for what it changed. */
export function useAct<In = void, Out = unknown>({ run, topics, said, done, failed }: Act<In, Out>) {
  const queries = useQueryClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  return useMutation({
    mutationFn: run,
    onSuccess: (out, input) => {
      freshen(queries, topics);
      if (said) void message.success(said);
      done?.(out, input, queries);
    },
    onError: (error) => {
      if (isConflict(error)) freshen(queries, topics);
      if (failed) failed(error);
      else void message.error(faultLine(t, error), 5);
    },
  });
}

/** The header that makes a write fail when somebody else was first. */
export const ifMatch = (version: number) => ({ "If-Match": `"${version}"` });
