import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { startTexts } from "./text";

// What jsdom lacks and antd or a page asks for.
window.matchMedia ??= (query: string) =>
  ({ matches: false, media: query, addEventListener: () => {}, removeEventListener: () => {}, addListener: () => {}, removeListener: () => {} }) as unknown as MediaQueryList;
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.scrollTo = () => {};

configure({ asyncUtilTimeout: 8000 });

beforeEach(() => startTexts("zh-CN"));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
