import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { answerIn } from "../api/client";
import { Problem } from "../api/problem";
import { firstLanguage, spoken, startTexts } from "../shared/text";
import { Providers } from "./providers";
import { makeRouter } from "./router";
import "./tokens.css";

/** A fault that will not go away by asking again. */
const final = (error: unknown) => error instanceof Problem && error.status >= 400 && error.status < 500;

const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 10_000, retry: (times, error) => !final(error) && times < 2 },
  },
});
const router = makeRouter(queries);

// A session that ended shows as 401 on any question: back to the login, once.
queries.getQueryCache().subscribe(({ query, type }) => {
  const error = query.state.error;
  if (type !== "updated" || !(error instanceof Problem) || error.status !== 401) return;
  if (location.pathname === "/login" || location.pathname === "/setup") return;
  queries.removeQueries({ queryKey: ["session"] });
  void router.navigate({ to: "/login", search: { next: router.state.location.href } as never });
});

answerIn(spoken);
await startTexts(firstLanguage());
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Providers><RouterProvider router={router} /></Providers>
    </QueryClientProvider>
  </StrictMode>,
);
