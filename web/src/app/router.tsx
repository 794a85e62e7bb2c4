import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { me } from "../shared/session";
import { FaultView, Waiting } from "../shared/states";
import { speak, spoken } from "../shared/text";
import { parseSearch, stringifySearch } from "../shared/url";
import { Lost } from "./lost";
import { Shell } from "./shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: lazyRouteComponent(() => import("../features/access/login"), "Login"),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("../features/access/setup"), "Setup"),
});

/** Everything behind the login. Who is not logged in is led there and comes back after. */
const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      const person = await context.queries.ensureQueryData(me);
      if (person.locale !== spoken()) await speak(person.locale);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      throw redirect({ to: "/login", search: { next: location.href } as never });
    }
  },
  pendingComponent: Waiting,
  errorComponent: ({ error, reset }) => <FaultView error={error} retry={reset} />,
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  component: lazyRouteComponent(() => import("../features/home/home"), "HomePage"),
});
const codes = createRoute({
  getParentRoute: () => inside,
  path: "/codes",
  component: lazyRouteComponent(() => import("../features/livecode/live-code-list"), "LiveCodeList"),
});
const newCode = createRoute({
  getParentRoute: () => inside,
  path: "/codes/new",
  component: lazyRouteComponent(() => import("../features/livecode/new-code"), "NewCode"),
});
const code = createRoute({
  getParentRoute: () => inside,
  path: "/codes/$id",
  component: lazyRouteComponent(() => import("../features/livecode/live-code-page"), "LiveCodePage"),
});
const editCode = createRoute({
  getParentRoute: () => inside,
  path: "/codes/$id/edit",
  component: lazyRouteComponent(() => import("../features/livecode/edit-code"), "EditCode"),
});
const traces = createRoute({
  getParentRoute: () => inside,
  path: "/trace",
  component: lazyRouteComponent(() => import("../features/scan/scan-list"), "ScanList"),
});
const trace = createRoute({
  getParentRoute: () => inside,
  path: "/trace/$id",
  component: lazyRouteComponent(() => import("../features/scan/trace-page"), "TracePage"),
});
const groups = createRoute({
  getParentRoute: () => inside,
  path: "/groups",
  component: lazyRouteComponent(() => import("../features/group/group-list"), "GroupList"),
});
const staff = createRoute({
  getParentRoute: () => inside,
  path: "/staff",
  component: lazyRouteComponent(() => import("../features/staff/staff-list"), "StaffList"),
});
const channels = createRoute({
  getParentRoute: () => inside,
  path: "/channels",
  component: lazyRouteComponent(() => import("../features/channel/channel-tree"), "ChannelTree"),
});
const contacts = createRoute({
  getParentRoute: () => inside,
  path: "/customers",
  component: lazyRouteComponent(() => import("../features/contact/contact-list"), "ContactList"),
});
const contact = createRoute({
  getParentRoute: () => inside,
  path: "/customers/$id",
  component: lazyRouteComponent(() => import("../features/contact/contact-page"), "ContactPage"),
});
const welcomes = createRoute({
  getParentRoute: () => inside,
  path: "/welcomes",
  component: lazyRouteComponent(() => import("../features/welcome/welcome-library"), "WelcomeLibrary"),
});
const wecom = createRoute({
  getParentRoute: () => inside,
  path: "/settings/wecom",
  component: lazyRouteComponent(() => import("../features/wecom/wecom-page"), "WeComPage"),
});
const roles = createRoute({
  getParentRoute: () => inside,
  path: "/settings/roles",
  component: lazyRouteComponent(() => import("../features/access/accounts"), "Accounts"),
});
const keys = createRoute({
  getParentRoute: () => inside,
  path: "/settings/keys",
  component: lazyRouteComponent(() => import("../features/access/api-keys"), "ApiKeys"),
});
const audit = createRoute({
  getParentRoute: () => inside,
  path: "/settings/audit",
  component: lazyRouteComponent(() => import("../features/audit/audit-log"), "AuditLog"),
});
const jobs = createRoute({
  getParentRoute: () => inside,
  path: "/settings/jobs",
  component: lazyRouteComponent(() => import("../features/job/job-list"), "JobList"),
});
const about = createRoute({
  getParentRoute: () => inside,
  path: "/settings/about",
  component: lazyRouteComponent(() => import("../features/about/about"), "About"),
});
const more = createRoute({
  getParentRoute: () => inside,
  path: "/more",
  component: lazyRouteComponent(() => import("./more"), "More"),
});

/** The address under which the server names a code in its to-dos. */
const named = createRoute({
  getParentRoute: () => inside,
  path: "/live-codes/$id",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/codes/$id", params });
  },
});

const pages = [
  home, codes, newCode, code, editCode, traces, trace, groups, staff, channels, contacts, contact,
  welcomes, wecom, roles, keys, audit, jobs, about, more, named,
];

/** Makes the router; queries is where the session is looked up. */
export const makeRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([login, setup, inside.addChildren(pages)]),
    context: { queries },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultNotFoundComponent: Lost,
    defaultPendingComponent: Waiting,
    defaultErrorComponent: ({ error, reset }) => <FaultView error={error} retry={reset} />,
    scrollRestoration: true,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
